package dev.belay.manifest.draft;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What a Dockerfile says of the program in its last stage: its command, and its port.
final class Dockerfile {
    private static final int BYTES_MAX = 256 * 1024;
    private static final Pattern LINE =
            Pattern.compile("(?im)^\\s*(FROM|ENTRYPOINT|CMD)\\s+(.+?)\\s*$");

    private Dockerfile() {}

    /// Its command; empty when there is no such file, or it says none.
    ///
    /// @param name relative to the folder; empty is the usual one
    static List<String> command(Path folder, String name) throws IOException {
        Path file = folder.resolve(name.isEmpty() ? "Dockerfile" : name).normalize();
        if (!file.startsWith(folder) || !Files.isRegularFile(file)) {
            return List.of();
        }
        String text;
        try (var in = Files.newInputStream(file)) {
            text = new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8);
        }
        List<String> entry = List.of();
        List<String> command = List.of();
        Matcher line = LINE.matcher(text.replaceAll("\\\\\\r?\\n", " "));
        while (line.find()) {
            switch (line.group(1).toUpperCase(Locale.ROOT)) {
                case "FROM" -> {
                    entry = List.of();
                    command = List.of();
                }
                case "ENTRYPOINT" -> entry = words(line.group(2));
                default -> command = words(line.group(2));
            }
        }
        var all = new ArrayList<String>(entry);
        all.addAll(command);
        return all;
    }

    private static List<String> words(String form) {
        if (form.startsWith("[")) {
            try {
                var words = new ArrayList<String>();
                JsonMapper.shared()
                        .readTree(form)
                        .values()
                        .forEach(word -> words.add(word.asString("")));
                return words;
            } catch (JacksonException _) {
                // Docker, too, takes it for a shell's line then.
                return List.of(form);
            }
        }
        return List.of(form);
    }
}
