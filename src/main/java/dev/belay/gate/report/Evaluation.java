package dev.belay.gate.report;

import dev.belay.gate.report.Case.Outcome;
import dev.belay.release.Digest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What promptfoo says of an AI configuration. An item is a test with its variables and assertions:
/// prompt and model are what changes between two versions, and so no part of it. An item that was
/// asked several times counts once: it passed when it always did, and its score is the mean.
final class Evaluation {
    /// Of promptfoo's `failureReason`: the model or a grader could not be asked.
    private static final int ERROR = 2;

    private Evaluation() {}

    static Reading promptfoo(JsonNode root) throws Unreadable {
        JsonNode results = root.path("results");
        // The summary stands in the file of an evaluation, or is the file.
        JsonNode summary = results.isObject() ? results : root;
        Map<String, List<JsonNode>> rows = new LinkedHashMap<>();
        for (JsonNode row : JsonReport.list(summary.path("results"), "results")) {
            rows.computeIfAbsent(id(row), _ -> new ArrayList<>()).add(row);
        }
        SequencedMap<String, Case> cases = new LinkedHashMap<>();
        double errors = 0;
        double scores = 0;
        for (Map.Entry<String, List<JsonNode>> item : rows.entrySet()) {
            boolean passed = true;
            boolean tried = true;
            double sum = 0;
            for (JsonNode row : item.getValue()) {
                if (!row.path("success").isBoolean()) {
                    throw new Unreadable("has a result without `success`", "");
                }
                passed &= row.path("success").booleanValue();
                tried &= row.path("failureReason").asInt(0) != ERROR;
                sum += Math.clamp(JsonReport.number(row, "score"), 0, 1);
            }
            double score = sum / item.getValue().size();
            scores += score;
            errors += tried ? 0 : 1;
            cases.put(
                    item.getKey(),
                    new Case(item.getKey(), passed ? Outcome.PASSED : Outcome.FAILED, score));
        }
        double passed =
                cases.values().stream().filter(one -> one.outcome() == Outcome.PASSED).count();
        var figures = new TreeMap<String, Double>();
        figures.put("total", (double) cases.size());
        figures.put("passed", passed);
        figures.put("errors", errors);
        figures.put("failed", cases.size() - passed - errors);
        figures.put("score-sum", scores);
        share(figures);
        boolean good = !cases.isEmpty() && passed == cases.size();
        return new Reading(
                Format.PROMPTFOO,
                "evaluation",
                "promptfoo",
                JsonReport.text(root.path("metadata").path("promptfooVersion")),
                Stamp.of(JsonReport.text(summary.path("timestamp"))),
                figures,
                good ? Reading.Own.PASSED : Reading.Own.FAILED,
                List.copyOf(cases.values()));
    }

    /// What follows from the counts.
    static void share(SortedMap<String, Double> figures) {
        double total = figures.getOrDefault("total", 0.0);
        if (total > 0) {
            figures.put("pass-rate", figures.getOrDefault("passed", 0.0) * 100 / total);
            figures.put("score", figures.getOrDefault("score-sum", 0.0) / total);
        }
    }

    private static String id(JsonNode row) {
        JsonNode test = row.path("testCase");
        JsonNode vars = test.path("vars").isObject() ? test.path("vars") : row.path("vars");
        String what = canonical(vars) + canonical(test.path("assert"));
        String said = JsonReport.text(test.path("description"));
        return (said.isEmpty() ? "" : XmlReport.brief(said) + " ") + Digest.of(what).brief();
    }

    /// The same however its keys are sorted.
    private static String canonical(JsonNode node) {
        if (node.isObject()) {
            Map<String, String> sorted = new TreeMap<>();
            node.properties().forEach(one -> sorted.put(one.getKey(), canonical(one.getValue())));
            return sorted.toString();
        }
        if (node.isArray()) {
            return node.values().stream().map(Evaluation::canonical).toList().toString();
        }
        return new HashMap<>(Map.of(node.getNodeType(), node.toString())).toString();
    }
}
