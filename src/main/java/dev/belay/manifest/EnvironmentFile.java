package dev.belay.manifest;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.problem.Place;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads dotenv files: `NAME=value` lines, comments, quotes. Nothing is expanded and nothing is
/// run: `$` is a character like any other. In double quotes `\n`, `\t`, `\"` and `\\` are escapes.
///
/// The values may be secret, so a complaint names the line and never shows it.
public final class EnvironmentFile {
    /// Holds a character that no value can.
    private static final String UNENDING = "\0";

    private static final int BYTES_MAX = 256 * 1024;
    private static final Pattern LINE =
            Pattern.compile("(?:export[ \\t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \\t]*=[ \\t]*(.*)");
    private static final Pattern AFTER_QUOTE = Pattern.compile("[ \\t]*(#.*)?");

    private EnvironmentFile() {}

    /// The values of all files together, later files over earlier ones.
    public static Reading<SortedMap<String, String>> read(List<Path> files) {
        var complaints = new Complaints();
        SortedMap<String, String> values = new TreeMap<>();
        files.forEach(file -> read(file, values, complaints));
        return complaints.isEmpty()
                ? new Reading.Read<>(Collections.unmodifiableSortedMap(values))
                : new Reading.Refused<>(complaints.inOrder());
    }

    private static void read(Path file, SortedMap<String, String> values, Complaints complaints) {
        byte[] bytes;
        try {
            if (!Files.isRegularFile(file)) {
                complain(complaints, file.toString(), "there is no file `" + file + "`");
                return;
            }
            try (InputStream in = Files.newInputStream(file)) {
                bytes = in.readNBytes(BYTES_MAX + 1);
            }
        } catch (IOException e) {
            complain(complaints, file.toString(), "it cannot be read: " + e.getMessage());
            return;
        }
        if (bytes.length > BYTES_MAX) {
            complain(complaints, file.toString(), "it has more than " + BYTES_MAX / 1024 + " KiB");
            return;
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        String[] lines =
                (text.startsWith("\uFEFF") ? text.substring(1) : text).split("\r\n|\r|\n", -1);
        for (int i = 0; i < lines.length; i++) {
            line(lines[i].strip(), file + ":" + (i + 1), values, complaints);
        }
    }

    private static void line(
            String line, String place, SortedMap<String, String> values, Complaints complaints) {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches() || line.indexOf('\0') >= 0) {
            complain(complaints, place, "the line is not `NAME=value`");
            return;
        }
        String written = matcher.group(2);
        char first = written.isEmpty() ? ' ' : written.charAt(0);
        String value = first == '"' || first == '\'' ? quoted(written, first) : plain(written);
        if (value.equals(UNENDING)) {
            complain(complaints, place, "the quote does not end on its line, or text follows it");
        } else {
            values.put(matcher.group(1), value);
        }
    }

    private static String quoted(String written, char quote) {
        var value = new StringBuilder();
        for (int i = 1; i < written.length(); i++) {
            char c = written.charAt(i);
            if (c == quote) {
                boolean ends = AFTER_QUOTE.matcher(written.substring(i + 1)).matches();
                return ends ? value.toString() : UNENDING;
            }
            boolean escapes = c == '\\' && quote == '"' && i + 1 < written.length();
            if (escapes) {
                i++;
                char escaped = written.charAt(i);
                value.append(
                        switch (escaped) {
                            case 'n' -> "\n";
                            case 't' -> "\t";
                            case '"', '\\' -> String.valueOf(escaped);
                            default -> "\\" + escaped;
                        });
            } else {
                value.append(c);
            }
        }
        return UNENDING;
    }

    private static String plain(String written) {
        int comment = written.startsWith("#") ? 0 : written.indexOf(" #");
        return (comment < 0 ? written : written.substring(0, comment)).strip();
    }

    private static void complain(Complaints complaints, String place, String message) {
        complaints.add(Code.ENVIRONMENT_FILE, new Place.Named(place), message, "");
    }
}
