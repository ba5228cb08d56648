package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// How `bench/soak` tells what is too much.
class SoakFiguresTest {
    @Test
    void what_is_more_than_it_was_is_said() {
        var before = new SoakFigures(1, 40, 20, 9_000_000, 0, 1_000_000, 1, 0, 0);
        assertThat(before.more(before)).isEmpty();
        var after = new SoakFigures(1, 44, 23, 14_000_000, 300_000, 10_000_000, 1, 1, 1);
        assertThat(after.more(before))
                .hasSize(7)
                .contains("gateway 1 has 44 open files at rest, and had 40 (3 more are tolerated)");
    }
}
