package dev.belay.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.gate.SecretsGate.State;
import dev.belay.gate.SecretsGate.Variable;
import dev.belay.gate.SecretsGate.Verdict;
import dev.belay.release.SecretsRule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SecretsGateTest {
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final SecretsRule ANY_AGE =
            new SecretsRule(true, Duration.ZERO, List.of(), false);
    private static final SecretsRule QUARTER =
            new SecretsRule(true, Duration.ofDays(90), List.of("SHARED"), false);

    private static Variable variable(State state, @Nullable Instant changed, String... sameIn) {
        return new Variable("KEY", true, state, "main", changed, false, List.of(sameIn));
    }

    private static Verdict judge(SecretsRule rule, Variable... variables) {
        return SecretsGate.judge(rule, List.of(variables), NOW);
    }

    @Test
    void what_nobody_chose_is_no_value() {
        assertThat(judge(ANY_AGE, variable(State.MISSING, null)).faults())
                .containsExactly("`KEY` has no value");
        assertThat(judge(ANY_AGE, variable(State.EMPTY, null)).faults())
                .containsExactly("`KEY` is empty");
        assertThat(judge(ANY_AGE, variable(State.FILLER, null)).faults())
                .containsExactly("`KEY` has what a template has in its place");
        assertThat(judge(ANY_AGE, variable(State.UNKNOWN, null)).faults()).hasSize(1);
        assertThat(judge(ANY_AGE, variable(State.GIVEN, null)).faults()).isEmpty();
    }

    @Test
    void a_secret_is_of_one_environment_unless_it_is_named_as_shared() {
        Variable same = variable(State.GIVEN, NOW, "local", "staging");
        assertThat(judge(ANY_AGE, same).faults())
                .containsExactly("`KEY` has the same value in `local`, `staging`");
        var shared =
                new Variable("SHARED", true, State.GIVEN, "main", NOW, false, List.of("local"));
        assertThat(judge(QUARTER, shared).faults()).isEmpty();
        var plain = new Variable("HOST", false, State.GIVEN, "main", NOW, false, List.of("local"));
        assertThat(judge(ANY_AGE, plain).faults()).isEmpty();
    }

    @Test
    void a_secret_grows_old_on_the_day_after_its_last_one() {
        Instant limit = NOW.minus(Duration.ofDays(90));
        assertThat(judge(QUARTER, variable(State.GIVEN, limit)).faults()).isEmpty();
        assertThat(judge(QUARTER, variable(State.GIVEN, limit.minusSeconds(1))).faults())
                .containsExactly("`KEY` is 90 d old, and may be 90 d (main)");
    }

    @Test
    void an_age_that_nobody_knows_is_said_to_be_so() {
        Verdict verdict = judge(QUARTER, variable(State.GIVEN, null));
        assertThat(verdict.faults()).isEmpty();
        assertThat(verdict.unknown()).containsExactly("the age of `KEY` is not known to main");
        assertThat(judge(ANY_AGE, variable(State.GIVEN, null)).unknown()).isEmpty();
    }

    @Test
    void a_young_file_proves_no_young_secret_and_an_old_one_an_old_secret() {
        var young = new Variable("KEY", true, State.GIVEN, ".env", NOW, true, List.of());
        assertThat(judge(QUARTER, young).faults()).isEmpty();
        assertThat(judge(QUARTER, young).unknown())
                .containsExactly("of `KEY` only the age of its file is known");
        Instant before = NOW.minus(Duration.ofDays(200));
        var old = new Variable("KEY", true, State.GIVEN, ".env", before, true, List.of());
        assertThat(judge(QUARTER, old).faults()).hasSize(1);
    }
}
