package dev.belay.gateway;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// Whether a member is left out for a while because requests fail at it, whatever its health page
/// says. Ends by time alone: a good probe does not shorten it, and each time that follows without a
/// success between is twice as long.
final class Ejection {
    private static final int FAILURES = 5;
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final int DOUBLINGS = 5;

    private final AtomicInteger failures = new AtomicInteger();
    private volatile boolean out;
    private volatile long until;
    private volatile int times;

    /// Whether it is out, and its time not over.
    boolean out(long now) {
        if (out && now - until >= 0) {
            out = false;
        }
        return out;
    }

    /// Counts a failure.
    ///
    /// @return whether there were so many in a row that it should go
    boolean failed() {
        return failures.incrementAndGet() >= FAILURES;
    }

    /// Asked for every answer: nothing is written when nothing changes.
    void succeeded() {
        if (failures.get() != 0) {
            failures.set(0);
        }
        if (times != 0 && !out) {
            times = 0;
        }
    }

    /// It goes now. Failures of requests that were under way count no more.
    void start(long now) {
        long nanos = FIRST.toNanos() << Math.min(times, DOUBLINGS);
        until = now + Math.min(nanos, LONGEST.toNanos());
        times = times + 1;
        failures.set(0);
        out = true;
    }
}
