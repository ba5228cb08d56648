package dev.belay.gate.report;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What scanners find, and what a platform is made of: SARIF, CycloneDX and SPDX, all as JSON. What
/// somebody has put aside with a reason is not counted; what has no severity is not taken for
/// harmless.
final class Scan {
    private static final List<String> LEVELS =
            List.of("critical", "high", "medium", "low", "info", "unknown");
    private static final Set<String> PUT_ASIDE =
            Set.of("not_affected", "false_positive", "resolved", "resolved_with_pedigree");

    private Scan() {}

    // --- SARIF ------------------------------------------------------------------------------

    static Reading sarif(JsonNode root) throws Unreadable {
        var figures = none();
        String tool = "";
        String version = "";
        boolean ran = true;
        boolean looked = false;
        for (JsonNode run : JsonReport.list(root.path("runs"), "runs")) {
            JsonNode driver = run.path("tool").path("driver");
            tool = JsonReport.text(driver.path("name"));
            version = JsonReport.text(driver.path("semanticVersion"));
            version = version.isEmpty() ? JsonReport.text(driver.path("version")) : version;
            for (JsonNode invocation : run.path("invocations").values()) {
                JsonNode well = invocation.path("executionSuccessful");
                ran &= !well.isBoolean() || well.booleanValue();
            }
            // Without the list nothing was looked for; with an empty one nothing was found.
            if (run.path("results").isArray()) {
                looked = true;
                results(run, figures);
            }
        }
        if (!looked) {
            figures.clear();
        }
        boolean good = ran && looked && harmless(figures);
        return new Reading(
                Format.SARIF,
                "scan",
                tool,
                version,
                0,
                figures,
                good ? Reading.Own.PASSED : Reading.Own.FAILED,
                List.of());
    }

    private static void results(JsonNode run, SortedMap<String, Double> figures) throws Unreadable {
        Map<String, JsonNode> rules = new HashMap<>();
        rules(run.path("tool").path("driver"), rules);
        for (JsonNode extension : run.path("tool").path("extensions").values()) {
            rules(extension, rules);
        }
        JsonNode own = run.path("tool").path("driver").path("rules");
        for (JsonNode result : run.path("results").values()) {
            String kind = JsonReport.text(result.path("kind"));
            boolean found = kind.isEmpty() || kind.equals("fail") || kind.equals("open");
            boolean gone = JsonReport.text(result.path("baselineState")).equals("absent");
            if (found && !gone && !isSuppressed(result)) {
                JsonNode rule = rules.get(JsonReport.text(result.path("ruleId")));
                if (rule == null) {
                    rule = own.path(result.path("ruleIndex").asInt(-1));
                }
                figures.merge(level(result, rule), 1.0, Double::sum);
                figures.merge("total", 1.0, Double::sum);
            }
        }
    }

    private static void rules(JsonNode component, Map<String, JsonNode> rules) {
        for (JsonNode rule : component.path("rules").values()) {
            rules.put(JsonReport.text(rule.path("id")), rule);
        }
    }

    /// One that was refused counts as though it were not there.
    private static boolean isSuppressed(JsonNode result) {
        for (JsonNode suppression : result.path("suppressions").values()) {
            String status = JsonReport.text(suppression.path("status"));
            if (status.isEmpty() || status.equals("accepted")) {
                return true;
            }
        }
        return false;
    }

    /// The score of the rule where it has one, as GitHub reads it, else the level.
    private static String level(JsonNode result, JsonNode rule) throws Unreadable {
        JsonNode score = rule.path("properties").path("security-severity");
        if (!score.isMissingNode()) {
            return byScore(number(score));
        }
        String level = JsonReport.text(result.path("level"));
        if (level.isEmpty()) {
            level = JsonReport.text(rule.path("defaultConfiguration").path("level"));
        }
        return switch (level) {
            case "error" -> "high";
            case "", "warning" -> "medium";
            case "note" -> "low";
            case "none" -> "info";
            default -> "unknown";
        };
    }

    private static double number(JsonNode score) throws Unreadable {
        if (score.isNumber()) {
            return JsonReport.finite(score, "`security-severity`");
        }
        String text = JsonReport.text(score).strip();
        if (!text.matches("[0-9]{1,2}(\\.[0-9]{1,4})?")) {
            throw new Unreadable("has a `security-severity` that is no number", "");
        }
        return Double.parseDouble(text);
    }

    private static String byScore(double score) {
        return score >= 9
                ? "critical"
                : score >= 7 ? "high" : score >= 4 ? "medium" : score > 0 ? "low" : "info";
    }

    // --- bills of materials -----------------------------------------------------------------

    static Reading cyclonedx(JsonNode root) throws Unreadable {
        boolean scanned = root.path("vulnerabilities").isArray();
        SortedMap<String, Double> figures = scanned ? none() : new TreeMap<>();
        figures.put("components", (double) root.path("components").size());
        for (JsonNode one : root.path("vulnerabilities").values()) {
            String state = JsonReport.text(one.path("analysis").path("state"));
            if (!PUT_ASIDE.contains(state)) {
                figures.merge(worst(one.path("ratings")), 1.0, Double::sum);
                figures.merge("total", 1.0, Double::sum);
            }
        }
        boolean good = scanned ? harmless(figures) : root.path("components").size() > 0;
        JsonNode metadata = root.path("metadata");
        JsonNode tools = metadata.path("tools");
        JsonNode tool = (tools.isArray() ? tools : tools.path("components")).path(0);
        return new Reading(
                Format.CYCLONEDX,
                scanned ? "scan" : "sbom",
                JsonReport.text(tool.path("name")),
                JsonReport.text(tool.path("version")),
                Stamp.of(JsonReport.text(metadata.path("timestamp"))),
                figures,
                good ? Reading.Own.PASSED : Reading.Own.FAILED,
                List.of());
    }

    private static String worst(JsonNode ratings) {
        int worst = LEVELS.size() - 1;
        for (JsonNode rating : ratings.values()) {
            String severity = JsonReport.text(rating.path("severity")).toLowerCase(Locale.ROOT);
            int at = LEVELS.indexOf(severity.equals("none") ? "info" : severity);
            worst = at < 0 ? worst : Math.min(worst, at);
        }
        return LEVELS.get(worst);
    }

    static Reading spdx(JsonNode root) throws Unreadable {
        boolean third = root.path("@graph").isArray();
        double packages = 0;
        if (third) {
            for (JsonNode one : root.path("@graph").values()) {
                packages += JsonReport.text(one.path("type")).equals("software_Package") ? 1 : 0;
            }
        } else {
            packages = JsonReport.list(root.path("packages"), "packages").size();
        }
        String tool = "";
        for (JsonNode creator : root.path("creationInfo").path("creators").values()) {
            String text = JsonReport.text(creator);
            tool = text.startsWith("Tool: ") ? text.substring("Tool: ".length()) : tool;
        }
        var figures = new TreeMap<String, Double>();
        figures.put("components", packages);
        return new Reading(
                Format.SPDX,
                "sbom",
                tool,
                "",
                Stamp.of(JsonReport.text(root.path("creationInfo").path("created"))),
                figures,
                packages > 0 ? Reading.Own.PASSED : Reading.Own.FAILED,
                List.of());
    }

    // --- all --------------------------------------------------------------------------------

    private static SortedMap<String, Double> none() {
        var figures = new TreeMap<String, Double>();
        LEVELS.forEach(level -> figures.put(level, 0.0));
        figures.put("total", 0.0);
        return figures;
    }

    private static boolean harmless(Map<String, Double> figures) {
        return figures.getOrDefault("critical", 0.0) == 0
                && figures.getOrDefault("high", 0.0) == 0
                && figures.getOrDefault("unknown", 0.0) == 0;
    }
}
