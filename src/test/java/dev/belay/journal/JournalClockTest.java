package dev.belay.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class JournalClockTest {
    private final SettableClock wall = new SettableClock();
    private final AtomicLong nanos = new AtomicLong(42);

    @Test
    void the_journals_time_follows_what_passes_and_not_the_wall_clock() {
        var steady = JournalClock.steady(wall, nanos::get);
        long start = steady.millis();
        wall.move(Duration.ofDays(1));
        assertThat(steady.millis()).isEqualTo(start);
        nanos.addAndGet(Duration.ofSeconds(3).toNanos());
        assertThat(steady.millis()).isEqualTo(start + 3000);
    }

    @Test
    void it_never_goes_back() {
        var clock = new JournalClock(wall, 0);
        long start = clock.now();
        wall.move(Duration.ofHours(-1));
        assertThat(clock.now()).isEqualTo(start);
    }

    @Test
    void it_goes_on_from_the_greatest_time_already_written() {
        long floor = wall.millis() + 5000;
        var clock = new JournalClock(wall, floor);
        assertThat(clock.now()).isEqualTo(floor);
        wall.move(Duration.ofSeconds(1));
        assertThat(clock.now()).isEqualTo(floor + 1000);
    }
}
