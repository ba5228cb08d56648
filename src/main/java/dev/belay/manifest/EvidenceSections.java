package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.FIGURE;
import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.NUMBER;
import static dev.belay.manifest.shape.Shapes.PERCENT;
import static dev.belay.manifest.shape.Shapes.YES_NO;
import static dev.belay.manifest.shape.Shapes.either;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.map;
import static dev.belay.manifest.shape.Shapes.word;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.EvidenceRule;
import java.time.Duration;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;

/// What evidence a gate asks for.
final class EvidenceSections {
    private static final double PERCENTS = 100;

    private static final Key<String> KIND =
            Key.of("kind", NAME, "Kind of evidence; by default the name of the rule.");
    private static final Key<String> SUITE =
            Key.of("name", NAME, "Only evidence that was added with this `--name`.");
    private static final Key<Boolean> PASS =
            Key.of(
                    "pass",
                    YES_NO,
                    "Whether it must be good by its own lights. By default it must where nothing else"
                            + " is asked for.");
    private static final Key<SequencedMap<String, Double>> MIN =
            Key.of("min", map(FIGURE, NUMBER), "Figures that must not be smaller.").fallback("{}");
    private static final Key<SequencedMap<String, Double>> MAX =
            Key.of("max", map(FIGURE, NUMBER), "Figures that must not be greater.").fallback("{}");
    static final Key<String> FROM =
            Key.of("from", NAME, "Environment in which it must have been won.");
    private static final Key<Duration> YOUNGER =
            Key.of("younger-than", DURATION, "How old it may be. `0s` is any age.").fallback("0s");
    private static final Key<Boolean> NO_REGRESSION =
            Key.of(
                            "no-regression",
                            YES_NO,
                            "Whether it is held, case by case, against that of what runs now.")
                    .fallback("false");
    private static final Key<Integer> MARGIN =
            Key.of(
                            "margin",
                            PERCENT,
                            "By how much fewer of the cases may pass than of what runs now.")
                    .fallback("5%");
    static final Key<List<String>> FOR =
            Key.of("for", list(NAME), "Components or groups that it is asked of; all by default.")
                    .fallback("[]");

    /// What becomes a demand when its name is known.
    interface Written {
        EvidenceDemand called(String name);
    }

    private static final Fields<Written> RULE =
            Fields.of(
                    "evidence",
                    "What an artifact must have shown before a release brings it.",
                    "{from: staging, younger-than: 7d, max: {skipped: 10}}",
                    List.of(KIND, SUITE, PASS, MIN, MAX, FROM, YOUNGER, NO_REGRESSION, MARGIN, FOR),
                    List.of(),
                    row -> name -> demand(name, row));

    private static final Written PASSED =
            name -> new EvidenceDemand(EvidenceRule.pass(name), List.of());

    static final Key<SequencedMap<String, Written>> EVIDENCE =
            Key.of(
                    "evidence",
                    map(NAME, either(word("pass", PASSED), RULE)),
                    "Evidence that must be there, by kind: `pass`, or what is asked of it.");

    private EvidenceSections() {}

    static List<EvidenceDemand> demands(SequencedMap<String, Written> written) {
        return written.entrySet().stream().map(one -> one.getValue().called(one.getKey())).toList();
    }

    private static EvidenceDemand demand(String name, Row row) {
        var least = new TreeMap<>(row.get(MIN));
        var most = new TreeMap<>(row.get(MAX));
        boolean compares = row.get(NO_REGRESSION);
        boolean nothingElse = least.isEmpty() && most.isEmpty() && !compares;
        return new EvidenceDemand(
                new EvidenceRule(
                        row.find(KIND).orElse(name),
                        row.find(SUITE).orElse(""),
                        row.find(PASS).orElse(nothingElse),
                        least,
                        most,
                        row.find(FROM).orElse(""),
                        row.get(YOUNGER),
                        compares ? row.get(MARGIN) / PERCENTS : EvidenceRule.NOT_COMPARED),
                row.get(FOR));
    }
}
