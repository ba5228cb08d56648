package dev.belay.gateway;

import java.util.concurrent.TimeUnit;

/// How many frames of HTTP/2 that move nothing a client may send: pings, settings, priorities,
/// windows, frames nobody knows. Each is cheap to send, costs us work and often an answer
/// (CVE-2019-9512, -9513, -9515, -9517). Requests and bodies earn some, as they need them.
final class FrameBudget {
    private static final int EARNED = 4;

    private final Limits.Rate most;
    private double left;
    private long refilled = System.nanoTime();

    FrameBudget(Limits.Rate most) {
        this.most = most;
        this.left = most.burst();
    }

    /// A frame of a message, in either direction.
    void useful() {
        left = Math.min(most.burst(), left + EARNED);
    }

    /// A frame that moves nothing.
    ///
    /// @return whether it may be
    boolean spend() {
        return spend(System.nanoTime());
    }

    boolean spend(long now) {
        double seconds = (double) (now - refilled) / TimeUnit.SECONDS.toNanos(1);
        refilled = now;
        left = Math.min(most.burst(), left + seconds * most.perSecond()) - 1;
        return left >= 0;
    }
}
