package dev.belay.gateway;

import java.util.concurrent.TimeUnit;

/// Whether one direction of a connection moves fast enough, looked at over stretches in which its
/// client alone could have made it faster. A phase that any byte prolongs has no end without it.
final class Pace {
    private final Limits.Pace least;
    private boolean running;
    private long since;
    private long before;

    Pace(Limits.Pace least) {
        this.least = least;
    }

    /// Called again and again.
    ///
    /// @param waiting whether nobody but the client has to do something now
    /// @param moved all bytes so far
    boolean tooSlow(long now, boolean waiting, long moved) {
        long nanos = now - since;
        if (waiting && running && nanos < least.over().toNanos()) {
            return false;
        }
        double seconds = (double) nanos / TimeUnit.SECONDS.toNanos(1);
        boolean slow = waiting && running && moved - before < least.bytesPerSecond() * seconds;
        running = waiting;
        since = now;
        before = moved;
        return slow;
    }
}
