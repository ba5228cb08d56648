package dev.belay.judge;

import static dev.belay.judge.Rollouts.ERRORS;
import static dev.belay.judge.Rollouts.binomial;
import static dev.belay.judge.Rollouts.calibrated;
import static dev.belay.judge.Rollouts.errors;
import static dev.belay.judge.Rollouts.it;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.judge.Verdict.Outcome;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TrialTest {
    @Test
    void from_nothing_follows_nothing() {
        var trial = calibrated(errors());
        assertThat(trial.verdict().outcome()).isEqualTo(Outcome.NO_DATA);
        for (int i = 0; i < 500; i++) {
            trial.add(errors(i, 0, 0, 100, 1));
        }
        assertThat(trial.verdict().outcome()).isEqualTo(Outcome.NO_DATA);
        trial.add(new Batch(500, Map.of()));
        assertThat(trial.verdict().outcome()).isEqualTo(Outcome.NO_DATA);
        assertThat(trial.verdict().evidence()).isZero();
    }

    @Test
    void one_guard_that_nothing_was_measured_for_keeps_all_from_passing() {
        var guards =
                List.of(
                        new Guard(ERRORS, 0.5, Measure.Errors.USUAL),
                        new Guard("renamed", 0.5, Measure.Errors.USUAL));
        var trial = calibrated(Rule.usual(guards, 1));
        for (int i = 0; i < 2_000; i++) {
            trial.add(errors(i, 100, 1, 100, 1));
        }
        assertThat(trial.verdict().outcome()).isEqualTo(Outcome.NO_DATA);
        assertThat(trial.verdict().findings().getFirst().outcome()).isEqualTo(Outcome.PASS);
        assertThat(trial.verdict().findings().getLast().outcome()).isEqualTo(Outcome.NO_DATA);
    }

    @Test
    void half_of_all_requests_failing_is_found_in_the_first_batch() {
        var trial = calibrated(errors());
        trial.add(errors(17, 100, 50, 100, 5));
        Verdict verdict = trial.verdict();
        assertThat(verdict.outcome()).isEqualTo(Outcome.FAIL);
        assertThat(verdict.failedAt()).isEqualTo(17);
        assertThat(verdict.findings().getFirst().named()).isTrue();
        for (int i = 18; i < 200; i++) {
            trial.add(errors(i, 100, 0, 100, 5));
        }
        assertThat(trial.verdict().outcome()).as("it stays failed").isEqualTo(Outcome.FAIL);
        assertThat(trial.verdict().evidence()).isLessThan(trial.verdict().strongest());
    }

    /// No error in ten thousand, and thirty: a judge that divides by the baseline's never sees it.
    @Test
    void errors_where_there_never_were_any_are_found() {
        var trial = calibrated(errors());
        int batches = 0;
        for (int i = 0; i < 10_000; i++) {
            trial.add(errors(i, 100, 0, 100, 0));
        }
        while (!trial.hasFailed() && batches < 100) {
            trial.add(errors(10_000 + batches, 100, 1, 100, 0));
            batches++;
        }
        assertThat(batches).isLessThan(30);
    }

    @Test
    void what_is_not_worse_passes_after_its_dwell_and_what_is_a_little_worse_stays() {
        var random = new SplittableRandom(4);
        var same = calibrated(errors());
        var little = calibrated(errors());
        long passed = -1;
        for (int i = 0; i < 1_500; i++) {
            long baseline = binomial(random, 500, 0.01);
            same.add(errors(i, 500, binomial(random, 500, 0.01), 500, baseline));
            little.add(errors(i, 500, binomial(random, 500, 0.0105), 500, baseline));
            if (passed < 0 && same.verdict().outcome() == Outcome.PASS) {
                passed = i;
            }
        }
        assertThat(passed).isBetween(29L, 200L);
        assertThat(same.hasFailed()).isFalse();
        assertThat(little.hasFailed()).isFalse();
    }

    @Test
    void what_is_materially_worse_in_one_guard_does_not_pass() {
        var random = new SplittableRandom(5);
        int passed = 0;
        var rule =
                Rule.usual(
                        List.of(new Guard(ERRORS, 1, new Measure.Errors(1.5, 0, 1.5, 0, false))),
                        1);
        for (int run = 0; run < 200; run++) {
            var trial = calibrated(rule);
            boolean ever = false;
            for (int i = 0; i < 200; i++) {
                long bad = binomial(random, 60, 0.15);
                trial.add(errors(i, 60, bad, 60, binomial(random, 60, 0.10)));
                ever |= trial.verdict().outcome() == Outcome.PASS;
            }
            passed += ever ? 1 : 0;
        }
        assertThat(passed).isLessThanOrEqualTo(18);
    }

    /// What is promised, measured: in how many of many rollouts of what nobody changed evidence was
    /// ever enough, looked at after each batch.
    @Test
    void what_nobody_changed_is_rolled_back_no_more_often_than_promised() {
        var random = new SplittableRandom(20_261_130);
        var strict = new Measure.Errors(1, 0, 1.5, 0, true);
        var rule = new Rule(List.of(new Guard(ERRORS, 1, strict)), 0.1, 0.05, 0, 30, 1);
        int runs = 400;
        int failed = 0;
        for (int run = 0; run < runs; run++) {
            var trial = calibrated(rule);
            for (int i = 0; i < 150; i++) {
                // The hour changes what is usual, for both alike.
                double share = 0.02 + 0.015 * Math.sin(i / 20.0);
                long canary = 20L + i % 30;
                trial.add(
                        errors(
                                i,
                                canary,
                                binomial(random, canary, share),
                                canary,
                                binomial(random, canary, share)));
            }
            failed += trial.hasFailed() ? 1 : 0;
        }
        assertThat(Binomial.atLeast(failed, runs, 0.1)).as(failed + " failed").isGreaterThan(1e-3);
    }

    @Test
    void without_a_calibration_evidence_weighs_less_and_the_verdict_says_so() {
        var known = calibrated(errors());
        var unknown = new Trial(errors(), Map.of());
        for (int i = 0; i < 10; i++) {
            known.add(errors(i, 100, 4, 100, 1));
            unknown.add(errors(i, 100, 4, 100, 1));
        }
        assertThat(known.verdict().calibrated()).isTrue();
        assertThat(unknown.verdict().calibrated()).isFalse();
        assertThat(unknown.verdict().evidence()).isLessThan(known.verdict().evidence());
    }

    @Test
    void a_canary_that_is_silent_fails_and_one_that_gets_too_little_is_no_comparison() {
        var guards =
                List.of(
                        new Guard("silence", 1, Measure.Silence.USUAL),
                        new Guard("split", 0, new Measure.Split()));
        var rule = Rule.usual(guards, 1);
        var silent = calibrated(rule);
        var less = calibrated(rule);
        var even = calibrated(rule);
        for (int i = 0; i < 200; i++) {
            silent.add(arrivals(i, 0, 500));
            less.add(arrivals(i, 35, 465));
            even.add(arrivals(i, 50, 450));
        }
        assertThat(silent.verdict().outcome()).isEqualTo(Outcome.FAIL);
        assertThat(less.verdict().outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(less.verdict().findings().getLast().named()).isTrue();
        assertThat(even.verdict().outcome()).isEqualTo(Outcome.PASS);
    }

    private static Batch arrivals(long number, long canary, long baseline) {
        var arrivals = new Sample.Arrivals(canary, baseline, 0.1);
        return new Batch(number, Map.of("silence", arrivals, "split", arrivals));
    }

    @Test
    void a_split_may_change_with_its_weights() {
        var trial =
                calibrated(
                        Rule.usual(
                                List.of(
                                        new Guard("silence", 1, Measure.Silence.USUAL),
                                        new Guard("split", 0, new Measure.Split())),
                                1));
        for (int i = 0; i < 400; i++) {
            double share = i < 100 ? 0.01 : i < 200 ? 0.1 : 0.5;
            var arrivals =
                    new Sample.Arrivals((long) (1000 * share), 1000 - (long) (1000 * share), share);
            trial.add(new Batch(i, i % 100 == 0, Map.of("silence", arrivals, "split", arrivals)));
        }
        assertThat(trial.verdict().outcome()).isEqualTo(Outcome.PASS);
    }

    @Test
    void more_crashes_per_hour_are_found_and_fewer_requests_too() {
        var crashes = calibrated(Rollouts.of(new Measure.Rate(1.5, 2, false)));
        var falls = calibrated(Rollouts.of(new Measure.Rate(1.5, 2, true)));
        var same = calibrated(Rollouts.of(new Measure.Rate(1.5, 2, false)));
        for (int i = 0; i < 100; i++) {
            crashes.add(it(i, events(60, 3, 540, 9)));
            falls.add(it(i, events(60, 20, 540, 540)));
            same.add(it(i, events(60, 2, 540, 18)));
        }
        assertThat(crashes.verdict().outcome()).isEqualTo(Outcome.FAIL);
        assertThat(falls.verdict().outcome()).isEqualTo(Outcome.FAIL);
        assertThat(same.verdict().outcome()).isEqualTo(Outcome.PASS);
    }

    private static Sample events(double u1, long x1, double u2, long x2) {
        return new Sample.Events(new Exposed(u1, x1), new Exposed(u2, x2));
    }

    @Test
    void a_mean_that_is_worse_is_found_and_one_that_is_not_is_proven() {
        var worse = calibrated(Rollouts.of(new Measure.Mean(100, 0.01, 0.05)));
        var same = calibrated(Rollouts.of(new Measure.Mean(100, 0.01, 0.05)));
        var random = new SplittableRandom(6);
        for (int i = 0; i < 300; i++) {
            Histogram baseline = values(random, 40);
            worse.add(it(i, new Sample.Values(values(random, 50), baseline)));
            same.add(it(i, new Sample.Values(values(random, 40), baseline)));
        }
        assertThat(worse.verdict().outcome()).isEqualTo(Outcome.FAIL);
        assertThat(same.verdict().outcome()).isEqualTo(Outcome.PASS);
    }

    /// Spread evenly over forty bins around one of them.
    private static Histogram values(SplittableRandom random, int middle) {
        var counted = new TreeMap<Integer, Long>();
        for (int i = 0; i < 60; i++) {
            counted.merge(middle - 20 + random.nextInt(41), 1L, Long::sum);
        }
        return new Histogram(counted);
    }

    @Test
    void what_does_not_belong_there_is_a_bug_and_changes_nothing() {
        var trial = calibrated(errors());
        trial.add(errors(3, 100, 4, 100, 1));
        Verdict before = trial.verdict();
        Batch stranger = new Batch(4, Map.of("other", new Sample.Arrivals(1, 1, .5)));
        Batch kind = new Batch(4, Map.of(ERRORS, new Sample.Arrivals(1, 1, .5)));
        for (Batch wrong : List.of(errors(3, 1, 0, 1, 0), errors(2, 1, 0, 1, 0), stranger, kind)) {
            assertThatThrownBy(() -> trial.add(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(trial.verdict()).isEqualTo(before);
    }

    @Test
    void numbers_that_are_none_are_refused_where_they_would_come_in() {
        for (double none : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1}) {
            assertThatThrownBy(() -> new Exposed(none, 1))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new Sample.Arrivals(1, 1, none))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Histogram.bin(none, 1.025))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new Calibration(true, none, 1, 1, 1))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new Measure.Errors(none, 0, 2, 0, true))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new Guard("it", none, Measure.Errors.USUAL))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new Rule(errors().guards(), none, 0.05, 1, 1, 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new Count(1, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Count(Long.MAX_VALUE, 2))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Histogram(new TreeMap<>(Map.of(1, -1L))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /// Every guard at once, with nothing, with everything bad, with as much as there can be.
    @Test
    void whatever_comes_in_evidence_is_a_number() {
        var trial = calibrated(new Rule(Guards.all(), 0.01, 0.05, 0, 1, 9));
        long number = 0;
        for (long n : new long[] {0, 1, 3, 1_000_000, Count.MOST}) {
            for (long m : new long[] {0, 1, 3, 1_000_000, Count.MOST}) {
                for (long bad : new long[] {0, n / 2, n}) {
                    trial.add(Guards.batch(number, new Count(n, bad), new Count(m, m / 3)));
                    number += 1 + number / 3;
                    Verdict verdict = trial.verdict();
                    assertThat(verdict.evidence()).isFinite();
                    verdict.findings()
                            .forEach(one -> {
                                assertThat(one.harm()).as(one.guard()).isFinite();
                                assertThat(one.fine()).as(one.guard()).isFinite();
                            });
                }
            }
        }
    }
}
