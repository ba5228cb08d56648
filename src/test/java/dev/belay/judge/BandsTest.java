package dev.belay.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BandsTest {
    @Test
    void the_ratio_is_within_its_band_and_the_band_becomes_narrower() {
        var random = new SplittableRandom(10);
        var bands = new RatioBand(Calibration.INDEPENDENT, 0.05);
        assertThat(bands.band()).isEqualTo(new Band(0, Double.POSITIVE_INFINITY));
        for (int i = 0; i < 50; i++) {
            bands.add(
                    new Count(200, Rollouts.binomial(random, 200, 0.06)),
                    new Count(200, Rollouts.binomial(random, 200, 0.02)));
        }
        assertThat(bands.band().low()).isBetween(1.5, 3.0);
        assertThat(bands.band().high()).isBetween(3.0, 5.0);
    }

    @Test
    void the_excess_is_below_its_bound_and_a_budget_says_how_large_a_step_may_be() {
        var random = new SplittableRandom(11);
        var bound = new ExcessBound(Calibration.INDEPENDENT, 0.05);
        assertThat(bound.atMost()).isEqualTo(1);
        for (int i = 0; i < 60; i++) {
            bound.add(
                    new Count(100, Rollouts.binomial(random, 100, 0.01)),
                    new Count(900, Rollouts.binomial(random, 900, 0.01)));
        }
        assertThat(bound.atMost()).isBetween(0.001, 0.01);
        var budget = new HarmBudget(100);
        Duration step = Duration.ofMinutes(5);
        assertThat(budget.allows(bound.atMost(), 0.05, 100, step)).isTrue();
        assertThat(budget.allows(1, 0.05, 100, step)).isFalse();
        assertThat(budget.allows(-1, 1, 1e9, step)).isTrue();
    }

    @Test
    void the_logarithm_of_the_gamma_function_is_right() {
        assertThat(Logs.gamma(1)).isCloseTo(0, within(1e-12));
        assertThat(Logs.gamma(0.5)).isCloseTo(Math.log(Math.PI) / 2, within(1e-12));
        assertThat(Logs.gamma(11)).isCloseTo(Math.log(3_628_800), within(1e-11));
        assertThat(Logs.beta(2, 3)).isCloseTo(Math.log(1 / 12.0), within(1e-12));
    }

    @Test
    void who_fails_first_wins_the_race_and_a_tie_is_no_rollback() {
        var rule = Rollouts.errors();
        var canary = new PlaceboRace(rule, Rollouts.INDEPENDENT, 2);
        var placebo = new PlaceboRace(rule, Rollouts.INDEPENDENT, 2);
        var tie = new PlaceboRace(rule, Rollouts.INDEPENDENT, 2);
        Batch bad = Rollouts.errors(0, 100, 60, 100, 1);
        Batch good = Rollouts.errors(0, 100, 1, 100, 1);
        canary.add(good, List.of(good, good));
        assertThat(canary.winner()).isEqualTo(PlaceboRace.Winner.NOBODY);
        canary.add(
                Rollouts.errors(1, 100, 60, 100, 1),
                List.of(Rollouts.errors(1, 100, 1, 100, 1), Rollouts.errors(1, 9, 1, 9, 1)));
        placebo.add(good, List.of(good, bad));
        tie.add(bad, List.of(good, bad));
        assertThat(canary.winner()).isEqualTo(PlaceboRace.Winner.CANARY);
        assertThat(placebo.winner()).isEqualTo(PlaceboRace.Winner.PLACEBO);
        assertThat(tie.winner()).isEqualTo(PlaceboRace.Winner.PLACEBO);
        assertThat(tie.verdict().findings()).hasSize(1);
    }
}
