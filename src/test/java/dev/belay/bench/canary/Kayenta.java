package dev.belay.bench.canary;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/// What NetflixACAJudge does with one critical metric that may not increase, written anew from a
/// description of its source: Mann and Whitney's test on values of minutes, with a confidence of 98
/// % and an effect that its lower bound has to be a quarter of, over all minutes so far.
final class Kayenta implements Subject {
    private static final double QUANTILE = 2.3263478740408408;
    private static final double TOLERANCE = 1e-4;

    private final int every;
    private final ToDoubleFunction<Tick[]> canaryValue;
    private final ToDoubleFunction<Tick[]> baselineValue;
    private final Tick[] minute = new Tick[6];
    private double[] canary = new double[1_500];
    private double[] baseline = new double[1_500];
    private int minutes;
    private boolean failed;

    /// @param every so many minutes
    Kayenta(
            int every,
            ToDoubleFunction<Tick[]> canaryValue,
            ToDoubleFunction<Tick[]> baselineValue) {
        this.every = every;
        this.canaryValue = canaryValue;
        this.baselineValue = baselineValue;
    }

    /// Of percents of failures. Minutes without requests count as zero.
    static Kayenta errors(int every) {
        return new Kayenta(
                every, minute -> percent(minute, true), minute -> percent(minute, false));
    }

    private static double percent(Tick[] minute, boolean canary) {
        long all = 0;
        long bad = 0;
        for (Tick tick : minute) {
            var count = canary ? tick.canary() : tick.peer();
            all += count.all();
            bad += count.bad();
        }
        return all == 0 ? 0 : 100.0 * bad / all;
    }

    @Override
    public boolean add(Tick tick) {
        minute[tick.number() % 6] = tick;
        if (tick.number() % 6 == 5) {
            if (minutes == canary.length) {
                canary = Arrays.copyOf(canary, 2 * minutes);
                baseline = Arrays.copyOf(baseline, 2 * minutes);
            }
            canary[minutes] = canaryValue.applyAsDouble(minute);
            baseline[minutes] = baselineValue.applyAsDouble(minute);
            minutes++;
            if (minutes % every == 0) {
                failed |= isHigh();
            }
        }
        return failed;
    }

    private boolean isHigh() {
        double[] x = Arrays.copyOf(canary, minutes);
        double[] y = Arrays.copyOf(baseline, minutes);
        double meanX = Arrays.stream(x).average().orElse(0);
        double meanY = Arrays.stream(y).average().orElse(0);
        // The bound is above zero only where the test at zero says so, which is quicker to find
        // out.
        if (meanX <= meanY || score(x, y, 0, true) < QUANTILE - 0.05) {
            return false;
        }
        double low = root(x, y, QUANTILE, true);
        double estimate = root(x, y, 0, false);
        return low > 0.25 * Math.abs(estimate);
    }

    /// Where the score falls to that value.
    private static double root(double[] x, double[] y, double wanted, boolean corrected) {
        double low = Arrays.stream(x).min().orElse(0) - Arrays.stream(y).max().orElse(0);
        double high = Arrays.stream(x).max().orElse(0) - Arrays.stream(y).min().orElse(0);
        while (high - low > TOLERANCE) {
            double middle = (low + high) / 2;
            if (score(x, y, middle, corrected) > wanted) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /// Of the rank sum, in standard deviations, with corrections for ties and for continuity.
    private static double score(double[] x, double[] y, double shift, boolean corrected) {
        int n = x.length;
        int m = y.length;
        double[] values = new double[n + m];
        for (int i = 0; i < n; i++) {
            values[i] = x[i] - shift;
        }
        System.arraycopy(y, 0, values, n, m);
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double ties = 0;
        double[] ranks = new double[n + m];
        for (int i = 0; i < sorted.length; ) {
            int j = i;
            while (j < sorted.length && sorted[j] == sorted[i]) {
                j++;
            }
            double same = j - i;
            ties += same * same * same - same;
            Arrays.fill(ranks, i, j, (i + 1 + j) / 2.0);
            i = j;
        }
        double sum = 0;
        for (int i = 0; i < n; i++) {
            int at = Arrays.binarySearch(sorted, values[i]);
            sum += ranks[at];
        }
        double off = sum - n * (n + 1) / 2.0 - (double) n * m / 2;
        double variance =
                (double) n * m / 12 * (n + m + 1 - ties / ((double) (n + m) * (n + m - 1)));
        double correction = corrected ? Math.signum(off) * 0.5 : 0;
        return variance <= 0 ? 0 : (off - correction) / Math.sqrt(variance);
    }
}
