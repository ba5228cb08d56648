package dev.belay.judge;

/// Events against an exposure: of all events of a batch, the share that fell to one arm. What rate
/// they have in common does not matter, and may change at any time.
final class RateWatch implements Watch {
    private static final double LEAST = 1e-12;

    private final double tolerated;
    private final double fineAt;
    private final boolean falling;
    private final double temper;
    private final OnsetMixture mixture;
    private final double[] gains = new double[ShareTest.TIMES.length];
    private double proven;
    private double canary;
    private double baseline;

    RateWatch(Measure.Rate measure, Calibration calibration, Rule rule) {
        this(measure.tolerated(), measure.fine(), measure.falling(), calibration, rule);
    }

    RateWatch(Measure.Silence measure, Calibration calibration, Rule rule) {
        this(measure.tolerated(), measure.fine(), true, calibration, rule);
    }

    private RateWatch(
            double tolerated, double fine, boolean falling, Calibration calibration, Rule rule) {
        this.tolerated = tolerated;
        fineAt = fine;
        this.falling = falling;
        temper = calibration.temper();
        mixture = new OnsetMixture(ShareTest.WEIGHTS, rule.onsets());
    }

    @Override
    public void add(long tick, boolean changed, Sample sample) {
        Exposed one;
        Exposed other;
        if (sample instanceof Sample.Arrivals arrivals) {
            one = new Exposed(arrivals.share(), arrivals.canary());
            other = new Exposed(1 - arrivals.share(), arrivals.baseline());
            canary += arrivals.canary();
            baseline += arrivals.baseline();
        } else {
            var events = (Sample.Events) sample;
            one = events.canary();
            other = events.baseline();
            canary += one.exposure();
            baseline += other.exposure();
        }
        Exposed first = falling ? other : one;
        Exposed second = falling ? one : other;
        for (int i = 0; i < gains.length; i++) {
            gains[i] = temper * gain(first, second, tolerated, tolerated * ShareTest.TIMES[i]);
        }
        mixture.add(tick, changed, gains);
        proven += temper * gain(second, first, 1 / fineAt, 1);
    }

    /// @param most times the second's rate that the first may have
    /// @param bet times that it is said to have
    private static double gain(Exposed first, Exposed second, double most, double bet) {
        double u1 = first.exposure();
        double u2 = second.exposure();
        double odds = u1 / u2;
        // Without anything to count against, or next to nothing, nothing is said.
        if (!(odds > LEAST && odds < 1 / LEAST)) {
            return 0;
        }
        double gained = 0;
        if (first.events() > 0) {
            double times = bet * (1 + most * odds) / (most * (1 + bet * odds));
            gained += first.events() * StrictMath.log(times);
        }
        if (second.events() > 0) {
            gained += second.events() * StrictMath.log((1 + most * odds) / (1 + bet * odds));
        }
        return gained;
    }

    @Override
    public double harm() {
        return mixture.log();
    }

    @Override
    public double fine() {
        return proven;
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
