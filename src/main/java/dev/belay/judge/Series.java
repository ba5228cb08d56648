package dev.belay.judge;

import java.util.ArrayList;
import java.util.List;

/// The difference of two arms that nothing distinguishes, batch by batch, and what its variance
/// would be if requests were independent of each other.
final class Series {
    private final double[] difference;
    private final double[] variance;

    private Series(int batches) {
        difference = new double[batches];
        variance = new double[batches];
    }

    /// Of an estimate with fewer blocks nothing follows.
    private static final int FEWEST_BLOCKS = 8;

    private static final int FEWEST_EVENTS = 20;
    private static final double FLAT = 1.1;

    /// As many series as the measure looks at.
    static List<Series> of(Measure measure, List<Sample> samples) {
        int count = measure instanceof Measure.Latency latency ? latency.levels().size() : 1;
        var all = new ArrayList<Series>();
        for (int i = 0; i < count; i++) {
            var series = new Series(samples.size());
            for (int t = 0; t < samples.size(); t++) {
                series.set(t, measure, samples.get(t), i);
            }
            all.add(series);
        }
        return all;
    }

    private void set(int at, Measure measure, Sample sample, int level) {
        switch (sample) {
            case Sample.Outcomes s -> {
                Count other = s.peers().isEmpty() ? s.baseline() : s.peers().getFirst();
                counts(at, s.canary(), other);
            }
            case Sample.Times s -> {
                int bin = ((Measure.Latency) measure).levels().get(level).bin();
                var one = new Count(s.canary().total(), s.canary().beyond(bin));
                counts(at, one, new Count(s.baseline().total(), s.baseline().beyond(bin)));
            }
            case Sample.Events s -> events(at, s.canary(), s.baseline());
            case Sample.Arrivals s ->
                    events(
                            at,
                            new Exposed(s.share(), s.canary()),
                            new Exposed(1 - s.share(), s.baseline()));
            case Sample.Values s -> means(at, s, ((Measure.Mean) measure).bins());
        }
    }

    private void counts(int at, Count one, Count other) {
        double n1 = (double) one.all();
        double n2 = (double) other.all();
        events(at, new Exposed(n1, one.bad()), new Exposed(n2, other.bad()));
        if (n1 + n2 > 0) {
            // Without replacement: of many bad ones there cannot be many more.
            variance[at] *= 1 - (one.bad() + other.bad()) / (n1 + n2);
        }
    }

    private void events(int at, Exposed one, Exposed other) {
        double u1 = one.exposure();
        double u2 = other.exposure();
        double x1 = (double) one.events();
        double x2 = (double) other.events();
        if (u1 > 0 && u2 > 0) {
            double share = u1 / (u1 + u2);
            difference[at] = x1 * (1 - share) - x2 * share;
            variance[at] = (x1 + x2) * share * (1 - share);
        }
    }

    private void means(int at, Sample.Values values, int bins) {
        double n1 = values.canary().total();
        double n2 = values.baseline().total();
        if (n1 > 0 && n2 > 0) {
            double both = n1 * n2 / (n1 + n2);
            double mean1 = moment(values.canary(), bins, 1) / n1;
            double mean2 = moment(values.baseline(), bins, 1) / n2;
            double squares = moment(values.canary(), bins, 2) + moment(values.baseline(), bins, 2);
            double mean = (mean1 * n1 + mean2 * n2) / (n1 + n2);
            difference[at] = (mean1 - mean2) * both;
            variance[at] = Math.max(0, squares / (n1 + n2) - mean * mean) * both;
        }
    }

    private static double moment(Histogram histogram, int bins, int power) {
        double sum = 0;
        for (int i = 0; i < histogram.size(); i++) {
            double value = (histogram.binAt(i) + 0.5) / bins;
            sum += histogram.countAt(i) * (power == 1 ? value : value * value);
        }
        return sum;
    }

    /// What this series shows, or the default when it shows too little.
    Calibration calibration() {
        double events = 0;
        for (double one : variance) {
            events += one;
        }
        int most = difference.length / FEWEST_BLOCKS;
        // Half of all events are in either arm, so that the variance is a quarter of their count.
        if (most < 1 || events < FEWEST_EVENTS / 4.0) {
            return Calibration.DEFAULT;
        }
        double correlation = correlation();
        int block = 1;
        while (2 * block <= most
                && (block < 15 * correlation || dispersion(2 * block) > FLAT * dispersion(block))) {
            block *= 2;
        }
        double found = dispersion(block);
        var quiet = new Calibration(true, found, correlation, 1, difference.length);
        if (quiet.temper() == 1) {
            return quiet;
        }
        if (2 * block <= most) {
            found = Math.max(found, dispersion(2 * block));
        }
        // Few blocks may by chance look quiet: the fewer, the more is added.
        found *= 1 + 1 / Math.sqrt((double) difference.length / block);
        // Batches that are independent of each other, however bursty within, have a correlation of
        // 1.
        double apart = Math.clamp(Math.ceil(5 * (correlation - 1)), 1, Calibration.LONGEST_BLOCK);
        return new Calibration(true, found, correlation, (int) apart, difference.length);
    }

    /// How many times the variance of independent requests that of blocks is; blocks overlap.
    double dispersion(int block) {
        int step = Math.max(1, block / 4);
        double squares = 0;
        double expected = 0;
        for (int from = 0; from + block <= difference.length; from += step) {
            double sum = 0;
            for (int i = from; i < from + block; i++) {
                sum += difference[i];
                expected += variance[i];
            }
            squares += sum * sum;
        }
        return expected == 0 ? 0 : squares / expected;
    }

    /// The integral of the autocorrelation, in batches: up to where two neighbouring ones together
    /// are not above zero any more (Geyer's initial positive sequence).
    double correlation() {
        double squares = lagged(0);
        double sum = 1;
        for (int lag = 1; squares > 0 && lag + 1 < difference.length / FEWEST_BLOCKS; lag += 2) {
            double two = (lagged(lag) + lagged(lag + 1)) / squares;
            if (two <= 0) {
                break;
            }
            sum += 2 * two;
        }
        return sum;
    }

    private double lagged(int lag) {
        double sum = 0;
        for (int i = lag; i < difference.length; i++) {
            sum += difference[i] * difference[i - lag];
        }
        return sum;
    }
}
