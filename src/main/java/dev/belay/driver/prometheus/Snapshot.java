package dev.belay.driver.prometheus;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Every counter of both sides at one instant, as a Prometheus answered: pure reading, which takes
/// nothing for zero that is not said to be.
record Snapshot(Map<Part, Map<String, Long>> canary, Map<Part, Map<String, Long>> baseline) {
    /// Says of a series what it was asked for as.
    static final String MARK = "belay_part";

    static final String CANARY = "canary";
    static final String BASELINE = "baseline";

    private static final double MOST = 1L << 48;
    private static final int TEXT_MAX = 300;
    private static final Set<String> ENDLESS = Set.of("NaN", "+Inf", "-Inf");
    private static final Pattern NUMBER =
            Pattern.compile("NaN|[+-]Inf|-?[0-9]{1,400}(\\.[0-9]{1,400})?(e[+-]?[0-9]{1,3})?");

    /// How the series of a part are marked.
    static String mark(String side, Part part) {
        return side + "-" + part.name().toLowerCase(Locale.ROOT);
    }

    /// What was answered cannot be counted by.
    static final class Unfit extends Exception {
        private static final long serialVersionUID = 1L;

        Unfit(String because) {
            super(because);
        }
    }

    /// Reads the body of an answer with status 200.
    ///
    /// @param masking of what a stranger says: he was told a token
    static Snapshot of(JsonNode body, UnaryOperator<String> masking) throws Unfit {
        if (!body.path("status").asString("").equals("success")) {
            throw new Unfit("what it answers is none of a Prometheus");
        }
        if (!body.path("warnings").isEmpty()) {
            throw new Unfit(
                    "it warns that its answer is not whole: "
                            + text(masking.apply(body.path("warnings").path(0).asString(""))));
        }
        JsonNode data = body.path("data");
        if (!data.path("resultType").asString("").equals("vector")
                || !data.path("result").isArray()) {
            throw new Unfit("what it answers is none of a Prometheus");
        }
        var snapshot = new Snapshot(new EnumMap<>(Part.class), new EnumMap<>(Part.class));
        for (JsonNode series : data.path("result")) {
            snapshot.add(series);
        }
        return snapshot;
    }

    private void add(JsonNode series) throws Unfit {
        String mark = series.path("metric").path(MARK).asString("");
        for (Part part : Part.values()) {
            if (mark.equals(mark(CANARY, part))) {
                add(part, canary, series);
                return;
            }
            if (mark.equals(mark(BASELINE, part))) {
                add(part, baseline, series);
                return;
            }
        }
        throw new Unfit("it answers with series that nobody asked for");
    }

    private static void add(Part part, Map<Part, Map<String, Long>> side, JsonNode series)
            throws Unfit {
        if (!series.has("value") && series.has("histogram")) {
            throw new Unfit(
                    "`%s` is a native histogram, which this version does not read"
                            .formatted(part.key()));
        }
        long value = value(part, series.path("value"));
        Map<String, Long> counters = side.computeIfAbsent(part, _ -> new HashMap<>());
        if (counters.put(key(part, series.path("metric")), value) != null) {
            throw new Unfit("it answers twice with the same series");
        }
    }

    private static long value(Part part, JsonNode pair) throws Unfit {
        String text = pair.path(1).asString("");
        if (!NUMBER.matcher(text).matches()) {
            throw new Unfit("what it answers is none of a Prometheus");
        }
        double value = ENDLESS.contains(text) ? -1 : Double.parseDouble(text);
        if (!(value >= 0 && value <= MOST)) {
            throw new Unfit("`%s` is %s: that is no counter".formatted(part.key(), text));
        }
        return (long) value;
    }

    /// All labels but those that say which part it is; bounds of buckets, too, are written in
    /// several ways.
    private static String key(Part part, JsonNode labels) {
        var all = new TreeMap<String, String>();
        labels.properties().forEach(one -> all.put(one.getKey(), one.getValue().asString("")));
        all.remove(MARK);
        if (part == Part.TIMED || part == Part.FAST) {
            all.remove("le");
        }
        return all.entrySet().stream()
                .map(one -> one.getKey() + "=" + one.getValue())
                .collect(Collectors.joining("\n"));
    }

    /// What a stranger says, for people: short, in one line.
    static String text(String said) {
        String line = said.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() > TEXT_MAX ? line.substring(0, TEXT_MAX) + "…" : line;
    }
}
