package dev.belay.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class OnsetMixtureTest {
    private static final double[] NOTHING = {0, 0};

    @Test
    void money_that_gains_nothing_stays_what_it_was() {
        var mixture = new OnsetMixture(new double[] {1, 3}, 30);
        for (long tick = 0; tick < 10_000; tick += 1 + tick % 50) {
            mixture.add(tick, tick % 11 == 0, NOTHING);
            assertThat(mixture.log()).isCloseTo(0, within(1e-9));
        }
    }

    @Test
    void what_was_left_out_is_as_if_nothing_had_been_gained_in_it() {
        var all = new OnsetMixture(new double[] {1, 3}, 30);
        var some = new OnsetMixture(new double[] {1, 3}, 30);
        for (long tick = 0; tick < 1_000; tick++) {
            boolean data = tick < 10 || tick > 700;
            double[] gains = data ? new double[] {0.1, -0.2} : NOTHING;
            all.add(tick, false, gains);
            if (data) {
                some.add(tick, false, gains);
            }
        }
        assertThat(some.log()).isCloseTo(all.log(), within(1e-9));
    }

    /// A loss of hours costs a regression that begins late only what was laid on later beginnings.
    @Test
    void a_late_beginning_is_found_whatever_was_lost_before() {
        var mixture = new OnsetMixture(new double[] {1}, 30);
        for (long tick = 0; tick < 2_160; tick++) {
            mixture.add(tick, false, new double[] {-0.5});
        }
        for (long tick = 2_160; tick < 2_200; tick++) {
            mixture.add(tick, false, new double[] {0.5});
        }
        assertThat(mixture.log()).isGreaterThan(Math.log(100));
        var atOnce = OnsetMixture.atOnce(1);
        atOnce.add(0, false, new double[] {-1_000});
        atOnce.add(1, true, new double[] {20});
        assertThat(atOnce.log()).isCloseTo(-980, within(1e-9));
    }

    @Test
    void more_than_a_double_holds_is_a_number_still() {
        var mixture = new OnsetMixture(new double[] {1, 1}, 1);
        mixture.add(0, false, new double[] {1e15, -1e15});
        mixture.add(1, false, new double[] {1e15, -1e15});
        assertThat(mixture.log()).isCloseTo(2e15, within(10.0));
        mixture.add(2, false, new double[] {-1e16, -1e16});
        assertThat(mixture.log()).isBetween(-10.0, 0.0);
    }
}
