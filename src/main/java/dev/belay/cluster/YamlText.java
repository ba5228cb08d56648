package dev.belay.cluster;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Writes objects as YAML that old and new readers take for the same: what one of them could take
/// for a number, a truth or a time is quoted.
final class YamlText {
    private static final Pattern PLAIN =
            Pattern.compile("[A-Za-z/]([A-Za-z0-9 ./_-]*[A-Za-z0-9/])?");
    private static final Set<String> WORDS =
            Set.of("true", "false", "yes", "no", "on", "off", "y", "n", "null");

    private final StringBuilder text = new StringBuilder();

    private YamlText() {}

    /// One document, without the line that begins it.
    static String of(ClusterObject object) {
        var yaml = new YamlText();
        yaml.map(object.body(), "");
        return yaml.text.toString();
    }

    private void map(Map<?, ?> fields, String indent) {
        String before = "";
        for (Map.Entry<?, ?> field : fields.entrySet()) {
            text.append(before).append(scalar((String) field.getKey())).append(':');
            value(field.getValue(), indent);
            before = indent;
        }
    }

    /// What follows a field's colon.
    private void value(Object value, String indent) {
        switch (value) {
            case Map<?, ?> map when map.isEmpty() -> text.append(" {}\n");
            case Map<?, ?> map -> {
                text.append('\n').append(indent).append("  ");
                map(map, indent + "  ");
            }
            case List<?> list -> {
                text.append('\n');
                list.forEach(item -> item(item, indent));
            }
            case String string -> text.append(' ').append(scalar(string)).append('\n');
            default -> text.append(' ').append(value).append('\n');
        }
    }

    private void item(Object item, String indent) {
        text.append(indent).append("- ");
        switch (item) {
            case Map<?, ?> map -> map(map, indent + "  ");
            case String string -> text.append(scalar(string)).append('\n');
            default -> throw new IllegalStateException("nothing has a list of " + item);
        }
    }

    static String scalar(String string) {
        if (PLAIN.matcher(string).matches() && !WORDS.contains(string.toLowerCase(Locale.ROOT))) {
            return string;
        }
        var quoted = new StringBuilder("\"");
        string.chars()
                .forEach(letter -> {
                    switch (letter) {
                        case '"' -> quoted.append("\\\"");
                        case '\\' -> quoted.append("\\\\");
                        case '\n' -> quoted.append("\\n");
                        case '\t' -> quoted.append("\\t");
                        default -> {
                            // What is not in ASCII might not be in YAML's own alphabet.
                            if (letter < ' ' || letter > '~') {
                                quoted.append("\\u%04X".formatted(letter));
                            } else {
                                quoted.append((char) letter);
                            }
                        }
                    }
                });
        return quoted.append('"').toString();
    }
}
