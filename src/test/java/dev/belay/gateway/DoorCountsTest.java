package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// Bounds that all event loops share.
class DoorCountsTest {
    private static final int ROUNDS = 2_000_000;

    @Test
    void what_does_not_fit_is_not_in_the_way_of_what_does() {
        var counts = new DoorCounts();
        CompletableFuture<Void> others =
                CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < ROUNDS; i++) {
                        assertThat(counts.take(1_000, 10) || counts.enter(0)).isFalse();
                    }
                });
        int refused = 0;
        while (!others.isDone()) {
            if (counts.take(10, 10)) {
                counts.giveBack(10);
            } else {
                refused++;
            }
            if (counts.enter(1)) {
                counts.leave();
            } else {
                refused++;
            }
        }
        others.join();
        assertThat(refused).isZero();
        assertThat(counts.bytes()).isZero();
        assertThat(counts.waiting()).isZero();
    }

    @Test
    void nothing_fits_even_where_a_bound_became_smaller() {
        var counts = new DoorCounts();
        assertThat(counts.take(10, 10)).isTrue();
        assertThat(counts.take(0, 5)).isTrue();
        assertThat(counts.take(1, 10)).isFalse();
        assertThat(counts.take(Long.MAX_VALUE, Long.MAX_VALUE)).isFalse();
        assertThat(counts.bytes()).isEqualTo(10);
    }
}
