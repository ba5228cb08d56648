package dev.belay.cli.live;

import static dev.belay.cli.live.Snapshots.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TreeTextTest {
    @Test
    void only_where_something_goes_on_are_the_steps_shown() {
        var shown =
                Snapshots.of(
                        "running",
                        "",
                        Snapshots.step(1, "api", "build api", "done", ""),
                        Snapshots.step(2, "api", "start 2 × api-2", "running", "1 of 2 ready"),
                        Snapshots.step(3, "web", "switch web", "to-do", ""));
        var observed = new Observation(Map.of("api-2", new Observation.Seen(2, 1, 100, 0)));
        assertThat(TreeText.of(List.of(shown), observed, NOW, false))
                .containsExactly(
                        "local-3  the title  running  12s",
                        "├ ◌ api  api-1 → api-2  instances 1/2 · weight 0/100  1 of 2 steps",
                        "│   ✔ build api",
                        "│   ◌ start 2 × api-2  3.0s  1 of 2 ready",
                        "└ · web  nothing → web-1  0 of 1 steps");
    }

    @Test
    void a_failure_keeps_its_component_open_and_says_why() {
        var shown =
                Snapshots.of(
                        "rolled-back",
                        "the step failed",
                        Snapshots.step(1, "api", "start", "failed", "exit 1"));
        assertThat(TreeText.of(List.of(shown), Observation.NOTHING, NOW + 99_000, false))
                .containsExactly(
                        "local-3  the title  rolled-back  12s",
                        "  the step failed",
                        "└ ✖ api  api-1 → api-2  0 of 1 steps",
                        "    ✖ start  exit 1");
    }

    @Test
    void colours_change_nothing_but_colours() {
        var shown =
                List.of(
                        Snapshots.of(
                                "running",
                                "",
                                Snapshots.step(1, "api", "start", "running", "slow")));
        List<String> plain = TreeText.of(shown, Observation.NOTHING, NOW, false);
        List<String> coloured = TreeText.of(shown, Observation.NOTHING, NOW, true);
        assertThat(coloured).isNotEqualTo(plain);
        assertThat(coloured.stream().map(line -> line.replaceAll("\033\\[[0-9;]*m", "")).toList())
                .isEqualTo(plain);
    }

    @Test
    void more_lines_than_rows_are_counted() {
        assertThat(Screen.fit(List.of("a", "b", "c", "d"), 3))
                .containsExactly("a", "b", "  … 2 more lines");
        assertThat(Screen.fit(List.of("a", "b", "c"), 3)).containsExactly("a", "b", "c");
    }
}
