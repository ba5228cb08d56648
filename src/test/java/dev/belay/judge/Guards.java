package dev.belay.judge;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A guard of every kind, and batches for all of them.
final class Guards {
    private Guards() {}

    static List<Guard> all() {
        var before = new Histogram(new TreeMap<>(Map.of(10, 500L, 20, 400L, 60, 100L)));
        return List.of(
                new Guard("errors", .35, Measure.Errors.USUAL),
                new Guard("latency", .30, Measure.Latency.of(1.025, 2, 4, before)),
                new Guard("silence", .15, Measure.Silence.USUAL),
                new Guard("crashes", .10, new Measure.Rate(1.5, 2, false)),
                new Guard("score", .10, new Measure.Mean(100, .01, .03)),
                new Guard("split", 0, new Measure.Split()));
    }

    static Batch batch(long number, Count canary, Count baseline) {
        var samples = new TreeMap<String, Sample>();
        samples.put("errors", Sample.Outcomes.even(canary, baseline));
        samples.put("latency", new Sample.Times(times(canary, 70), times(baseline, 70)));
        var arrivals = new Sample.Arrivals(canary.all(), baseline.all(), 0.5);
        samples.put("silence", arrivals);
        samples.put("split", arrivals);
        samples.put(
                "crashes",
                new Sample.Events(
                        new Exposed(canary.all() * 1e-9, canary.bad()),
                        new Exposed(baseline.all(), baseline.bad())));
        samples.put("score", new Sample.Values(times(canary, 99), times(baseline, 99)));
        return new Batch(number, number % 5 == 0, samples);
    }

    /// The bad ones in that bin, the others in a low one.
    private static Histogram times(Count count, int worst) {
        var counted = new TreeMap<Integer, Long>();
        if (count.all() > count.bad()) {
            counted.put(15, count.all() - count.bad());
        }
        if (count.bad() > 0) {
            counted.put(worst, count.bad());
        }
        return new Histogram(counted);
    }
}
