package dev.belay.judge;

import static dev.belay.judge.Rollouts.calibrated;
import static dev.belay.judge.Rollouts.it;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.judge.Measure.Latency;
import dev.belay.judge.Verdict.Outcome;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LatencyTest {
    private static final double GAMMA = Latency.GAMMA;

    /// Times around 100 ms, whose logarithms are normal.
    private static Histogram times(SplittableRandom random, int count, double stretch) {
        var counted = new TreeMap<Integer, Long>();
        for (int i = 0; i < count; i++) {
            double time = 100 * stretch * Math.exp(0.4 * random.nextGaussian());
            counted.merge(Histogram.bin(time, GAMMA), 1L, Long::sum);
        }
        return new Histogram(counted);
    }

    private static Latency measure(SplittableRandom random) {
        return Latency.of(GAMMA, 2, 4, times(random, 20_000, 1));
    }

    @Test
    void bins_are_what_they_say() {
        assertThat(Histogram.bin(1, GAMMA)).isZero();
        assertThat(Histogram.bin(GAMMA, GAMMA)).isEqualTo(1);
        assertThat(Histogram.bin(GAMMA * 1.0001, GAMMA)).isEqualTo(2);
        assertThat(Histogram.bin(Double.MIN_VALUE, GAMMA)).isLessThan(-20_000);
        assertThat(Histogram.bin(Double.MAX_VALUE, GAMMA)).isGreaterThan(20_000);
        var some = new TreeMap<Integer, Long>();
        some.put(1, 5L);
        some.put(3, 2L);
        var histogram = new Histogram(some);
        double[] beyond = new double[3];
        histogram.beyond(new int[] {0, 1, 3}, 0, beyond);
        assertThat(beyond).containsExactly(7, 2, 0);
        histogram.beyond(new int[] {0, 1, 3}, -1, beyond);
        assertThat(beyond).containsExactly(7, 7, 2);
        assertThat(histogram.beyond(2)).isEqualTo(2);
    }

    @Test
    void a_tenth_slower_is_found_and_a_thirtieth_is_not() {
        var random = new SplittableRandom(8);
        Latency measure = measure(random);
        var slower = calibrated(Rollouts.of(measure));
        var little = calibrated(Rollouts.of(measure));
        var same = calibrated(Rollouts.of(measure));
        for (int i = 0; i < 120; i++) {
            Histogram baseline = times(random, 300, 1);
            slower.add(it(i, new Sample.Times(times(random, 300, 1.15), baseline)));
            little.add(it(i, new Sample.Times(times(random, 300, 1.03), baseline)));
            same.add(it(i, new Sample.Times(times(random, 300, 1), baseline)));
        }
        assertThat(slower.verdict().outcome()).isEqualTo(Outcome.FAIL);
        assertThat(little.hasFailed()).isFalse();
        assertThat(same.verdict().outcome()).isEqualTo(Outcome.PASS);
    }

    /// Of 100 requests 99 take as long as each other, and one three times as long.
    private static Histogram alike(int first, int last) {
        var counted = new TreeMap<Integer, Long>();
        counted.merge(first, 990L, Long::sum);
        counted.merge(last, 10L, Long::sum);
        return new Histogram(counted);
    }

    @Test
    void times_that_are_the_same_again_and_again_are_proven_to_be_no_longer() {
        Latency measure = Latency.of(GAMMA, 2, 4, alike(200, 245));
        var same = calibrated(Rollouts.of(measure));
        var all = calibrated(Rollouts.of(measure));
        var slowest = calibrated(Rollouts.of(measure));
        for (int i = 0; i < 120; i++) {
            same.add(it(i, new Sample.Times(alike(200, 245), alike(200, 245))));
            all.add(it(i, new Sample.Times(alike(206, 251), alike(200, 245))));
            slowest.add(it(i, new Sample.Times(alike(200, 251), alike(200, 245))));
        }
        assertThat(same.verdict().outcome()).isEqualTo(Outcome.PASS);
        assertThat(all.verdict().outcome()).isEqualTo(Outcome.FAIL);
        assertThat(slowest.verdict().outcome()).isNotEqualTo(Outcome.PASS);
    }

    @Test
    void a_band_has_the_stretch_in_it_and_a_quantile_its_place() {
        var random = new SplittableRandom(9);
        var stretch = new StretchBand(measure(random), Calibration.INDEPENDENT, 0.05);
        var all = new TreeMap<Integer, Long>();
        for (int i = 0; i < 40; i++) {
            Histogram canary = times(random, 400, 1.2);
            canary.counted().forEach((bin, count) -> all.merge(bin, count, Long::sum));
            stretch.add(canary, times(random, 400, 1));
        }
        Band band = stretch.band();
        assertThat(band.low()).isBetween(1.1, 1.2);
        assertThat(band.high()).isBetween(1.2, 1.35);
        Band median = QuantileBand.of(new Histogram(all), GAMMA, 0.5, 0.05);
        assertThat(median.low()).isBetween(110.0, 120.0);
        assertThat(median.high()).isBetween(120.0, 130.0);
        assertThat(QuantileBand.of(Histogram.EMPTY, GAMMA, 0.5, 0.05))
                .isEqualTo(new Band(0, Double.POSITIVE_INFINITY));
    }
}
