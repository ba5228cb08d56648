package dev.belay.gateway;

import java.util.concurrent.atomic.AtomicInteger;

/// What is under way somewhere: requests, and tunnels that some of them became. Every loop counts.
abstract class InFlight {
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger tunnels = new AtomicInteger();

    final void enter() {
        requests.incrementAndGet();
    }

    final void leave() {
        requests.decrementAndGet();
    }

    final void becameTunnel() {
        tunnels.incrementAndGet();
        requests.decrementAndGet();
    }

    final void tunnelEnded() {
        tunnels.decrementAndGet();
    }

    final int requests() {
        return requests.get();
    }

    final int tunnels() {
        return tunnels.get();
    }

    final int inFlight() {
        return requests.get() + tunnels.get();
    }
}
