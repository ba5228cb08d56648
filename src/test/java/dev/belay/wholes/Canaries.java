package dev.belay.wholes;

import dev.belay.driver.configuration.Redactor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Planted secrets, and whether one of them sings, in whatever form it may have got somewhere.
final class Canaries {
    private static final int SHORTEST = 8;

    private final Map<String, String> planted = new LinkedHashMap<>();
    private final List<String> found = new ArrayList<>();

    /// A secret, and a pattern of where it may be; empty for nowhere.
    void plant(String secret, String lawful) {
        planted.put(secret, lawful);
    }

    /// A key in a file, line by line, as it stands between the marks of PEM: whoever sees one of
    /// them sees what the owner alone may see.
    ///
    /// @param lawful where it may be
    void plantKey(Path pem, String lawful) throws IOException {
        boolean secret = false;
        for (String line : Files.readAllLines(pem)) {
            if (line.startsWith("-----")) {
                secret = line.contains("BEGIN") && line.contains("PRIVATE KEY");
            } else if (secret && line.length() > SHORTEST) {
                plant(line, lawful);
            }
        }
    }

    /// How many are planted.
    int count() {
        return planted.size();
    }

    /// What was found, where, and what stands around it.
    List<String> found() {
        return found;
    }

    void search(String where, String text) {
        search(where, text.getBytes(StandardCharsets.UTF_8));
    }

    void search(String where, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        planted.forEach((secret, lawful) -> {
            if (lawful.isEmpty() || !Pattern.compile(lawful).matcher(where).find()) {
                search(where, text, secret);
            }
        });
    }

    private void search(String where, String text, String secret) {
        for (String form : Redactor.formsOfOne(secret)) {
            String raw =
                    new String(form.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            int at = text.indexOf(raw);
            if (raw.length() >= SHORTEST && at >= 0) {
                found.add(
                        where
                                + " has "
                                + raw
                                + ": …"
                                + text.substring(
                                        Math.max(0, at - 60),
                                        Math.min(text.length(), at + raw.length() + 20)));
                return;
            }
        }
    }

    /// All files of a state folder, but for what instances write themselves, with nobody between
    /// (it is masked whenever it is shown), and for artifacts: what was refused because of a secret
    /// in it is kept as it was built.
    void searchState(Path state) throws IOException {
        Files.walkFileTree(
                state,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a) {
                        return dir.equals(state.resolve("artifacts"))
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        boolean itsOwn =
                                file.endsWith("log") && file.toString().contains("/instances/");
                        if (attributes.isRegularFile() && !itsOwn) {
                            search(file.toString(), Files.readAllBytes(file));
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException gone) {
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
