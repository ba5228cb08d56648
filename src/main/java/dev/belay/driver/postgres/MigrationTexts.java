package dev.belay.driver.postgres;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The texts of a folder of migrations.
public final class MigrationTexts {
    private static final int FILES_MAX = 10_000;
    private static final long BYTES_MAX = 16L * 1024 * 1024;

    private MigrationTexts() {}

    /// Every `.sql` file, by its path below the folder.
    ///
    /// @throws IOException when one is no UTF-8 or too large, or there are too many
    public static Map<String, String> read(Path folder) throws IOException {
        var texts = new TreeMap<String, String>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (file.getFileName().toString().endsWith(".sql")) {
                    String name = folder.relativize(file).toString().replace('\\', '/');
                    texts.put(name, text(file, name));
                    if (texts.size() > FILES_MAX) {
                        throw new IOException(
                                "there are more than " + FILES_MAX + " files in " + folder);
                    }
                }
            }
        }
        return texts;
    }

    private static String text(Path file, String name) throws IOException {
        if (Files.size(file) > BYTES_MAX) {
            throw new IOException("`" + name + "` is larger than 16 MiB");
        }
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new IOException("`" + name + "` is not UTF-8", e);
        }
    }
}
