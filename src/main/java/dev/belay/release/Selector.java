package dev.belay.release;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Counters of a Prometheus, by their name and labels:
/// `http_requests_total{pod=~"${workload}-.*"}`. A selector and no expression, as only plain
/// counters can be read as totals, and as its name and labels can be looked up before anything is
/// judged by it.
///
/// @param matches in the order they are written
public record Selector(String metric, List<Match> matches) {
    /// What may stand for something in a label's value.
    public static final Set<String> NAMES =
            Set.of("revision", "component", "environment", "workload", "namespace");

    /// Only these tell one revision from another.
    private static final Set<String> TELLING = Set.of("revision", "workload");

    private static final int LENGTH_MAX = 2_000;
    private static final Pattern WHOLE =
            Pattern.compile(
                    "\\s*([a-zA-Z_:][a-zA-Z0-9_:]{0,199})\\s*(?:\\{(.*)})?\\s*", Pattern.DOTALL);
    private static final Pattern MATCH =
            Pattern.compile(
                    "\\s*([a-zA-Z_][a-zA-Z0-9_]{0,199})\\s*(=~|!~|!=|=)\\s*"
                            + "(\"(?:[^\"\\\\\n]|\\\\[\\\\\"])*+\"|'(?:[^'\\\\\n]|\\\\[\\\\'])*+')\\s*(,|$)");
    private static final Pattern FILLED = Pattern.compile("\\$\\{([^}]*)}");
    private static final Pattern SPECIAL = Pattern.compile("[\\\\.+*?()|\\[\\]{}^$]");

    /// One label, and what its value must be.
    ///
    /// @param operator `=`, `!=`, `=~` or `!~`
    /// @param value as it is meant, without quotes and escapes; may hold `${revision}` and the like
    public record Match(String label, String operator, String value) {
        private boolean isPattern() {
            return operator.endsWith("~");
        }
    }

    public Selector {
        matches = List.copyOf(matches);
    }

    /// Reads one.
    ///
    /// @throws IllegalArgumentException when it is none; the message says what it must be
    public static Selector parse(String text) {
        Matcher whole = WHOLE.matcher(text);
        if (text.length() > LENGTH_MAX || !whole.matches()) {
            throw new IllegalArgumentException(
                    "must be the name of a counter with labels, as"
                            + " `http_requests_total{pod=~\"${workload}-.*\"}`, and no expression");
        }
        var matches = new ArrayList<Match>();
        String labels = whole.group(2) == null ? "" : whole.group(2).strip();
        Matcher next = MATCH.matcher(labels);
        int at = 0;
        while (at < labels.length()) {
            if (!next.find(at) || next.start() != at) {
                throw new IllegalArgumentException(
                        "has labels that are not written as `label=\"value\"`, with commas between"
                                + " them");
            }
            String quoted = Objects.requireNonNull(next.group(3));
            String value = quoted.substring(1, quoted.length() - 1).replaceAll("\\\\(.)", "$1");
            matches.add(
                    new Match(
                            Objects.requireNonNull(next.group(1)),
                            Objects.requireNonNull(next.group(2)),
                            value));
            at = next.end();
        }
        var selector = new Selector(Objects.requireNonNull(whole.group(1)), matches);
        for (String name : selector.names()) {
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException(
                        "has `${%s}`; there are `${revision}`, `${workload}`, `${component}`, `${environment}` and `${namespace}`"
                                .formatted(name));
            }
        }
        if (selector.names().stream().noneMatch(TELLING::contains)) {
            throw new IllegalArgumentException(
                    "does not tell revisions apart: have `${revision}` or `${workload}` in a label");
        }
        return selector;
    }

    private Set<String> names() {
        var names = new LinkedHashSet<String>();
        for (Match match : matches) {
            Matcher found = FILLED.matcher(match.value());
            while (found.find()) {
                names.add(Objects.requireNonNull(found.group(1)));
            }
        }
        return names;
    }

    /// The same with one more label.
    public Selector and(String label, String operator, String value) {
        var all = new ArrayList<>(matches);
        all.add(new Match(label, operator, value));
        return new Selector(metric, all);
    }

    /// As Prometheus reads it.
    ///
    /// @param values by name, of [#NAMES]; in a pattern they stand for themselves
    public String filled(Map<String, String> values) {
        var text = new Selector(metric, matches.stream().map(one -> filled(one, values)).toList());
        return text.toString();
    }

    private static Match filled(Match match, Map<String, String> values) {
        String value =
                FILLED.matcher(match.value())
                        .replaceAll(found -> {
                            String of = values.getOrDefault(found.group(1), "");
                            String plain =
                                    match.isPattern()
                                            ? SPECIAL.matcher(of).replaceAll("\\\\$0")
                                            : of;
                            return Matcher.quoteReplacement(plain);
                        });
        return new Match(match.label(), match.operator(), value);
    }

    /// As it is written; [#parse] reads it back.
    @Override
    public String toString() {
        if (matches.isEmpty()) {
            return metric;
        }
        return matches.stream()
                .map(one ->
                        one.label()
                                + one.operator()
                                + '"'
                                + one.value().replace("\\", "\\\\").replace("\"", "\\\"")
                                + '"')
                .collect(Collectors.joining(",", metric + "{", "}"));
    }
}
