package dev.belay.gateway;

import java.util.concurrent.atomic.AtomicReference;

/// What every connection shares: the current table, the loops, the limits.
final class Proxy {
    private final AtomicReference<Table> table = new AtomicReference<>(Table.EMPTY);
    private final Loops loops;
    private final GatewayOptions options;
    private final Prober prober;

    Proxy(Loops loops, GatewayOptions options, Prober prober) {
        this.loops = loops;
        this.options = options;
        this.prober = prober;
    }

    Table table() {
        return table.getAcquire();
    }

    void publish(Table next) {
        table.setRelease(next);
    }

    Loops loops() {
        return loops;
    }

    Limits limits() {
        return options.limits();
    }

    GatewayOptions options() {
        return options;
    }

    /// A member refused a connection: out of the choice now, not at the next probe.
    void suspect(Table.LiveShare share, Upstream upstream) {
        share.eject(upstream);
        prober.soon(upstream);
    }
}
