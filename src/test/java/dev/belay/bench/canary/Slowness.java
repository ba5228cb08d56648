package dev.belay.bench.canary;

import dev.belay.judge.Histogram;
import java.util.Map;
import java.util.TreeMap;

/// Other judges of times.
final class Slowness {
    private Slowness() {}

    /// The 99th percentile of a minute.
    static double p99(Tick[] minute, boolean canary) {
        return quantile(minute, canary, 0.99);
    }

    private static double quantile(Tick[] minute, boolean canary, double share) {
        var all = new TreeMap<Integer, Long>();
        long total = 0;
        for (Tick tick : minute) {
            Histogram times = canary ? tick.canaryTimes() : tick.baselineTimes();
            times.counted().forEach((bin, count) -> all.merge(bin, count, Long::sum));
            total += times.total();
        }
        long seen = 0;
        for (Map.Entry<Integer, Long> one : all.entrySet()) {
            seen += one.getValue();
            if (seen >= share * total) {
                return Math.pow(World.GAMMA, one.getKey());
            }
        }
        return 0;
    }

    static Subject kayenta(int every) {
        return new Kayenta(every, minute -> p99(minute, true), minute -> p99(minute, false));
    }

    /// Each minute: the 99th percentile at most 1.15 times the baseline's first one; ten failures.
    static Subject flagger() {
        return new Subject() {
            private final Tick[] minute = new Tick[6];
            private double usual;
            private int failed;

            @Override
            public boolean add(Tick tick) {
                minute[tick.number() % 6] = tick;
                if (tick.number() % 6 == 5) {
                    usual = usual == 0 ? p99(minute, false) : usual;
                    failed += p99(minute, true) > 1.15 * usual ? 1 : 0;
                }
                return failed >= 10;
            }
        };
    }

    /// Kolmogorov and Smirnov's distance beyond bands around both distributions that hold at all
    /// times (Howard and Ramdas, 2022).
    static Subject bands() {
        return new Subject() {
            private final TreeMap<Integer, Long> both = new TreeMap<>();
            private double n1;
            private double n2;
            private boolean failed;

            @Override
            public boolean add(Tick tick) {
                n1 += tick.canaryTimes().total();
                n2 += tick.baselineTimes().total();
                // Two counts in one number: the canary's above, the baseline's below.
                tick.canaryTimes()
                        .counted()
                        .forEach((bin, count) -> both.merge(bin, count << 32, Long::sum));
                tick.baselineTimes()
                        .counted()
                        .forEach((bin, count) -> both.merge(bin, count, Long::sum));
                // Sums are made each minute only.
                if (!failed && tick.number() % 6 == 5) {
                    double most = 0;
                    double below1 = 0;
                    double below2 = 0;
                    for (long counts : both.values()) {
                        below1 += counts >>> 32;
                        below2 += counts & 0xFFFFFFFFL;
                        most = Math.max(most, below2 / n2 - below1 / n1);
                    }
                    failed = most > width(n1) + width(n2);
                }
                return failed;
            }
        };
    }

    private static double width(double n) {
        double loglog = Math.log(Math.log(Math.E * n));
        return 0.85 * Math.sqrt((loglog + 0.8 * Math.log(1_612 / 0.005)) / n);
    }
}
