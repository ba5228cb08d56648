package dev.belay.cli.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.cli.ExitCode;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndTextTest {
    @Test
    void a_failure_comes_with_its_log_and_whom_to_turn_to() {
        var shown =
                Snapshots.of(
                        "rolled-back",
                        "it never listened",
                        Snapshots.step(1, "api", "start", "failed", "late"));
        assertThat(EndText.of(shown, false))
                .containsExactly(
                        "✖ start: late",
                        "  hint: look at the log",
                        "  owner: team-a",
                        "  runbook: https://runbook",
                        "  │ line one",
                        "  │ line two",
                        "local-3 rolled back in 12s",
                        "  belay why");
    }

    @Test
    void every_end_has_its_exit_code() {
        assertThat(EndText.code(Snapshots.of("completed", ""))).isEqualTo(ExitCode.DONE);
        assertThat(EndText.code(Snapshots.of("rolled-back", ""))).isEqualTo(ExitCode.FAILED);
        assertThat(EndText.code(Snapshots.of("held", ""))).isEqualTo(ExitCode.HELD);
        assertThat(EndText.code(Snapshots.of("written-off", ""))).isEqualTo(ExitCode.HELD);
        for (String waits : List.of("paused", "rejected", "superseded")) {
            assertThat(EndText.code(Snapshots.of(waits, ""))).as(waits).isEqualTo(ExitCode.WAITING);
        }
    }

    @Test
    void the_numbers_of_exit_codes_never_change() {
        assertThat(List.of(ExitCode.values()).stream().map(ExitCode::number))
                .containsExactly(0, 2, 3, 4, 5, 70, 130);
    }

    @Test
    void of_several_ends_the_one_that_needs_a_person_most_counts() {
        assertThat(ExitCode.DONE.or(ExitCode.FAILED)).isEqualTo(ExitCode.FAILED);
        assertThat(ExitCode.HELD.or(ExitCode.WAITING)).isEqualTo(ExitCode.HELD);
    }
}
