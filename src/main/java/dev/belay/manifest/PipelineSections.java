package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.COMMAND;
import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.PATH;
import static dev.belay.manifest.shape.Shapes.as;
import static dev.belay.manifest.shape.Shapes.either;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.map;
import static dev.belay.manifest.shape.Shapes.one;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import java.time.Duration;
import java.util.List;
import java.util.SequencedMap;

/// What is run to win evidence of a component.
final class PipelineSections {
    private static final Duration USUALLY = Duration.ofMinutes(30);

    /// What becomes a stage when its name is known.
    interface Written {
        Build.Stage called(String name);
    }

    private static final Key<List<String>> RUN =
            Key.of("run", COMMAND, "Command that is run in `dir`; well when it exits with 0.")
                    .asRequired();
    private static final Key<String> KIND =
            Key.of("kind", NAME, "Kind of the evidence; by default the stage's name.");
    private static final Key<List<String>> REPORT =
            Key.of(
                            "report",
                            either(one(PATH), list(PATH)),
                            "Patterns of the reports that it writes, relative to `dir`.")
                    .fallback("[]");
    private static final Key<Duration> WITHIN =
            Key.of("within", DURATION, "Time after which it is ended.").fallback("30m");

    private static final Fields<Written> STAGE =
            Fields.of(
                    "stage",
                    "A stage of a component's pipeline: a command, and where it reports.",
                    "{run: npm test, kind: tests, report: reports/*.xml, within: 10m}",
                    List.of(RUN, KIND, REPORT, WITHIN),
                    List.of(),
                    row ->
                            name ->
                                    new Build.Stage(
                                            name,
                                            row.find(KIND).orElse(name),
                                            row.get(RUN),
                                            row.get(REPORT),
                                            row.get(WITHIN)));

    static final Key<SequencedMap<String, Written>> PIPELINE =
            Key.of(
                            "pipeline",
                            map(NAME, either(as(COMMAND, PipelineSections::brief), STAGE)),
                            "What `belay evidence run` runs, in this order: a command, or more.")
                    .fallback("{}");

    private PipelineSections() {}

    private static Written brief(List<String> command) {
        return name -> new Build.Stage(name, name, command, List.of(), USUALLY);
    }

    static List<Build.Stage> stages(SequencedMap<String, Written> written) {
        return written.entrySet().stream().map(one -> one.getValue().called(one.getKey())).toList();
    }
}
