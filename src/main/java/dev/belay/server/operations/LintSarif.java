package dev.belay.server.operations;

import dev.belay.lint.Finding;
import dev.belay.manifest.LintRule;
import dev.belay.problem.Place;
import dev.belay.problem.Span;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// What was found about how components hang together, as SARIF.
final class LintSarif {
    private LintSarif() {}

    static String of(List<Finding> findings, Predicate<Finding> isError, String version) {
        return Sarif.of(
                "belay lint",
                version,
                Arrays.stream(LintRule.values()).map(LintRule::word).toList(),
                findings.stream().map(one -> result(one, isError.test(one))).toList());
    }

    private static Map<String, Object> result(Finding finding, boolean error) {
        var region = new LinkedHashMap<String, Object>();
        if (finding.place() instanceof Place.Line(Span span, _)) {
            region.put("startLine", span.line());
            region.put("startColumn", span.column());
            region.put("endColumn", span.end());
        }
        return Sarif.result(
                finding.rule().word(), error, finding.message(), finding.path(), region);
    }
}
