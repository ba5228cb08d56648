package dev.belay.gateway;

import java.util.concurrent.TimeUnit;

/// How many frames of HTTP/2 that move nothing a client may send: pings, settings, priorities,
/// windows, frames nobody knows. Each is cheap to send, costs us work and often an answer
/// (CVE-2019-9512, -9513, -9515, -9517). Requests and bodies earn some, as they need them.
final class FrameBudget {
    private static final int EARNED = 4;

    /// Whoever gives room for less than that at a time does so without need.
    private static final int BYTES_EARNING_ONE = 1_024;

    /// A client may have much on its way before it says what it took of it.
    private static final int SAVED_MOST = 16_384;

    private final Limits.Rate most;
    private double left;

    /// Earned by bytes, kept apart: a rest of seconds gives none.
    private double saved;

    private long refilled = System.nanoTime();

    FrameBudget(Limits.Rate most) {
        this.most = most;
        this.left = most.burst();
    }

    /// A frame of a message, in either direction.
    void useful() {
        left = Math.min(most.burst(), left + EARNED);
    }

    /// Part of a body, in either direction.
    void useful(int bytes) {
        useful();
        saved = Math.min(SAVED_MOST, saved + (double) bytes / BYTES_EARNING_ONE);
    }

    /// A frame that moves nothing.
    ///
    /// @return whether it may be
    boolean spend() {
        return spend(System.nanoTime());
    }

    boolean spend(long now) {
        if (saved >= 1) {
            saved--;
            return true;
        }
        double seconds = (double) (now - refilled) / TimeUnit.SECONDS.toNanos(1);
        refilled = now;
        left = Math.min(most.burst(), left + seconds * most.perSecond()) - 1;
        return left >= 0;
    }
}
