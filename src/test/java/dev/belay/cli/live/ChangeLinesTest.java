package dev.belay.cli.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChangeLinesTest {
    @Test
    void the_first_snapshot_says_what_has_happened_so_far() {
        var shown =
                Snapshots.of(
                        "running",
                        "",
                        Snapshots.step(1, "api", "build", "done", ""),
                        Snapshots.step(2, "api", "start", "to-do", ""));
        assertThat(ChangeLines.between(null, shown))
                .containsExactly("local-3  running  the title", "local-3  done  build");
    }

    @Test
    void only_what_changed_is_said() {
        var before =
                Snapshots.of(
                        "running",
                        "",
                        Snapshots.step(1, "api", "start", "running", "0 of 2 ready"));
        var after =
                Snapshots.of(
                        "rolling-back",
                        "too late",
                        Snapshots.step(1, "api", "start", "failed", "no answer"));
        assertThat(ChangeLines.between(before, before)).isEmpty();
        assertThat(ChangeLines.between(before, after))
                .containsExactly(
                        "local-3  rolling-back: too late", "local-3  failed  start: no answer");
    }

    @Test
    void a_soak_is_one_line_until_there_is_something_to_say() {
        assertThat(ChangeLines.between(soaking("9 s left"), soaking("8 s left"))).isEmpty();
        assertThat(ChangeLines.between(soaking("8 s left"), soaking("7 s left; `api-1` ended")))
                .containsExactly("local-3  waiting  soak: soaking, 7 s left; `api-1` ended");
    }

    private static Snapshot soaking(String left) {
        return Snapshots.of(
                "running", "", Snapshots.step(1, "api", "soak", "waiting", "soaking, " + left));
    }

    @Test
    void lengths_of_time_are_short() {
        assertThat(Ages.of(400)).isEqualTo("0.4s");
        assertThat(Ages.of(12_000)).isEqualTo("12s");
        assertThat(Ages.of(185_000)).isEqualTo("3m05s");
        assertThat(Ages.of(7_800_000)).isEqualTo("2h10m");
        assertThat(Ages.of(367_200_000)).isEqualTo("4d06h");
        assertThat(Ages.of(-1)).isEqualTo("0.0s");
    }
}
