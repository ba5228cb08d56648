package dev.belay.judge;

import dev.belay.judge.Measure.Latency;

/// By how much the canary is slower: "at least 8 %, at most 14 %". At least, because at some level
/// it is slower than the baseline would be if that were stretched so; at most, because at some
/// level it is not.
public final class StretchBand {
    /// In bins, to either side.
    private static final int WIDEST = 30;

    private final double needed;
    private final double gamma;
    private final LatencyWatch[] slower = new LatencyWatch[2 * WIDEST + 1];
    private final LatencyWatch[] faster = new LatencyWatch[2 * WIDEST + 1];
    private long tick;
    private double low;
    private double high = Double.POSITIVE_INFINITY;

    public StretchBand(Latency measure, Calibration calibration, double error) {
        if (!(error > 0 && error < 1)) {
            throw new IllegalArgumentException("an error of " + error);
        }
        needed = -StrictMath.log(error / 2);
        gamma = measure.gamma();
        for (int i = 0; i < slower.length; i++) {
            slower[i] = watch(measure, calibration, i - WIDEST);
            faster[i] = watch(measure, calibration, WIDEST - i);
        }
    }

    private static LatencyWatch watch(Latency measure, Calibration calibration, int bins) {
        return new LatencyWatch(
                measure,
                bins,
                calibration.temper(),
                OnsetMixture.atOnce(LatencyWatch.weights(measure)));
    }

    public void add(Histogram canary, Histogram baseline) {
        for (int i = 0; i < slower.length; i++) {
            slower[i].add(tick, false, new Sample.Times(canary, baseline));
            faster[i].add(tick, false, new Sample.Times(baseline, canary));
            double stretch = StrictMath.pow(gamma, i - WIDEST);
            if (slower[i].harm() >= needed) {
                low = Math.max(low, stretch);
            }
            if (faster[i].harm() >= needed) {
                high = Math.min(high, stretch);
            }
        }
        tick++;
    }

    /// As ratios: 1.08 is 8 % slower. A canary that is slower at one level and faster at another is
    /// both, and its band is empty.
    public Band band() {
        return new Band(low, high);
    }
}
