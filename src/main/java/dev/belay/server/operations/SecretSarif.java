package dev.belay.server.operations;

import dev.belay.driver.scan.Leak;
import dev.belay.driver.scan.SecretScanner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// Findings in the form that tools and gates read (SARIF 2.1.0, OASIS).
final class SecretSarif {
    private SecretSarif() {}

    static String of(List<Leak> leaks, String version) {
        var driver = new LinkedHashMap<String, Object>();
        driver.put("name", "belay scan");
        driver.put("version", version);
        driver.put(
                "rules", SecretScanner.rules().stream().map(rule -> Map.of("id", rule)).toList());
        var run = new LinkedHashMap<String, Object>();
        run.put("tool", Map.of("driver", driver));
        run.put("results", leaks.stream().map(SecretSarif::result).toList());
        var all = new LinkedHashMap<String, Object>();
        all.put("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        all.put("version", "2.1.0");
        all.put("runs", List.of(run));
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(all);
    }

    private static Map<String, Object> result(Leak leak) {
        var region = new LinkedHashMap<String, Object>();
        if (leak.line() == 0) {
            region.put("byteOffset", leak.column() - 1);
        } else {
            region.put("startLine", leak.line());
            region.put("startColumn", leak.column());
        }
        var physical = new LinkedHashMap<String, Object>();
        physical.put("artifactLocation", Map.of("uri", uri(leak.path())));
        physical.put("region", region);
        var result = new LinkedHashMap<String, Object>();
        result.put("ruleId", leak.rule());
        result.put("level", SecretFindings.isSure(leak) ? "error" : "warning");
        String where = leak.commit().isEmpty() ? "" : ", in commit " + leak.commit();
        result.put("message", Map.of("text", SecretFindings.sentence(leak) + where));
        result.put("locations", List.of(Map.of("physicalLocation", physical)));
        return result;
    }

    /// Percent-encoded where a path has what an address may not have.
    private static String uri(String path) {
        var parts = new ArrayList<String>();
        for (String part : path.split("/", -1)) {
            String encoded =
                    java.net.URLEncoder.encode(part, java.nio.charset.StandardCharsets.UTF_8);
            parts.add(encoded.replace("+", "%20").replace("%21", "!").replace("%40", "@"));
        }
        return String.join("/", parts);
    }
}
