package dev.belay.judge;

/// Whether requests are split as the weights say, to either side: by how much better any other
/// split tells what came in (a beta mixture around the one that is due). Weights may change: each
/// stretch of one weight is a bet of its own with what the last one left.
final class SplitWatch implements Watch {
    /// The prior of other splits is as narrow as if so many requests had been seen.
    private static final double WORTH = 100;

    private final double temper;
    private double before;
    private double share = Double.NaN;
    private double one;
    private double other;
    private double now;
    private double canary;
    private double baseline;

    SplitWatch(Calibration calibration) {
        temper = calibration.temper();
    }

    @Override
    public void add(long tick, boolean changed, Sample sample) {
        var arrivals = (Sample.Arrivals) sample;
        if (Double.compare(arrivals.share(), share) != 0) {
            before += now;
            share = arrivals.share();
            one = 0;
            other = 0;
        }
        one += arrivals.canary();
        other += arrivals.baseline();
        double a = WORTH * share;
        double b = WORTH * (1 - share);
        now =
                Logs.beta(a + one, b + other)
                        - Logs.beta(a, b)
                        - one * StrictMath.log(share)
                        - other * StrictMath.log1p(-share);
        canary += arrivals.canary();
        baseline += arrivals.baseline();
    }

    /// That the split is broken: nobody's harm, but no comparison either. A power of at most one of
    /// a whole stretch's evidence is as good as that of each batch.
    @Override
    public double harm() {
        return temper * (before + now);
    }

    @Override
    public double fine() {
        return Double.POSITIVE_INFINITY;
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
