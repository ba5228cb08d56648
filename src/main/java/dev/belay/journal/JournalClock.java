package dev.belay.journal;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Milliseconds since the epoch that never go back: neither while the process lives nor below what
/// is already in the journal. Leases and soaks are measured by it, so a jump of the wall clock
/// cannot end one early.
final class JournalClock {
    private final InstantSource source;
    private final long ahead;
    private final AtomicLong latest = new AtomicLong();

    /// @param floor the greatest time already written; a source that is behind it is taken to stand
    ///   there now and go on from it, because a clock that waits would let nothing ever expire
    JournalClock(InstantSource source, long floor) {
        this.source = source;
        this.ahead = Math.max(0, floor - source.millis());
    }

    long now() {
        return latest.accumulateAndGet(source.millis() + ahead, Math::max);
    }

    /// The wall clock as it is now, and from here on only time that really passes.
    static InstantSource steady(InstantSource wall, LongSupplier nanos) {
        Instant start = wall.instant();
        long mark = nanos.getAsLong();
        return () -> start.plusNanos(nanos.getAsLong() - mark);
    }
}
