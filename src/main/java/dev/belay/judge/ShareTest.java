package dev.belay.judge;

/// Whether the share of bad ones in the first arm is beyond a margin above the second's.
final class ShareTest {
    static final double[] TIMES = {1.3, 1.6, 2, 3, 5, 10, 30};
    private static final double[] ROUGHLY = {1.5, 3, 8, 30};
    private static final double[] EVENLY = {1, 1, 1, 1};
    static final double[] WEIGHTS = {.10, .15, .20, .20, .15, .10, .10};

    private final Margin margin;
    private final double[] times;
    private final double temper;
    private final OnsetMixture mixture;
    private final double[] gains;

    /// @param times no size at all: that both are equal, which is within a margin and beyond its
    ///   mirror
    private ShareTest(Margin margin, double[] times, double temper, OnsetMixture mixture) {
        this.margin = margin;
        this.times = times;
        this.temper = temper;
        this.mixture = mixture;
        gains = new double[Math.max(1, times.length)];
    }

    static ShareTest beyond(Margin margin, double temper, int onsets) {
        return new ShareTest(margin, TIMES, temper, new OnsetMixture(WEIGHTS, onsets));
    }

    /// With few sizes: for what is only denied where it is not met at all.
    static ShareTest roughly(Margin margin, double temper, int onsets) {
        return new ShareTest(margin, ROUGHLY, temper, new OnsetMixture(EVENLY, onsets));
    }

    /// With whatever sizes, from the start.
    static ShareTest atOnce(Margin margin, double temper) {
        return new ShareTest(margin, TIMES, temper, OnsetMixture.atOnce(WEIGHTS));
    }

    /// Bets that both are equal.
    static ShareTest equal(Margin margin, double temper) {
        return new ShareTest(margin, new double[0], temper, OnsetMixture.atOnce(1));
    }

    /// @param base what the second arm's share is taken to be
    void add(long tick, boolean changed, Count first, Count second, double base) {
        if (times.length == 0) {
            gains[0] = gain(first, second, base, base);
        }
        for (int i = 0; i < times.length; i++) {
            gains[i] = gain(first, second, margin.beyond(times[i], base), base);
        }
        mixture.add(tick, changed, gains);
    }

    private double gain(Count first, Count second, double p1, double p2) {
        double x1 = (double) first.bad();
        double x2 = (double) second.bad();
        return temper * margin.gain(x1, (double) first.all(), x2, (double) second.all(), p1, p2);
    }

    double log() {
        return mixture.log();
    }
}
