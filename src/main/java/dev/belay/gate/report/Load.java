package dev.belay.gate.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What a load test measured: the end-of-test summary of k6, in either of its forms, and
/// `statistics.json` of JMeter's dashboard.
final class Load {
    private static final int FIGURES_MAX = 1_000;
    private static final Map<String, String> JMETER =
            Map.of(
                    "sampleCount", "requests",
                    "errorCount", "errors",
                    "errorPct", "error-rate",
                    "meanResTime", "avg",
                    "medianResTime", "med",
                    "maxResTime", "max",
                    "pct1ResTime", "p90",
                    "pct2ResTime", "p95",
                    "pct3ResTime", "p99",
                    "throughput", "throughput");

    private Load() {}

    // --- k6 ---------------------------------------------------------------------------------

    static Reading k6(JsonNode root) throws Unreadable {
        var figures = new TreeMap<String, Double>();
        int thresholds = 0;
        int crossed = 0;
        for (Map.Entry<String, JsonNode> metric : root.path("metrics").properties()) {
            JsonNode values = metric.getValue().path("values");
            values = values.isObject() ? values : metric.getValue();
            for (Map.Entry<String, JsonNode> value : values.properties()) {
                if (value.getValue().isNumber()) {
                    String name = word(metric.getKey()) + "." + word(value.getKey());
                    figures.put(name, JsonReport.finite(value.getValue(), "`" + name + "`"));
                }
            }
            for (JsonNode threshold : metric.getValue().path("thresholds").values()) {
                thresholds++;
                crossed += isCrossed(threshold) ? 1 : 0;
            }
            if (figures.size() > FIGURES_MAX) {
                throw new Unreadable("has more figures than any summary", "");
            }
        }
        briefly(figures);
        figures.put("thresholds", (double) thresholds);
        figures.put("thresholds-crossed", (double) crossed);
        return new Reading(
                Format.K6,
                "performance",
                "k6",
                "",
                0,
                figures,
                own(thresholds, crossed, figures),
                List.of());
    }

    /// `{"ok": true}` in what `handleSummary` gets. `--summary-export` writes a bare `false` for
    /// the same: there it says whether the threshold was crossed.
    private static boolean isCrossed(JsonNode threshold) throws Unreadable {
        if (threshold.isBoolean()) {
            return threshold.booleanValue();
        }
        JsonNode ok = threshold.path("ok");
        if (!ok.isBoolean()) {
            throw new Unreadable("has a threshold that says neither yes nor no", "");
        }
        return !ok.booleanValue();
    }

    private static Reading.Own own(int thresholds, int crossed, SortedMap<String, Double> figures) {
        double failing = figures.getOrDefault("checks.fails", 0.0);
        double passing = figures.getOrDefault("checks.passes", 0.0);
        if (thresholds == 0 && failing == 0 && passing == 0) {
            return Reading.Own.SILENT;
        }
        // Who sets thresholds has said how many checks may fail.
        boolean good = thresholds > 0 ? crossed == 0 : failing == 0;
        return good ? Reading.Own.PASSED : Reading.Own.FAILED;
    }

    /// The ones that everybody asks for, by the names that JMeter's have, too.
    private static void briefly(SortedMap<String, Double> figures) {
        for (String of : List.of("avg", "med", "max", "p90", "p95", "p99")) {
            copy(figures, "http_req_duration." + of, of, 1);
        }
        copy(figures, "http_reqs.count", "requests", 1);
        copy(figures, "http_reqs.rate", "throughput", 1);
        copy(figures, "http_req_failed.value", "error-rate", 100);
        copy(figures, "http_req_failed.rate", "error-rate", 100);
    }

    private static void copy(
            SortedMap<String, Double> figures, String from, String to, double factor) {
        Double value = figures.get(from);
        if (value != null) {
            figures.put(to, value * factor);
        }
    }

    /// `p(95)` as `p95`, and nothing that a manifest could not name.
    private static String word(String text) {
        return text.toLowerCase(Locale.ROOT)
                .replaceAll("p\\(([0-9.]+)\\)", "p$1")
                .replaceAll("[^a-z0-9_.-]+", "-")
                .replaceAll("-+$", "");
    }

    // --- JMeter -----------------------------------------------------------------------------

    static Reading jmeter(JsonNode root) throws Unreadable {
        JsonNode total = root.path("Total");
        var figures = new TreeMap<String, Double>();
        for (Map.Entry<String, String> one : JMETER.entrySet()) {
            if (total.has(one.getKey())) {
                figures.put(one.getValue(), JsonReport.number(total, one.getKey()));
            }
        }
        boolean good =
                JsonReport.count(total, "sampleCount") > 0
                        && JsonReport.count(total, "errorCount") == 0;
        return new Reading(
                Format.JMETER,
                "performance",
                "jmeter",
                "",
                0,
                figures,
                good ? Reading.Own.PASSED : Reading.Own.FAILED,
                List.of());
    }
}
