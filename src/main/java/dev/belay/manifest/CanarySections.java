package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.MORE;
import static dev.belay.manifest.shape.Shapes.PERCENT;
import static dev.belay.manifest.shape.Shapes.TIMES;
import static dev.belay.manifest.shape.Shapes.YES_NO;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.words;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.Canary;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// How canaries go on in an environment.
final class CanarySections {
    private static final int STEPS_MAX = 20;

    static final Key<List<Integer>> STEPS =
            Key.of(
                    "steps",
                    list(PERCENT, 1, STEPS_MAX),
                    "A canary's part of the requests, step by step; after the last it gets all of"
                            + " them. By default `[1%, 10%, 50%]`.");
    static final Key<Duration> LEAST =
            Key.of("step-time", DURATION, "How long each step of a canary lasts at the least.")
                    .fallback("5m");
    static final Key<Duration> MOST =
            Key.of(
                            "step-limit",
                            DURATION,
                            "How long a step waits for proof at the most. Then the release goes"
                                    + " back.")
                    .fallback("2h");
    static final Key<String> ADVANCE =
            Key.of(
                            "advance",
                            words("proven", "time"),
                            "`proven`: a step ends when it is proven that the canary is not worse."
                                    + " `time`: it ends with its time, unless something speaks"
                                    + " against the canary.")
                    .fallback("proven");
    static final Key<String> ERRORS =
            Key.of(
                    "error-rate",
                    TIMES,
                    "Its share of failed requests, against the old revision's. By default `1.25x`.");
    static final Key<String> LATENCY =
            Key.of(
                    "latency",
                    MORE,
                    "How much longer its answers take than the old revision's. By default `+5%`.");
    static final Key<Boolean> CRASH_LOOP =
            Key.of("crash-loop", YES_NO, "That it starts and dies again and again: in any case.");
    static final Fields<Row> ROLL_BACK_ON =
            Fields.of(
                    "roll-back-on",
                    "What turns a release back. Errors and latency are compared while a canary is"
                            + " beside the old revision.",
                    "{error-rate: 1.25x, latency: +5%, crash-loop: true}",
                    List.of(ERRORS, LATENCY, CRASH_LOOP),
                    List.of(),
                    row -> row);
    static final Key<Row> ROLL_BACK_ON_KEY =
            Key.of("roll-back-on", ROLL_BACK_ON, "What turns a release back.").fallback("{}");

    static final List<Key<?>> ALL = List.of(STEPS, LEAST, MOST, ADVANCE, PrometheusSections.KEY);

    private CanarySections() {}

    /// What [CanaryCheck] found in order.
    static Canary canary(Row rollout, Row rollBackOn, Path folder) {
        var canary =
                new Canary(
                        rollout.find(STEPS).orElse(Canary.USUAL.steps()),
                        rollout.get(LEAST),
                        rollout.get(MOST),
                        rollout.get(ADVANCE).equals("proven"),
                        rollBackOn
                                .find(ERRORS)
                                .map(CanarySections::more)
                                .orElse(Canary.USUAL.errors()),
                        rollBackOn
                                .find(LATENCY)
                                .map(text -> Integer.parseInt(text.substring(1, text.length() - 1)))
                                .orElse(Canary.USUAL.slower()));
        return rollout.find(PrometheusSections.KEY)
                .map(row -> canary.countedBy(PrometheusSections.source(row, folder)))
                .orElse(canary);
    }

    /// `1.25x` is 25 percent more.
    private static int more(String times) {
        return new BigDecimal(times.substring(0, times.length() - 1))
                .subtract(BigDecimal.ONE)
                .movePointRight(2)
                .intValueExact();
    }
}
