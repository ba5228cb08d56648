package dev.belay.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Choices;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class BlockRankTest {
    /// Whichever of some groups is the canary, all of them together gain nothing.
    @Test
    void over_all_ways_to_choose_the_canary_nothing_is_gained() {
        Choices.forAll(
                100,
                choices -> {
                    int groups = choices.between(2, 6);
                    var all = new ArrayList<Count>();
                    for (int i = 0; i < groups; i++) {
                        int n = choices.between(1, 50);
                        all.add(new Count(n, choices.between(0, n)));
                    }
                    double sum = 0;
                    int seeds = 64;
                    for (int seed = 0; seed < seeds; seed++) {
                        for (int canary = 0; canary < groups; canary++) {
                            sum += Math.exp(once(all, canary, seed));
                        }
                    }
                    // Ties are broken by chance, and so is this.
                    double noise =
                            all.stream().distinct().count() < groups || groups > 2 ? 0.15 : 1e-9;
                    assertThat(sum / groups / seeds).isLessThanOrEqualTo(1 + noise);
                });
    }

    private static double once(List<Count> all, int canary, long seed) {
        var rank = new BlockRank(1, 1, 30, seed);
        var peers = new ArrayList<>(all);
        Count one = peers.remove(canary);
        rank.add(0, false, one, peers);
        return rank.log();
    }

    @Test
    void blocks_are_compared_when_they_are_full_or_over() {
        var rank = new BlockRank(3, 1, 30, 1);
        var worse = new Count(10, 9);
        var better = List.of(new Count(10, 1));
        rank.add(0, false, worse, better);
        rank.add(1, false, worse, better);
        assertThat(rank.log()).isZero();
        rank.add(2, false, worse, better);
        double one = rank.log();
        assertThat(one).isPositive();
        rank.add(3, false, worse, better);
        assertThat(rank.log()).isEqualTo(one);
        rank.add(7, false, worse, better);
        assertThat(rank.log()).isGreaterThan(one);
    }

    @Test
    void without_peers_or_with_empty_ones_nothing_is_said() {
        var rank = new BlockRank(1, 1, 30, 1);
        rank.add(0, false, new Count(10, 10), List.of());
        rank.add(1, false, Count.NONE, List.of(new Count(5, 0)));
        rank.add(2, false, new Count(10, 10), List.of(new Count(5, 0), Count.NONE));
        assertThat(rank.log()).isCloseTo(0, Assertions.within(1e-9));
    }

    @Test
    void of_the_canarys_errors_as_many_are_kept_as_are_to_be_and_the_same_ones_each_time() {
        double sum = 0;
        double squares = 0;
        int runs = 4_000;
        for (int i = 0; i < runs; i++) {
            long kept = new Draws(7, i).kept(100, 0.8);
            assertThat(kept).isBetween(0L, 100L).isEqualTo(new Draws(7, i).kept(100, 0.8));
            sum += kept;
            squares += (double) kept * kept;
        }
        double mean = sum / runs;
        assertThat(mean).isBetween(79.7, 80.3);
        assertThat(squares / runs - mean * mean).isBetween(14.0, 18.0);
        assertThat(new Draws(1, 1).kept(Count.MOST, 0.5)).isEqualTo(Count.MOST / 2);
        assertThat(new Draws(1, 1).kept(0, 0.5)).isZero();
        assertThat(new Draws(1, 1).kept(9, 1)).isEqualTo(9);
        // One word of the generator, so that it never changes unseen.
        assertThat(new Draws(0, 0).next()).isEqualTo(0xE220A8397B1DCDAFL);
    }

    @Test
    void places_are_as_likely_whatever_ties_there_are() {
        int[] seen = new int[5];
        for (int i = 0; i < 5_000; i++) {
            seen[new Draws(3, i).below(5)]++;
        }
        for (int one : seen) {
            assertThat(one).isBetween(850, 1_150);
        }
        assertThat(Collections.max(List.of(new Draws(1, 1).below(1)))).isZero();
    }
}
