package dev.belay.judge;

/// By how much the canary's share of bad ones is above the baseline's at most, as far as is proven:
/// true at any time anybody looks, but for the error.
public final class ExcessBound {
    private static final int STEPS = 41;
    private static final double LEAST = 1e-5;

    private final double needed;
    private final double[] excess = new double[STEPS];
    private final ShareTest[] tests = new ShareTest[STEPS];
    private final Forecast forecast = new Forecast(0.005, 200);
    private long tick;
    private double proven = 1;

    public ExcessBound(Calibration calibration, double error) {
        if (!(error > 0 && error < 1)) {
            throw new IllegalArgumentException("an error of " + error);
        }
        needed = -StrictMath.log(error);
        for (int i = 0; i < STEPS; i++) {
            // From a thousandth of a percent to 95 %.
            excess[i] = LEAST * StrictMath.pow(0.95 / LEAST, i / (STEPS - 1.0));
            tests[i] = ShareTest.equal(new Margin.Difference(-excess[i]), calibration.temper());
        }
    }

    public void add(Count canary, Count baseline) {
        double share = forecast.share();
        for (int i = 0; i < STEPS; i++) {
            tests[i].add(tick, false, baseline, canary, share);
            if (tests[i].log() >= needed) {
                proven = Math.min(proven, excess[i]);
            }
        }
        forecast.add(baseline);
        tick++;
    }

    public double atMost() {
        return proven;
    }
}
