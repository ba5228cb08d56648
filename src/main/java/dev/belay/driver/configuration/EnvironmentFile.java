package dev.belay.driver.configuration;

import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// What a `.env` file says: `NAME=value` a line, `export` allowed before it, `#` comments, single
/// or double quotes around the whole value. Nothing is expanded.
public record EnvironmentFile(Map<String, String> values, List<Problem> problems) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    public EnvironmentFile {
        values = Map.copyOf(values);
        problems = List.copyOf(problems);
    }

    /// Reads all of it; what cannot be understood is a problem, and the rest still counts.
    public static EnvironmentFile parse(String file, String text) {
        Map<String, String> values = new LinkedHashMap<>();
        List<Problem> problems = new ArrayList<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                readLine(line, new Where(file, i + 1), values, problems);
            }
        }
        return new EnvironmentFile(values, problems);
    }

    private static void readLine(
            String line, Where where, Map<String, String> values, List<Problem> problems) {
        String assignment = line.startsWith("export ") ? line.substring(7).strip() : line;
        int equals = assignment.indexOf('=');
        String name = equals < 0 ? assignment : assignment.substring(0, equals).strip();
        if (equals < 0 || !NAME.matcher(name).matches()) {
            problems.add(
                    where.problem(
                            "environment-file/not-an-assignment",
                            "this line is not `NAME=value`",
                            "write one variable a line, and start a comment with `#`"));
            return;
        }
        String value = unquote(assignment.substring(equals + 1).strip());
        if (values.put(name, value) != null) {
            problems.add(
                    where.problem(
                            "environment-file/duplicate",
                            "`" + name + "` is set a second time",
                            "keep one of the two lines"));
        }
    }

    private static String unquote(String value) {
        if (value.length() >= 2) {
            char first = value.charAt(0);
            if ((first == '"' || first == '\'') && value.endsWith(String.valueOf(first))) {
                return value.substring(1, value.length() - 1);
            }
        }
        return value;
    }

    /// Names the line and never shows it: it may hold a secret.
    private record Where(String file, int line) {
        Problem problem(String code, String message, String hint) {
            return new Problem(code, new Place.Named(file + ":" + line), message, hint);
        }
    }
}
