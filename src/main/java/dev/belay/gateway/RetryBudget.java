package dev.belay.gateway;

import java.util.concurrent.atomic.AtomicInteger;

/// How many requests of a revision may be sent a second time: a tenth of those that are answered,
/// and a hundred at once when an instance dies under them. Without an end to it, a failing revision
/// would get twice the load (retry throttling of gRPC, proposal A6).
final class RetryBudget {
    private static final int COST = 10;
    private static final int FULL = 100 * COST;

    private final AtomicInteger left = new AtomicInteger(FULL);

    /// A request was answered.
    void earn() {
        // Almost always full, and then only read: many loops share it.
        if (left.get() < FULL) {
            left.incrementAndGet();
        }
    }

    /// Takes one out, if one is left.
    boolean spend() {
        return left.getAndUpdate(now -> now < COST ? now : now - COST) >= COST;
    }
}
