package dev.belay.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.belay.Choices;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The bet on two shares: what it comes to in known cases, and that it is fair.
class ShareTestTest {
    private static final double ROUNDING = 1e-9;

    @Test
    void it_comes_to_what_the_prototypes_came_to() {
        long[][] batches = {
            {1, 100, 0, 95},
            {2, 103, 1, 99},
            {4, 98, 1, 101},
            {3, 97, 2, 100},
            {0, 0, 1, 50},
            {5, 110, 0, 105},
            {3, 100, 1, 100}
        };
        double[] wealth = {
            1.15910337, 1.04467047, 1.44816604, 1.19607143, 1.19607143, 3.33338658, 4.18218933
        };
        var test = ShareTest.beyond(new Margin.Ratio(1.25), 1, 30);
        var forecast = new Forecast(0.005, 200);
        for (int i = 0; i < batches.length; i++) {
            long[] b = batches[i];
            test.add(i, false, new Count(b[1], b[0]), new Count(b[3], b[2]), forecast.share());
            forecast.add(new Count(b[3], b[2]));
            assertThat(Math.exp(test.log())).isCloseTo(wealth[i], within(5e-9));
        }
    }

    /// Every outcome of small batches, weighed by how likely it is, at every pair of shares that is
    /// within the margin: on the average nothing is gained.
    @Test
    void on_the_average_nothing_is_gained_where_nothing_is_worse() {
        Choices.forAll(
                60,
                choices -> {
                    int n1 = choices.between(1, 9);
                    int n2 = choices.between(1, 9);
                    Margin margin =
                            choices.oneOf(
                                    List.of(
                                            new Margin.Ratio(1),
                                            new Margin.Ratio(1.25),
                                            new Margin.Ratio(2),
                                            new Margin.Ratio(1 / 1.5),
                                            new Margin.Difference(0.001),
                                            new Margin.Difference(0.05),
                                            new Margin.Difference(-0.02)));
                    double p2 = choices.between(1, 400) / 1000.0;
                    double p1 = Math.min(0.999, p2 * choices.between(100, 3000) / 1000.0);
                    for (int i = 0; i <= 20; i++) {
                        double q2 = i / 20.0;
                        // The edge, where it is hardest, and something within.
                        for (double part : new double[] {1, 0.9, 0.5}) {
                            double q1 = Math.clamp(margin.first(q2), 0, 1) * part;
                            if (q1 <= margin.first(q2)) {
                                assertThat(expected(margin, n1, p1, q1, n2, p2, q2))
                                        .isLessThanOrEqualTo(1 + ROUNDING);
                            }
                        }
                    }
                });
    }

    @Test
    void against_what_was_bet_on_something_is_gained() {
        assertThat(expected(new Margin.Ratio(1), 8, 0.4, 0.4, 8, 0.1, 0.1)).isGreaterThan(1.3);
        assertThat(expected(new Margin.Difference(0.05), 8, 0.4, 0.4, 8, 0.1, 0.1))
                .isGreaterThan(1.1);
    }

    private static double expected(
            Margin margin, int n1, double p1, double q1, int n2, double p2, double q2) {
        double sum = 0;
        for (int x1 = 0; x1 <= n1; x1++) {
            for (int x2 = 0; x2 <= n2; x2++) {
                sum +=
                        likely(n1, x1, q1)
                                * likely(n2, x2, q2)
                                * Math.exp(margin.gain(x1, n1, x2, n2, p1, p2));
            }
        }
        return sum;
    }

    private static double likely(int n, int x, double p) {
        double ways = 1;
        for (int i = 0; i < x; i++) {
            ways = ways * (n - i) / (i + 1);
        }
        return ways * Math.pow(p, x) * Math.pow(1 - p, n - x);
    }

    @Test
    void the_nearest_point_is_nearest() {
        Choices.forAll(
                200,
                choices -> {
                    double n1 = choices.between(1, 1000);
                    double n2 = choices.between(1, 100_000);
                    double p2 = choices.between(1, 500) / 10_000.0;
                    double p1 = p2 + choices.between(1, 4000) / 10_000.0;
                    for (Margin margin :
                            List.of(new Margin.Ratio(1.1), new Margin.Difference(0.00005))) {
                        if (p1 <= margin.first(p2)) {
                            continue;
                        }
                        double q = margin.nearest(n1, p1, n2, p2);
                        double here = distance(margin, n1, p1, n2, p2, q);
                        assertThat(here).isLessThan(distance(margin, n1, p1, n2, p2, q * 1.001));
                        assertThat(here).isLessThan(distance(margin, n1, p1, n2, p2, q * 0.999));
                    }
                });
    }

    private static double distance(
            Margin margin, double n1, double p1, double n2, double p2, double q) {
        return n1 * divergence(p1, margin.first(q)) + n2 * divergence(p2, q);
    }

    private static double divergence(double p, double q) {
        return p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
    }

    @Test
    void more_errors_of_the_canary_are_more_evidence_and_more_of_the_baseline_less() {
        Choices.forAll(
                200,
                choices -> {
                    int n1 = choices.between(2, 500);
                    int n2 = choices.between(2, 500);
                    int x1 = choices.between(0, n1 - 1);
                    int x2 = choices.between(0, n2 - 1);
                    Margin margin =
                            choices.oneOf(
                                    List.of(new Margin.Ratio(1.25), new Margin.Difference(0.001)));
                    double some = once(margin, x1, n1, x2, n2);
                    assertThat(once(margin, x1 + 1, n1, x2, n2)).isGreaterThanOrEqualTo(some);
                    assertThat(once(margin, x1, n1, x2 + 1, n2)).isLessThanOrEqualTo(some);
                });
    }

    private static double once(Margin margin, int x1, int n1, int x2, int n2) {
        var test = ShareTest.beyond(margin, 1, 30);
        test.add(0, false, new Count(n1, x1), new Count(n2, x2), 0.01);
        return test.log();
    }

    @Test
    void whatever_numbers_come_evidence_is_a_number() {
        long[] sizes = {0, 1, 2, 1_000, Count.MOST};
        for (Margin margin :
                List.of(
                        new Margin.Ratio(1),
                        new Margin.Ratio(1e6),
                        new Margin.Ratio(1e-6),
                        new Margin.Difference(1e-300),
                        new Margin.Difference(0.999),
                        new Margin.Difference(-0.999))) {
            for (double base : new double[] {Double.MIN_VALUE, 1e-300, 1e-6, 0.5, 0.95}) {
                var test = ShareTest.beyond(margin, 1, 1);
                var equal = ShareTest.equal(margin, 0.1);
                long tick = 0;
                for (long n1 : sizes) {
                    for (long n2 : sizes) {
                        for (long x1 : new long[] {0, n1 / 2, n1}) {
                            for (long x2 : new long[] {0, n2 / 2, n2}) {
                                var one = new Count(n1, x1);
                                var other = new Count(n2, x2);
                                test.add(tick, tick % 7 == 0, one, other, base);
                                equal.add(tick, false, one, other, base);
                                tick += 1 + tick;
                                tick = Math.min(tick, 1L << 40) + 1;
                                assertThat(test.log()).isFinite();
                                assertThat(equal.log()).isFinite();
                            }
                        }
                    }
                }
            }
        }
    }
}
