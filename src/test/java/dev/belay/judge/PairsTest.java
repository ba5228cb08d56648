package dev.belay.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.belay.judge.Pairs.Outcome;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PairsTest {
    private static final double ERROR = 0.05;

    @Test
    void the_chance_is_that_of_tossing_a_coin() {
        // 1 of 32; 11 of 1024; 638 of 1024: counted by hand.
        assertThat(new Pairs(100, 5, 0).chance()).isCloseTo(1 / 32.0, within(1e-12));
        assertThat(new Pairs(100, 9, 1).chance()).isCloseTo(11 / 1024.0, within(1e-12));
        assertThat(new Pairs(10, 5, 5).chance()).isCloseTo(638 / 1024.0, within(1e-12));
        assertThat(new Pairs(10, 0, 0).chance()).isEqualTo(1);
        assertThat(new Pairs(200_000, 60_000, 40_000).chance()).isLessThan(1e-300);
    }

    @Test
    void the_bound_is_that_of_the_rule_of_three() {
        // 1 - 0.025^(1/100)
        assertThat(new Pairs(100, 0, 0).dropAtMost(ERROR)).isCloseTo(0.036217, within(1e-5));
        assertThat(new Pairs(0, 0, 0).dropAtMost(ERROR)).isEqualTo(1);
        assertThat(new Pairs(100, 0, 30).dropAtMost(ERROR)).isEqualTo(0);
    }

    @Test
    void from_few_items_nothing_follows() {
        assertThat(new Pairs(0, 0, 0).outcome(0.05, ERROR)).isEqualTo(Outcome.NO_DATA);
        assertThat(new Pairs(10, 0, 0).outcome(0.05, ERROR)).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(new Pairs(10, 1, 0).outcome(0.05, ERROR)).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(new Pairs(10, 6, 0).outcome(0.05, ERROR)).isEqualTo(Outcome.WORSE);
        assertThat(Pairs.fewest(0.05, ERROR)).isEqualTo(72);
        assertThat(new Pairs(72, 0, 0).outcome(0.05, ERROR)).isEqualTo(Outcome.NOT_WORSE);
        assertThat(new Pairs(71, 0, 0).outcome(0.05, ERROR)).isEqualTo(Outcome.INCONCLUSIVE);
    }

    @Test
    void impossible_counts_are_a_bug() {
        assertThatThrownBy(() -> new Pairs(1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pairs(1, -1, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    /// What the two errors are promised to be, measured.
    @Test
    void neither_error_is_more_frequent_than_promised() {
        var random = new SplittableRandom(20_260_301);
        int runs = 4_000;
        // Nothing is worse, and a fifth of the items differ by noise.
        assertThat(share(random, runs, 200, 0.1, 0.1, Outcome.WORSE)).isLessThanOrEqualTo(ERROR);
        // Exactly as much worse as is material.
        assertThat(share(random, runs, 400, 0.10, 0.05, Outcome.NOT_WORSE))
                .isLessThanOrEqualTo(ERROR);
        // Much worse, and found.
        assertThat(share(random, runs, 200, 0.15, 0.02, Outcome.WORSE)).isGreaterThan(0.99);
        // The same, and let through.
        assertThat(share(random, runs, 400, 0.005, 0.005, Outcome.NOT_WORSE)).isGreaterThan(0.9);
    }

    private static double share(
            SplittableRandom random,
            int runs,
            int items,
            double breaks,
            double mends,
            Outcome looked) {
        int found = 0;
        for (int run = 0; run < runs; run++) {
            int broken = 0;
            int mended = 0;
            for (int i = 0; i < items; i++) {
                double draw = random.nextDouble();
                broken += draw < breaks ? 1 : 0;
                mended += draw >= breaks && draw < breaks + mends ? 1 : 0;
            }
            found += new Pairs(items, broken, mended).outcome(0.05, ERROR) == looked ? 1 : 0;
        }
        return (double) found / runs;
    }
}
