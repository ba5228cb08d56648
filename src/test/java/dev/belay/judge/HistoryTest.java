package dev.belay.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private static final int DAY = 8_640;

    private static Calibration of(History history) {
        var all = history.calibrations(Rollouts.errors());
        return all.getOrDefault(Rollouts.ERRORS, Calibration.DEFAULT);
    }

    /// Both arms alike, in the second of which errors come in bursts while something lasts.
    private static History bursty(long seed, int mean) {
        var random = new SplittableRandom(seed);
        boolean[] burst = new boolean[2];
        var all = new ArrayList<Batch>();
        for (int i = 0; i < DAY; i++) {
            long[] bad = new long[2];
            for (int arm = 0; arm < 2; arm++) {
                double turns = burst[arm] ? 1.0 / mean : 1.0 / (9 * mean);
                burst[arm] ^= random.nextDouble() < turns;
                bad[arm] = Rollouts.binomial(random, 100, burst[arm] ? 0.05 : 0.01);
            }
            all.add(Rollouts.errors(i, 100, bad[0], 100, bad[1]));
        }
        return new History(all);
    }

    private static History independent(long seed) {
        var random = new SplittableRandom(seed);
        var all = new ArrayList<Batch>();
        for (int i = 0; i < DAY; i++) {
            // An hour of trouble for both is no dispersion.
            double share = i % 1_000 < 50 ? 0.2 : 0.01;
            long canary = 50L + random.nextInt(100);
            all.add(
                    Rollouts.errors(
                            i,
                            canary,
                            Rollouts.binomial(random, canary, share),
                            100,
                            Rollouts.binomial(random, 100, share)));
        }
        return new History(all);
    }

    @Test
    void independent_requests_are_known_to_be() {
        Calibration found = of(independent(1));
        assertThat(found.measured()).isTrue();
        assertThat(found.dispersion()).isBetween(0.9, 1.25);
        assertThat(found.temper()).isEqualTo(1);
        assertThat(found.block()).isEqualTo(1);
        assertThat(found.history()).isEqualTo(DAY);
    }

    @Test
    void bursts_are_seen_in_blocks_that_are_longer_than_they_are() {
        Calibration found = of(bursty(2, 6));
        assertThat(found.correlation()).isBetween(1.5, 15.0);
        assertThat(found.dispersion()).isGreaterThan(2);
        assertThat(found.temper()).isLessThan(0.35);
        assertThat(found.block()).isGreaterThan(6);
    }

    @Test
    void from_little_nothing_is_known() {
        assertThat(of(new History(java.util.List.of()))).isEqualTo(Calibration.DEFAULT);
        assertThat(of(independent(3).part(0, 5))).isEqualTo(Calibration.DEFAULT);
        var quiet = new ArrayList<Batch>();
        for (int i = 0; i < 1_000; i++) {
            quiet.add(Rollouts.errors(i, 100, 0, 100, 0));
        }
        assertThat(of(new History(quiet))).isEqualTo(Calibration.DEFAULT);
    }

    /// What was not tempered is rolled back all the time, and that is seen before any rollout.
    @Test
    void the_rate_of_false_rollbacks_is_measured_on_what_nobody_changed() {
        var strict =
                Rule.usual(
                        java.util.List.of(
                                new Guard(
                                        Rollouts.ERRORS,
                                        1,
                                        new Measure.Errors(1, 0, 1.5, 0, true))),
                        1);
        History history = bursty(4, 6);
        History later = history.part(DAY / 2, DAY);
        var naive = later.falseRollbacks(strict, Rollouts.INDEPENDENT, 360);
        var tempered =
                later.falseRollbacks(strict, history.part(0, DAY / 2).calibrations(strict), 360);
        assertThat(naive.rollouts()).isEqualTo(24);
        assertThat(naive.failed()).isGreaterThan(10);
        assertThat(tempered.failed()).isLessThanOrEqualTo(1);
        assertThat(tempered.atMost()).isCloseTo(tempered.failed() == 0 ? 0.117 : 0.18, within(.01));
    }
}
