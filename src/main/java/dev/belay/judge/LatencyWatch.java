package dev.belay.judge;

import java.util.List;

/// How many requests are slower than each of some levels. Only counts matter, so that one request
/// that takes forever weighs no more than one that is just beyond the level.
final class LatencyWatch implements Watch {
    static final double[] TIMES = {1.05, 1.1, 1.2, 1.4, 2, 4};
    private static final double WORTH = 200;
    private static final Margin SAME = new Margin.Ratio(1);

    private final int tolerated;
    private final int fine;
    private final double temper;
    private final int[] levels;
    private final boolean[] proves;
    private final Forecast[] slow;
    private final Forecast[] slower;
    private final double[] proven;
    private final OnsetMixture mixture;
    private final double[] gains;
    private final double[] canarySlow;
    private final double[] canarySlower;
    private final double[] baselineSlow;
    private final double[] baselineSlower;
    private double canary;
    private double baseline;

    LatencyWatch(Measure.Latency measure, Calibration calibration, Rule rule) {
        this(
                measure,
                measure.tolerated(),
                calibration.temper(),
                new OnsetMixture(weights(measure), rule.onsets()));
    }

    /// @param tolerated in place of the measure's own; below zero where the canary has to be faster
    LatencyWatch(Measure.Latency measure, int tolerated, double temper, OnsetMixture mixture) {
        List<Measure.Latency.Level> all = measure.levels();
        this.tolerated = tolerated;
        fine = measure.fine();
        this.temper = temper;
        this.mixture = mixture;
        levels = all.stream().mapToInt(Measure.Latency.Level::bin).toArray();
        proves = new boolean[levels.length];
        slow = new Forecast[levels.length];
        slower = new Forecast[levels.length];
        for (int i = 0; i < levels.length; i++) {
            proves[i] = all.get(i).proves();
            slow[i] = new Forecast(all.get(i).share(), WORTH);
            slower[i] = new Forecast(all.get(i).share(), WORTH);
        }
        proven = new double[levels.length];
        gains = new double[levels.length * TIMES.length];
        canarySlow = new double[levels.length];
        canarySlower = new double[levels.length];
        baselineSlow = new double[levels.length];
        baselineSlower = new double[levels.length];
    }

    static double[] weights(Measure.Latency measure) {
        double[] all = new double[measure.levels().size() * TIMES.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = measure.levels().get(i / TIMES.length).weight();
        }
        return all;
    }

    @Override
    public void add(long tick, boolean changed, Sample sample) {
        var times = (Sample.Times) sample;
        double n1 = (double) times.canary().total();
        double n2 = (double) times.baseline().total();
        times.canary().beyond(levels, tolerated, canarySlow);
        times.canary().beyond(levels, fine, canarySlower);
        times.baseline().beyond(levels, 0, baselineSlow);
        times.baseline().beyond(levels, fine, baselineSlower);
        for (int i = 0; i < levels.length; i++) {
            double share = slow[i].share();
            for (int k = 0; k < TIMES.length; k++) {
                double beyond = SAME.beyond(TIMES[k], share);
                gains[i * TIMES.length + k] =
                        temper * SAME.gain(canarySlow[i], n1, baselineSlow[i], n2, beyond, share);
            }
            if (proves[i]) {
                // If it is as the baseline is, stretched it would be beyond the level less often.
                proven[i] +=
                        temper
                                * SAME.gain(
                                        baselineSlow[i],
                                        n2,
                                        canarySlower[i],
                                        n1,
                                        share,
                                        slower[i].share());
            }
            slow[i].add(baselineSlow[i], n2);
            slower[i].add(baselineSlower[i], n2);
        }
        mixture.add(tick, changed, gains);
        canary += n1;
        baseline += n2;
    }

    @Override
    public double harm() {
        return mixture.log();
    }

    /// Every level that has to be proven.
    @Override
    public double fine() {
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < levels.length; i++) {
            least = proves[i] ? Math.min(least, proven[i]) : least;
        }
        return least == Double.POSITIVE_INFINITY ? 0 : least;
    }

    @Override
    public double canary() {
        return canary;
    }

    @Override
    public double baseline() {
        return baseline;
    }
}
