package dev.belay.manifest.draft;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Writes YAML that a person goes on with: what needs quotes has them, nothing else.
final class DraftText {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9./_-]+( [A-Za-z0-9./_=-]+)*");
    private static final Pattern OTHER =
            Pattern.compile("-.*|(?i:true|false|null|yes|no|on|off)|~|[-+]?[0-9.]+([eE].*)?");

    private static final Pattern SHELL = Pattern.compile("[|&;<>()`*?\"'\\\\#~\\[\\]{}!\\n]");

    private final StringBuilder text = new StringBuilder();

    void comment(String line) {
        text.append("# ").append(line).append('\n');
    }

    void gap() {
        text.append('\n');
    }

    /// A key whose value stands below it.
    void open(int indent, String key) {
        raw(" ".repeat(indent) + key + ":");
    }

    void line(int indent, String key, String value) {
        raw(" ".repeat(indent) + key + ": " + quoted(value));
    }

    void raw(String line) {
        text.append(line).append('\n');
    }

    /// A value on a line of its own.
    static String quoted(String value) {
        return PLAIN.matcher(value).matches() && !OTHER.matcher(value).matches()
                ? value
                : single(value);
    }

    /// A text, whatever it looks like, also between braces.
    static String string(String value) {
        return value.matches("[A-Za-z][A-Za-z0-9./_-]*") && !OTHER.matcher(value).matches()
                ? value
                : single(value);
    }

    private static String single(String value) {
        return "'" + value.replace("'", "''") + "'";
    }

    /// A command: one line that a shell would have read is given to one.
    static String command(List<String> words) {
        if (words.size() > 1) {
            return words.stream()
                    .map(DraftText::single)
                    .collect(Collectors.joining(", ", "[", "]"));
        }
        String line = words.getFirst();
        String bare = line.replace("${PORT}", "");
        return SHELL.matcher(bare).find() || bare.contains("$")
                ? "[sh, -c, " + single(line) + "]"
                : quoted(line);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
