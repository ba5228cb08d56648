package dev.belay.server.operations;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// Findings in the form that tools and gates read (SARIF 2.1.0, OASIS).
final class Sarif {
    private Sarif() {}

    /// A report of one tool.
    ///
    /// @param results as [#result] makes them
    static String of(
            String tool, String version, List<String> rules, List<Map<String, Object>> results) {
        var driver = new LinkedHashMap<String, Object>();
        driver.put("name", tool);
        driver.put("version", version);
        driver.put("rules", rules.stream().map(rule -> Map.of("id", rule)).toList());
        var run = new LinkedHashMap<String, Object>();
        run.put("tool", Map.of("driver", driver));
        run.put("results", results);
        var all = new LinkedHashMap<String, Object>();
        all.put("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        all.put("version", "2.1.0");
        all.put("runs", List.of(run));
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(all);
    }

    /// One finding.
    ///
    /// @param region where in the file; empty for the file as a whole
    static Map<String, Object> result(
            String rule, boolean error, String message, String path, Map<String, Object> region) {
        var physical = new LinkedHashMap<String, Object>();
        physical.put("artifactLocation", Map.of("uri", uri(path)));
        if (!region.isEmpty()) {
            physical.put("region", region);
        }
        var result = new LinkedHashMap<String, Object>();
        result.put("ruleId", rule);
        result.put("level", error ? "error" : "warning");
        result.put("message", Map.of("text", message));
        result.put("locations", List.of(Map.of("physicalLocation", physical)));
        return result;
    }

    /// Percent-encoded where a path has what an address may not have.
    private static String uri(String path) {
        var parts = new ArrayList<String>();
        for (String part : path.split("/", -1)) {
            String encoded = URLEncoder.encode(part, StandardCharsets.UTF_8);
            parts.add(encoded.replace("+", "%20").replace("%21", "!").replace("%40", "@"));
        }
        return String.join("/", parts);
    }
}
