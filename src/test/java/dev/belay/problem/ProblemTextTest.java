package dev.belay.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProblemTextTest {
    private static final Problem UNKNOWN_ROLE =
            new Problem(
                    "manifest/unknown-role",
                    new Place.Line(new Span("belay.yaml", 14, 14, 22), "    approve: releaser"),
                    "role `releaser` is not declared",
                    "declare it under `roles:`, or use `release-manager`");

    @Test
    void a_problem_is_shown_with_its_line_and_a_caret_below() {
        assertThat(ProblemText.of(UNKNOWN_ROLE))
                .isEqualTo(
                        """
                        belay.yaml:14:14: role `releaser` is not declared  [manifest/unknown-role]
                           14 |     approve: releaser
                              |              ^^^^^^^^
                        hint: declare it under `roles:`, or use `release-manager`
                        """);
    }

    @Test
    void what_has_no_lines_is_named() {
        var problem = new Problem("a/b", new Place.Named("flag `--only`"), "names nothing", "");
        assertThat(ProblemText.of(List.of(problem, problem)))
                .isEqualTo(
                        """
                        flag `--only`: names nothing  [a/b]

                        flag `--only`: names nothing  [a/b]
                        """);
    }

    @Test
    void a_long_line_is_cut_around_the_caret() {
        String line = "x".repeat(500) + "HERE" + "y".repeat(500);
        String shown =
                ProblemText.of(
                        new Problem(
                                "a/b", new Place.Line(new Span("f", 1, 501, 505), line), "m", ""));
        assertThat(shown)
                .contains("| …" + "x".repeat(40) + "HERE" + "y".repeat(56) + "…\n")
                .contains("| " + " ".repeat(41) + "^^^^\n");
    }

    @Test
    void nothing_that_was_written_can_command_the_terminal() {
        var place = new Place.Line(new Span("f", 1, 3, 4), "\ta\u001B[2J\u202Eb");
        String shown = ProblemText.of(new Problem("a/b", place, "\u001B[31m", "\0"));
        assertThat(shown).doesNotContain("\u001B", "\u202E", "\t", "\0");
        assertThat(shown).contains(" | " + "  ^\n");
    }

    @Test
    void a_caret_behind_the_end_of_the_line_stays_visible() {
        var place = new Place.Line(new Span("f", 1, 4, 4), "abc");
        assertThat(ProblemText.of(new Problem("a/b", place, "m", "")))
                .endsWith("    1 | abc\n      |    ^\n");
    }

    @Test
    void the_sent_form_gives_the_same_problem_back() {
        var named = new Problem("a/b", new Place.Named("flag `--only`"), "m", "h");
        for (Problem problem : List.of(UNKNOWN_ROLE, named)) {
            assertThat(ProblemRecord.of(problem).problem()).isEqualTo(problem);
        }
    }

    @Test
    void a_slip_is_recognised_and_a_different_word_is_not() {
        var known = List.of("health", "liveness", "port");
        assertThat(Nearest.to("helath", known)).contains("health");
        assertThat(Nearest.to("prot", known)).contains("port");
        assertThat(Nearest.to("gates", known)).isEmpty();
        assertThat(Nearest.hint("gates", known))
                .isEqualTo("known are `health`, `liveness`, `port`");
        assertThat(Nearest.to("x".repeat(100_000), known)).isEmpty();
    }
}
