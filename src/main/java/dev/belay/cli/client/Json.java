package dev.belay.cli.client;

import dev.belay.problem.Problem;
import dev.belay.problem.ProblemRecord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes the small bodies that commands send. Reading JSON is Jackson's, on paths where a person
/// waits for more than a start.
public final class Json {
    private Json() {}

    /// One value and everything in it.
    ///
    /// @param value text, number, boolean, list or map of them
    public static String of(Object value) {
        var json = new StringBuilder();
        write(json, value);
        return json.toString();
    }

    /// A problem as the control plane would write it, so that programs read one shape.
    public static Map<String, Object> problem(Problem problem) {
        ProblemRecord written = ProblemRecord.of(problem);
        var body = new LinkedHashMap<String, Object>();
        body.put("code", written.code());
        body.put("file", written.file());
        body.put("line", written.line());
        body.put("column", written.column());
        body.put("end", written.end());
        body.put("source", written.source());
        body.put("message", written.message());
        body.put("hint", written.hint());
        return body;
    }

    private static void write(StringBuilder json, Object value) {
        switch (value) {
            case Boolean _, Number _ -> json.append(value);
            case List<?> list -> {
                json.append('[');
                for (Object element : list) {
                    separate(json, '[');
                    write(json, element);
                }
                json.append(']');
            }
            case Map<?, ?> map -> {
                json.append('{');
                map.forEach((key, element) -> {
                    separate(json, '{');
                    text(json, key.toString());
                    json.append(':');
                    write(json, element);
                });
                json.append('}');
            }
            default -> text(json, value.toString());
        }
    }

    private static void separate(StringBuilder json, char open) {
        if (json.charAt(json.length() - 1) != open) {
            json.append(',');
        }
    }

    private static void text(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append("\\u00").append(Character.forDigit(c >> 4, 16));
                json.append(Character.forDigit(c & 15, 16));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
