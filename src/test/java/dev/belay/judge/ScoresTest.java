package dev.belay.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.judge.Pairs.Outcome;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScoresTest {
    private static final double ERROR = 0.05;

    private static Scores same(int items, double difference) {
        return new Scores(IntStream.range(0, items).mapToDouble(_ -> difference).toArray());
    }

    @Test
    void from_few_items_nothing_follows() {
        assertThat(same(0, 0).outcome(0.05, ERROR)).isEqualTo(Outcome.NO_DATA);
        assertThat(same(0, 0).dropAtMost(ERROR)).isEqualTo(1);
        assertThat(same(10, 0).outcome(0.05, ERROR)).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(same(10, -0.02).outcome(0.05, ERROR)).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(same(200, 0).outcome(0.05, ERROR)).isEqualTo(Outcome.NOT_WORSE);
    }

    @Test
    void a_fall_that_few_items_share_is_found_and_one_that_all_share_a_little_too() {
        assertThat(same(40, -0.5).outcome(0.05, ERROR)).isEqualTo(Outcome.WORSE);
        assertThat(same(400, -0.03).outcome(0.01, ERROR)).isEqualTo(Outcome.WORSE);
        assertThat(same(400, 0.03).outcome(0.01, ERROR)).isEqualTo(Outcome.NOT_WORSE);
        assertThat(same(400, 0.03).drop())
                .isCloseTo(-0.03, org.assertj.core.api.Assertions.within(1e-12));
    }

    @Test
    void the_bound_holds_what_the_outcome_says() {
        var random = new SplittableRandom(7);
        for (int i = 0; i < 30; i++) {
            Scores scores = noisy(random, 150, -0.02);
            double bound = scores.dropAtMost(ERROR);
            assertThat(bound).isGreaterThanOrEqualTo(scores.drop() - 1e-9);
            if (scores.outcome(0.06, ERROR) == Outcome.NOT_WORSE) {
                assertThat(bound).isLessThanOrEqualTo(0.06 + 1e-9);
            }
        }
    }

    @Test
    void what_is_no_score_is_a_bug() {
        assertThatThrownBy(() -> new Scores(1.01)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Scores(Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /// What the two errors are promised to be, measured.
    @Test
    void neither_error_is_more_frequent_than_promised() {
        var random = new SplittableRandom(20_261_130);
        int runs = 1_000;
        assertThat(share(random, runs, 200, 0, Outcome.WORSE)).isLessThanOrEqualTo(ERROR);
        // Exactly as much worse as is material.
        assertThat(share(random, runs, 200, -0.05, Outcome.NOT_WORSE)).isLessThanOrEqualTo(ERROR);
        assertThat(share(random, runs, 200, -0.1, Outcome.WORSE)).isGreaterThan(0.95);
        assertThat(share(random, runs, 400, 0, Outcome.NOT_WORSE)).isGreaterThan(0.8);
    }

    private static double share(
            SplittableRandom random, int runs, int items, double shift, Outcome outcome) {
        int found = 0;
        for (int i = 0; i < runs; i++) {
            found += noisy(random, items, shift).outcome(0.05, ERROR) == outcome ? 1 : 0;
        }
        return (double) found / runs;
    }

    /// Most items hardly move, some much, and all of them by that on the mean.
    private static Scores noisy(SplittableRandom random, int items, double shift) {
        double[] all = new double[items];
        for (int i = 0; i < items; i++) {
            double spread = random.nextInt(5) == 0 ? 0.6 : 0.1;
            all[i] = shift + spread * (2 * random.nextDouble() - 1);
        }
        return new Scores(all);
    }
}
