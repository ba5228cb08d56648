package dev.belay.journal;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/// Milliseconds since the epoch that never go back: neither while the process lives nor below what
/// is already in the journal. Leases and soaks are measured by it, so a jump of the wall clock
/// cannot end one early.
final class JournalClock {
    private final InstantSource source;
    private final AtomicLong latest;

    /// @param floor the greatest time already written
    JournalClock(InstantSource source, long floor) {
        this.source = source;
        this.latest = new AtomicLong(floor);
    }

    long now() {
        return latest.accumulateAndGet(source.millis(), Math::max);
    }

    /// The wall clock as it is now, and from here on only time that really passes.
    static InstantSource steady() {
        Instant start = Instant.now();
        long mark = System.nanoTime();
        return () -> start.plus(Duration.ofNanos(System.nanoTime() - mark));
    }
}
