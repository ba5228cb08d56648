package dev.belay.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.gate.EvidenceVerdict.Status;
import dev.belay.gate.report.Case;
import dev.belay.gate.report.Format;
import dev.belay.gate.report.Reading;
import dev.belay.gate.report.Reading.Own;
import dev.belay.release.EvidenceRule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EvidenceGateTest {
    private static final long NOW = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
    private static final long HOUR = Duration.ofHours(1).toMillis();

    /// Tests, some of which fail: `+a -b`.
    private static Reading tests(String... outcomes) {
        var cases = new ArrayList<Case>();
        for (String one : outcomes) {
            Case.Outcome outcome =
                    switch (one.charAt(0)) {
                        case '+' -> Case.Outcome.PASSED;
                        case '-' -> Case.Outcome.FAILED;
                        default -> Case.Outcome.SKIPPED;
                    };
            cases.add(new Case(one.substring(1), outcome, one.charAt(0) == '+' ? 1 : 0));
        }
        boolean failed = cases.stream().anyMatch(c -> c.outcome() == Case.Outcome.FAILED);
        return new Reading(
                Format.JUNIT,
                "tests",
                "",
                "",
                0,
                new TreeMap<>(Map.of("total", (double) cases.size())),
                failed ? Own.FAILED : Own.PASSED,
                cases);
    }

    private static Reading figures(Own own, Map<String, Double> figures) {
        return new Reading(
                Format.K6, "performance", "", "", 0, new TreeMap<>(figures), own, List.of());
    }

    private static EvidenceRecord record(String id, String from, long hoursAgo, Reading reading) {
        long at = NOW - hoursAgo * HOUR;
        return new EvidenceRecord(id, from, reading.kind(), "", at, at, reading);
    }

    private static EvidenceRule rule(
            Map<String, Double> least, Map<String, Double> most, String from, Duration young) {
        return new EvidenceRule(
                "performance",
                "",
                false,
                new TreeMap<>(least),
                new TreeMap<>(most),
                from,
                young,
                EvidenceRule.NOT_COMPARED);
    }

    private static EvidenceRule compared(double margin) {
        return new EvidenceRule(
                "tests", "", false, new TreeMap<>(), new TreeMap<>(), "", Duration.ZERO, margin);
    }

    private static EvidenceVerdict judge(EvidenceRule rule, EvidenceRecord... all) {
        return EvidenceGate.judge(rule, List.of(all), null, NOW);
    }

    @Test
    void what_is_not_there_does_not_pass() {
        EvidenceVerdict none = judge(EvidenceRule.pass("tests"));
        assertThat(none.status()).isEqualTo(Status.MISSING);
        assertThat(none.sentence()).isEqualTo("there is no evidence `tests`");
        EvidenceVerdict elsewhere =
                judge(
                        rule(Map.of(), Map.of(), "staging", Duration.ZERO),
                        record("ev-1", "local", 1, figures(Own.PASSED, Map.of())));
        assertThat(elsewhere.status()).isEqualTo(Status.MISSING);
        assertThat(elsewhere.sentence())
                .isEqualTo(
                        "there is no evidence `performance` from `staging`; there is some from `local`");
    }

    @Test
    void a_passed_run_passes_and_says_which_it_was() {
        EvidenceVerdict verdict =
                judge(EvidenceRule.pass("tests"), record("ev-1", "staging", 1, tests("+a")));
        assertThat(verdict.status()).isEqualTo(Status.PASS);
        assertThat(verdict.sentence()).startsWith("`tests` (ev-1, from `staging`): ");
        assertThat(verdict.relied()).containsExactly("ev-1");
    }

    @Test
    void a_failed_repetition_takes_a_pass_away() {
        assertThat(
                        judge(
                                        EvidenceRule.pass("tests"),
                                        record("ev-1", "", 5, tests("+a", "+b")),
                                        record("ev-2", "", 1, tests("+a", "-b")))
                                .status())
                .isEqualTo(Status.FAIL);
    }

    @Test
    void a_failure_is_over_when_what_failed_was_tried_again() {
        EvidenceRecord failed = record("ev-1", "", 5, tests("+a", "-b"));
        assertThat(
                        judge(
                                        EvidenceRule.pass("tests"),
                                        failed,
                                        record("ev-2", "", 1, tests("+b")))
                                .relied())
                .containsExactly("ev-2");
        for (Reading less : List.of(tests("+a"), tests("+a", "/b"))) {
            EvidenceVerdict verdict =
                    judge(EvidenceRule.pass("tests"), failed, record("ev-2", "", 1, less));
            assertThat(verdict.status()).isEqualTo(Status.FAIL);
            assertThat(verdict.relied()).containsExactly("ev-2", "ev-1");
        }
    }

    @Test
    void suites_and_environments_count_beside_each_other() {
        EvidenceRecord staging = record("ev-1", "staging", 5, tests("-a"));
        EvidenceRecord local = record("ev-2", "local", 1, tests("+a"));
        assertThat(judge(EvidenceRule.pass("tests"), staging, local).status())
                .isEqualTo(Status.FAIL);
    }

    @Test
    void what_is_too_old_is_stale() {
        EvidenceRecord old = record("ev-1", "", 25, figures(Own.PASSED, Map.of("p95", 1.0)));
        var day = rule(Map.of(), Map.of(), "", Duration.ofDays(1));
        assertThat(judge(day, old).status()).isEqualTo(Status.STALE);
        assertThat(judge(day, old).sentence()).endsWith("is older than 1 d");
        assertThat(judge(day, record("ev-2", "", 24, figures(Own.PASSED, Map.of()))).status())
                .isEqualTo(Status.PASS);
    }

    @Test
    void thresholds_hold_at_their_very_value() {
        EvidenceRecord record =
                record("ev-1", "", 1, figures(Own.SILENT, Map.of("p95", 200.0, "rate", 99.5)));
        var good = rule(Map.of("rate", 99.5), Map.of("p95", 200.0), "", Duration.ZERO);
        assertThat(judge(good, record).status()).isEqualTo(Status.PASS);
        var slow = rule(Map.of(), Map.of("p95", 199.9), "", Duration.ZERO);
        assertThat(judge(slow, record).sentence())
                .endsWith("`p95` is 200, and must be at most 199.9");
        assertThat(judge(slow, record).status()).isEqualTo(Status.FAIL);
    }

    @Test
    void a_figure_that_nobody_measured_fails() {
        EvidenceRecord record = record("ev-1", "", 1, figures(Own.PASSED, Map.of("p95", 1.0)));
        EvidenceVerdict verdict =
                judge(rule(Map.of(), Map.of("p59", 200.0), "", Duration.ZERO), record);
        assertThat(verdict.status()).isEqualTo(Status.FAIL);
        assertThat(verdict.sentence()).contains("has no figure `p59`").contains("`p95`");
    }

    @Test
    void numbers_alone_are_no_verdict() {
        EvidenceVerdict verdict =
                judge(
                        EvidenceRule.pass("performance"),
                        record("ev-1", "", 1, figures(Own.SILENT, Map.of("p95", 1.0))));
        assertThat(verdict.status()).isEqualTo(Status.FAIL);
        assertThat(verdict.sentence()).contains("no verdict of its own");
    }

    /// So many cases, of which the first few fail.
    private static Reading run(int cases, int failing) {
        String[] outcomes = new String[cases];
        for (int i = 0; i < cases; i++) {
            outcomes[i] = (i < failing ? "-" : "+") + "case " + i;
        }
        return tests(outcomes);
    }

    private static EvidenceVerdict against(@Nullable Reading running, Reading coming) {
        return EvidenceGate.judge(
                compared(0.05),
                List.of(record("ev-new", "", 1, coming)),
                running == null
                        ? null
                        : new EvidenceGate.Running(
                                "3f9c1a2b7d10", List.of(record("ev-old", "", 9, running))),
                NOW);
    }

    @Test
    void worse_is_what_chance_does_not_explain() {
        assertThat(against(run(100, 0), run(100, 5)).status()).isEqualTo(Status.FAIL);
        assertThat(against(run(100, 0), run(100, 5)).sentence())
                .contains("100 cases against ev-old: 5 got worse, 0 better")
                .contains("by chance that happens in 3.125 %");
        assertThat(against(run(100, 0), run(100, 2)).status()).isEqualTo(Status.INCONCLUSIVE);
        assertThat(against(run(100, 3), run(100, 3)).status()).isEqualTo(Status.PASS);
        assertThat(against(run(100, 3), run(100, 3)).relied()).containsExactly("ev-new", "ev-old");
    }

    /// Cases that are all good enough, each with a grade.
    private static Reading graded(int cases, double grade) {
        var all = new ArrayList<Case>();
        for (int i = 0; i < cases; i++) {
            double own = grade + (i % 5 - 2) / 50.0;
            all.add(new Case("case " + i, Case.Outcome.PASSED, own));
        }
        var figures = new TreeMap<>(Map.of("total", (double) cases));
        return new Reading(Format.PROMPTFOO, "tests", "", "", 0, figures, Own.PASSED, all);
    }

    @Test
    void grades_that_fall_are_found_though_every_case_still_passes() {
        EvidenceVerdict worse = against(graded(200, 0.9), graded(200, 0.8));
        assertThat(worse.status()).isEqualTo(Status.FAIL);
        assertThat(worse.sentence()).contains("200 graded cases", "on the mean 10 % down");
        assertThat(against(graded(200, 0.9), graded(200, 0.9)).status()).isEqualTo(Status.PASS);
        assertThat(against(graded(10, 0.9), graded(10, 0.9)).status())
                .isEqualTo(Status.INCONCLUSIVE);
    }

    @Test
    void too_few_cases_say_neither() {
        EvidenceVerdict verdict = against(run(20, 0), run(20, 0));
        assertThat(verdict.status()).isEqualTo(Status.INCONCLUSIVE);
        assertThat(verdict.sentence()).endsWith("it takes at least 72 cases to tell");
    }

    @Test
    void leaving_cases_out_does_not_help() {
        assertThat(against(run(100, 0), run(80, 0)).status()).isEqualTo(Status.INCONCLUSIVE);
        assertThat(against(run(100, 0), figuresOfTests()).status()).isEqualTo(Status.INCONCLUSIVE);
    }

    private static Reading figuresOfTests() {
        return tests();
    }

    @Test
    void there_must_be_something_to_compare_with_where_something_runs() {
        assertThat(against(null, run(10, 0)).status()).isEqualTo(Status.PASS);
        EvidenceVerdict verdict =
                EvidenceGate.judge(
                        compared(0.05),
                        List.of(record("ev-new", "", 1, run(100, 0))),
                        new EvidenceGate.Running("3f9c1a2b7d10", List.of()),
                        NOW);
        assertThat(verdict.status()).isEqualTo(Status.MISSING);
    }

    /// A way back to `to`, tried an hour ago.
    private static EvidenceRecord wayBack(String id, String to, Own own) {
        var reading =
                new Reading(Format.COMMAND, "rollback", "", "", 0, new TreeMap<>(), own, List.of());
        return new EvidenceRecord(id, "staging", "rollback", to, NOW - HOUR, NOW - HOUR, reading);
    }

    private static EvidenceVerdict wayBack(@Nullable String running, EvidenceRecord... all) {
        return EvidenceGate.judge(
                EvidenceRule.pass("rollback"),
                List.of(all),
                running == null ? null : new EvidenceGate.Running(running, List.of()),
                NOW);
    }

    @Test
    void a_way_back_counts_when_it_leads_to_what_runs_now() {
        EvidenceRecord here = wayBack("ev-here", "3f9c1a2b7d10", Own.PASSED);
        EvidenceRecord elsewhere = wayBack("ev-there", "9999aaaa0000", Own.PASSED);

        assertThat(wayBack("3f9c1a2b7d10", here, elsewhere).relied()).containsExactly("ev-here");
        assertThat(wayBack("3f9c1a2b7d10", here, elsewhere).status()).isEqualTo(Status.PASS);
        EvidenceVerdict verdict = wayBack("3f9c1a2b7d10", elsewhere);
        assertThat(verdict.status()).isEqualTo(Status.MISSING);
        assertThat(verdict.sentence())
                .isEqualTo(
                        "the way back to `3f9c1a2b7d10`, which runs now, was not tried; that to"
                                + " `9999aaaa0000` was");
        assertThat(wayBack("3f9c1a2b7d10", wayBack("ev-no", "3f9c1a2b7d10", Own.FAILED)).status())
                .isEqualTo(Status.FAIL);
    }

    @Test
    void where_nothing_else_runs_there_is_no_way_back_to_try() {
        assertThat(wayBack(null).status()).isEqualTo(Status.PASS);
    }
}
