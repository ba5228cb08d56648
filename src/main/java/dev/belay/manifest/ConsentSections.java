package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.TEXT;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.whole;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.ConsentRule;
import java.time.Duration;
import java.util.List;

/// What people have to say before a release goes on.
final class ConsentSections {
    static final Key<List<String>> CHECKLIST =
            Key.of(
                    "checklist",
                    list(TEXT, 1, 50),
                    "Points that somebody confirms by `belay check-off`, each by itself.");

    private static final Key<List<String>> ANY =
            Key.of("any", list(TEXT, 1), "One of them: people, or roles that they have.");
    private static final Key<List<String>> ALL = Key.of("all", list(TEXT, 1), "Each of them.");
    private static final Key<List<String>> OF =
            Key.of("of", list(TEXT, 1), "Those of whom a quorum is needed; left out, whoever may.");
    private static final Key<Integer> QUORUM =
            Key.of("quorum", whole(1, 100, "a number from 1 to 100"), "How many people.");
    private static final Key<Duration> VALID =
            Key.of("valid", DURATION, "How long a consent counts.").fallback("24h");

    static final Key<Row> APPROVALS =
            Key.of(
                    "approvals",
                    Fields.of(
                            "approvals",
                            "Who must consent to exactly this plan, by `belay approve`: different people, and never"
                                    + " the one who submitted it.",
                            "{any: [cto, vp]}",
                            List.of(ANY, ALL, OF, QUORUM, VALID),
                            List.of(),
                            row -> row),
                    "Consent to exactly this plan.");

    private ConsentSections() {}

    static ConsentRule rule(Row gates) {
        List<String> checklist = gates.find(CHECKLIST).orElse(List.of());
        return gates.find(APPROVALS)
                .map(row -> approvals(checklist, row))
                .orElseGet(() ->
                        checklist.isEmpty()
                                ? ConsentRule.NONE
                                : new ConsentRule(
                                        checklist, List.of(), 0, false, ConsentRule.VALID));
    }

    private static ConsentRule approvals(List<String> checklist, Row row) {
        Duration valid = row.get(VALID);
        if (row.find(ALL).isPresent()) {
            return new ConsentRule(checklist, row.get(ALL), 0, true, valid);
        }
        List<String> of = row.find(ANY).or(() -> row.find(OF)).orElse(List.of());
        return new ConsentRule(checklist, of, row.find(QUORUM).orElse(1), false, valid);
    }
}
