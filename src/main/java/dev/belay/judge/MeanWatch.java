package dev.belay.judge;

/// The mean of values between 0 and 1, of which nothing else is known. The gambler stakes what
/// would have paid best if the next batch were as those before, and some parts and multiples of it.
final class MeanWatch implements Watch {
    private static final double[] STAKES = {.25, .5, 1, 2};
    private static final double[] EVENLY = {1, 1, 1, 1};

    private final int bins;
    private final double tolerated;
    private final double fineAt;
    private final double temper;
    private final OnsetMixture worse;
    private final OnsetMixture proven = OnsetMixture.atOnce(EVENLY);
    private final Moments canaryMoments = new Moments();
    private final Moments baselineMoments = new Moments();
    private final double[] gains = new double[STAKES.length];
    private double canary;
    private double baseline;

    MeanWatch(Measure.Mean measure, Calibration calibration, Rule rule) {
        bins = measure.bins();
        tolerated = measure.tolerated();
        fineAt = measure.fine();
        temper = calibration.temper();
        worse = new OnsetMixture(EVENLY, rule.onsets());
    }

    @Override
    public void add(long tick, boolean changed, Sample sample) {
        var values = (Sample.Values) sample;
        Histogram one = values.canary();
        Histogram other = values.baseline();
        refuseOutside(one);
        refuseOutside(other);
        bet(one, canaryMoments, other, baselineMoments, tolerated);
        worse.add(tick, changed, gains);
        bet(other, baselineMoments, one, canaryMoments, -fineAt);
        proven.add(tick, changed, gains);
        canaryMoments.add(one, bins);
        baselineMoments.add(other, bins);
        canary += one.total();
        baseline += other.total();
    }

    private void refuseOutside(Histogram histogram) {
        for (int i = 0; i < histogram.size(); i++) {
            if (histogram.binAt(i) < 0 || histogram.binAt(i) >= bins) {
                throw new IllegalArgumentException(histogram.binAt(i) + " of " + bins + " bins");
            }
        }
    }

    /// That the first's mean is more than `margin` above the second's.
    private void bet(
            Histogram first,
            Moments firstSeen,
            Histogram second,
            Moments secondSeen,
            double margin) {
        double n1 = first.total();
        double n2 = second.total();
        if (!(n1 > 0 && n2 > 0)) {
            java.util.Arrays.fill(gains, 0);
            return;
        }
        // Whatever is forecast here, the bet is fair: only the distance of both matters.
        double q2 = Math.clamp(secondSeen.mean(), Math.max(0, -margin), Math.min(1, 1 - margin));
        double q1 = q2 + margin;
        double lead = Math.max(firstSeen.mean() - q1, 0.01);
        double noise = firstSeen.variance() / n1 + secondSeen.variance() / n2;
        double most = 0.9 * Math.min(n1 / Math.max(q1, 1e-9), n2 / Math.max(1 - q2, 1e-9));
        for (int k = 0; k < STAKES.length; k++) {
            double stake = Math.min(STAKES[k] * lead / noise, most);
            double gain = 0;
            for (int i = 0; i < first.size(); i++) {
                // The least that it can have been, and below the greatest: what is worse is proven.
                double value = (double) first.binAt(i) / bins;
                gain += first.countAt(i) * StrictMath.log1p(stake / n1 * (value - q1));
            }
            for (int i = 0; i < second.size(); i++) {
                double value = (second.binAt(i) + 1.0) / bins;
                gain += second.countAt(i) * StrictMath.log1p(-stake / n2 * (value - q2));
            }
            gains[k] = temper * gain;
        }
    }

    @Override
    public double harm() {
        return worse.log();
    }

    @Override
    public double fine() {
        return proven.log();
    }

    @Override
    public double canary() {
        return canary;
    }

    @Override
    public double baseline() {
        return baseline;
    }

    /// Mean and variance of earlier batches, of which the later count more.
    private static final class Moments {
        private static final double HALF_LIFE = 180;
        private static final double DECAY = StrictMath.pow(0.5, 1 / HALF_LIFE);
        private static final double LEAST = 1e-4;

        private double all = 10;
        private double sum = 5;
        private double squares = 3;

        double mean() {
            return sum / all;
        }

        double variance() {
            return Math.max(LEAST, squares / all - mean() * mean());
        }

        void add(Histogram histogram, int bins) {
            all *= DECAY;
            sum *= DECAY;
            squares *= DECAY;
            for (int i = 0; i < histogram.size(); i++) {
                double value = (histogram.binAt(i) + 0.5) / bins;
                double count = histogram.countAt(i);
                all += count;
                sum += count * value;
                squares += count * value * value;
            }
        }
    }
}
