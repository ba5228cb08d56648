package dev.belay.judge;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Rules and batches for tests of the judge.
final class Rollouts {
    static final String ERRORS = "errors";
    static final Map<String, Calibration> INDEPENDENT =
            Map.of(ERRORS, Calibration.INDEPENDENT, "latency", Calibration.INDEPENDENT);

    private Rollouts() {}

    static Rule errors() {
        return Rule.usual(List.of(new Guard(ERRORS, 1, Measure.Errors.USUAL)), 1);
    }

    static Rule of(Measure measure) {
        return Rule.usual(List.of(new Guard("it", 1, measure)), 1);
    }

    static Batch errors(long number, long canary, long bad, long baseline, long badBaseline) {
        return new Batch(
                number,
                Map.of(
                        ERRORS,
                        Sample.Outcomes.even(
                                new Count(canary, bad), new Count(baseline, badBaseline))));
    }

    static Batch it(long number, Sample sample) {
        return new Batch(number, Map.of("it", sample));
    }

    static Trial calibrated(Rule rule) {
        var all = new java.util.HashMap<String, Calibration>();
        rule.guards().forEach(guard -> all.put(guard.name(), Calibration.INDEPENDENT));
        return new Trial(rule, all);
    }

    static long binomial(SplittableRandom random, long n, double p) {
        long x = 0;
        for (long i = 0; i < n; i++) {
            x += random.nextDouble() < p ? 1 : 0;
        }
        return x;
    }
}
