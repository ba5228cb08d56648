package dev.belay.judge;

/// How many times as often the canary fails as the baseline: "1.6 to 4.1 times". Each of some
/// ratios is on trial from both sides, and what was ruled out once stays so. Where no ratio is left
/// the band is empty, its low end above its high one: then the ratio was not the same all the time.
public final class RatioBand {
    private static final int STEPS = 61;
    private static final double WIDEST = 32;

    private final double needed;
    private final double[] ratios = new double[STEPS];
    private final ShareTest[] above = new ShareTest[STEPS];
    private final ShareTest[] below = new ShareTest[STEPS];
    private final Forecast canaryForecast = new Forecast(0.005, 200);
    private final Forecast baselineForecast = new Forecast(0.005, 200);
    private long tick;
    private double low;
    private double high = Double.POSITIVE_INFINITY;

    public RatioBand(Calibration calibration, double error) {
        if (!(error > 0 && error < 1)) {
            throw new IllegalArgumentException("an error of " + error);
        }
        needed = -StrictMath.log(error / 2);
        double temper = calibration.temper();
        for (int i = 0; i < STEPS; i++) {
            ratios[i] = StrictMath.pow(WIDEST, 2.0 * i / (STEPS - 1) - 1);
            above[i] = ShareTest.atOnce(new Margin.Ratio(ratios[i]), temper);
            below[i] = ShareTest.atOnce(new Margin.Ratio(1 / ratios[i]), temper);
        }
    }

    public void add(Count canary, Count baseline) {
        double canaryShare = canaryForecast.share();
        double baselineShare = baselineForecast.share();
        for (int i = 0; i < STEPS; i++) {
            above[i].add(tick, false, canary, baseline, baselineShare);
            below[i].add(tick, false, baseline, canary, canaryShare);
            if (above[i].log() >= needed) {
                low = Math.max(low, ratios[i]);
            }
            if (below[i].log() >= needed) {
                high = Math.min(high, ratios[i]);
            }
        }
        canaryForecast.add(canary);
        baselineForecast.add(baseline);
        tick++;
    }

    public Band band() {
        return new Band(low, high);
    }
}
