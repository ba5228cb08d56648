package dev.belay.gateway;

import java.util.concurrent.atomic.AtomicReference;

/// What every connection shares: the current table, the loops, the limits.
final class Proxy {
    private final AtomicReference<Table> table = new AtomicReference<>(Table.EMPTY);
    private final Loops loops;
    private final GatewayOptions options;
    private final Prober prober;
    private final Refusals refusals = new Refusals();
    private final Challenges challenges = new Challenges();
    private final Admission admission;
    private final Sites sites = new Sites();
    private final Doors doors = new Doors();
    private final Chronicle chronicle;

    Proxy(Loops loops, GatewayOptions options, Prober prober, Chronicle chronicle) {
        this.loops = loops;
        this.options = options;
        this.prober = prober;
        this.admission = new Admission(options.limits(), refusals);
        this.chronicle = chronicle;
    }

    Table table() {
        return table.getAcquire();
    }

    void publish(Table next) {
        publish(next, true);
    }

    /// @param folders whether it may name other folders of frontends than the table before
    void publish(Table next, boolean folders) {
        if (folders) {
            sites.prepare(next);
        }
        table.setRelease(next);
    }

    Loops loops() {
        return loops;
    }

    Limits limits() {
        return options.limits();
    }

    Chronicle chronicle() {
        return chronicle;
    }

    GatewayOptions options() {
        return options;
    }

    Sites sites() {
        return sites;
    }

    Doors doors() {
        return doors;
    }

    Admission admission() {
        return admission;
    }

    Challenges challenges() {
        return challenges;
    }

    Refusals refusals() {
        return refusals;
    }

    /// A member refused a connection: out of the choice now, not at the next probe.
    void suspect(Table.LiveShare share, Upstream upstream) {
        share.eject(upstream);
        prober.soon(upstream);
    }
}
