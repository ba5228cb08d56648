package dev.belay.driver.clickhouse;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/// Names and texts as ClickHouse writes them.
final class Names {
    private Names() {}

    /// A name between backticks.
    static String quoted(String name) {
        return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`";
    }

    static String quoted(String database, String table) {
        return quoted(database) + "." + quoted(table);
    }

    /// A text as a constant.
    static String text(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    static String texts(Collection<String> all) {
        return all.stream().map(Names::text).collect(Collectors.joining(", "));
    }

    static String all(List<String> names) {
        return names.stream().map(Names::quoted).collect(Collectors.joining(", "));
    }

    /// Where a name ends that begins at `from`, quoted or not.
    static int end(String text, int from) {
        if (from < text.length() && (text.charAt(from) == '`' || text.charAt(from) == '"')) {
            char quote = text.charAt(from);
            int at = from + 1;
            while (at < text.length() && text.charAt(at) != quote) {
                at += text.charAt(at) == '\\' ? 2 : 1;
            }
            return Math.min(at + 1, text.length());
        }
        int at = from;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
            at++;
        }
        return at;
    }

    /// One value of a line of `TabSeparated`.
    static String unescaped(String value) {
        if (value.indexOf('\\') < 0) {
            return value;
        }
        var plain = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c != '\\' || i + 1 == value.length()) {
                plain.append(c);
                continue;
            }
            char next = value.charAt(++i);
            plain.append(
                    switch (next) {
                        case 'n' -> '\n';
                        case 't' -> '\t';
                        case 'r' -> '\r';
                        case 'b' -> '\b';
                        case 'f' -> '\f';
                        case '0' -> '\0';
                        default -> next;
                    });
        }
        return plain.toString();
    }
}
