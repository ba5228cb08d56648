package dev.belay.gateway;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Whether a member is left out for a while because requests fail at it, whatever its health page
/// says. Ends by time alone: a good probe does not shorten it, and each time that follows without a
/// success between is twice as long.
///
/// Every loop asks and counts. Only [#start] needs a caller who lets one in at a time.
final class Ejection {
    private static final int FAILURES = 5;
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final int DOUBLINGS = 5;
    private static final long IN = 0;

    /// Until when it is out, as [System#nanoTime()] has it. One word, so that nobody who ends a
    /// time that is over can end the next one.
    private final AtomicLong until = new AtomicLong(IN);

    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger times = new AtomicInteger();

    /// Whether it is out. Looks at the clock only when it was sent out.
    boolean out() {
        return until.get() != IN && out(System.nanoTime());
    }

    /// Whether it is out, and its time not over.
    boolean out(long now) {
        long end = until.get();
        if (end == IN) {
            return false;
        }
        if (now - end < 0) {
            return true;
        }
        until.compareAndSet(end, IN);
        return false;
    }

    /// Counts a failure, unless it is out: what was under way then fails as expected.
    ///
    /// @return whether there were so many in a row that it should go
    boolean failed() {
        return !out() && failures.incrementAndGet() >= FAILURES;
    }

    /// Asked for every answer: nothing is written when nothing changes.
    void succeeded() {
        if (failures.get() != 0) {
            failures.set(0);
        }
        if (times.get() != 0 && until.get() == IN) {
            times.set(0);
        }
    }

    /// It goes now.
    void start(long now) {
        int before = Math.min(times.get(), DOUBLINGS);
        long end = now + Math.min(FIRST.toNanos() << before, LONGEST.toNanos());
        until.set(end == IN ? 1 : end);
        // Only now: until it is out, a success would take it back.
        times.set(before + 1);
        failures.set(0);
    }
}
