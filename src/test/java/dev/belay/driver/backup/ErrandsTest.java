package dev.belay.driver.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.backup.Errands.State;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ErrandsTest {
    private static State<String> ended(Errands<String, String> errands, String key)
            throws InterruptedException {
        while (true) {
            State<String> state = errands.ask(key, _ -> "never");
            if (!(state instanceof State.Going<String>)) {
                return state;
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Test
    void whoever_asks_meanwhile_hears_of_the_same_work() throws Exception {
        var runs = new AtomicInteger();
        var go = new CountDownLatch(1);
        var said = new CountDownLatch(1);
        try (var errands = new Errands<String, String>()) {
            errands.ask(
                    "a",
                    says -> {
                        says.accept("half");
                        said.countDown();
                        go.await();
                        return "done " + runs.incrementAndGet();
                    });
            said.await();
            assertThat(errands.ask("a", _ -> "other")).isEqualTo(new State.Going<>("half"));
            errands.forgetEnded("a", Duration.ZERO);
            go.countDown();
            assertThat(ended(errands, "a")).isEqualTo(new State.Ended<>("done 1"));
            assertThat(ended(errands, "a")).isEqualTo(new State.Ended<>("done 1"));
            errands.forgetEnded("a", Duration.ofHours(1));
            assertThat(errands.look("a")).contains(new State.Ended<>("done 1"));
            errands.forgetEnded("a", Duration.ZERO);
            assertThat(errands.look("a")).isEmpty();
            assertThat(ended(errands, "a")).isEqualTo(new State.Ended<>("never"));
        }
    }

    @Test
    void what_nobody_asks_for_any_more_ends_where_somebody_has_to() throws Exception {
        var ended = new CountDownLatch(1);
        try (var errands = new Errands<String, String>(Duration.ofMillis(300))) {
            errands.ask(
                    "a",
                    _ -> {
                        try {
                            Thread.sleep(Duration.ofHours(1));
                        } finally {
                            ended.countDown();
                        }
                        return "late";
                    });
            ended.await();
            // Whoever comes back begins anew.
            assertThat(errands.look("a")).isEmpty();
            assertThat(ended(errands, "a")).isEqualTo(new State.Ended<>("never"));
        }
    }

    @Test
    void what_somebody_keeps_asking_for_goes_on() throws Exception {
        try (var errands = new Errands<String, String>(Duration.ofMillis(1500))) {
            long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
            State<String> state;
            do {
                state =
                        errands.ask(
                                "a",
                                _ -> {
                                    Thread.sleep(Duration.ofSeconds(2));
                                    return "done";
                                });
                LockSupport.parkNanos(5_000_000);
            } while (state instanceof State.Going<String> && System.nanoTime() < end);
            assertThat(state).isEqualTo(new State.Ended<>("done"));
        }
    }

    @Test
    void a_bug_is_no_result() throws Exception {
        try (var errands = new Errands<String, String>()) {
            errands.ask(
                    "a",
                    _ -> {
                        throw new IllegalStateException("oh");
                    });
            assertThat(ended(errands, "a"))
                    .isEqualTo(new State.Broken<>("java.lang.IllegalStateException: oh"));
        }
    }

    @Test
    void its_end_ends_what_goes_on_and_waits_for_it() throws Exception {
        var tidied = new AtomicInteger();
        var begun = new CountDownLatch(1);
        var errands = new Errands<String, String>();
        errands.ask(
                "a",
                _ -> {
                    try {
                        begun.countDown();
                        new CountDownLatch(1).await();
                        return "never";
                    } finally {
                        tidied.incrementAndGet();
                    }
                });
        begun.await();
        errands.close();
        assertThat(tidied).hasValue(1);
        assertThat(errands.ask("b", _ -> "no")).isInstanceOf(State.Going.class);
    }

    @Test
    void old_results_make_way() throws Exception {
        try (var errands = new Errands<String, String>()) {
            for (int i = 0; i < 150; i++) {
                String key = "k" + i;
                errands.ask(key, _ -> key);
                assertThat(ended(errands, key)).isEqualTo(new State.Ended<>(key));
            }
            assertThat(ended(errands, "k0")).isEqualTo(new State.Ended<>("never"));
            assertThat(ended(errands, "k149")).isEqualTo(new State.Ended<>("k149"));
        }
    }
}
