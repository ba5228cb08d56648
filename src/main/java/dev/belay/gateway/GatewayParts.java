package dev.belay.gateway;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/// What a gateway consists of, whichever way it came to its place.
record GatewayParts(
        GatewayOptions options,
        Loops loops,
        Proxy proxy,
        Certificates certificates,
        Listeners listeners,
        TableKeeper keeper,
        Predecessors predecessors)
        implements AutoCloseable {
    /// @param environment the variables of OpenTelemetry are in it
    static GatewayParts of(GatewayOptions options, Loops loops, Map<String, String> environment) {
        var chronicle = Chronicle.open(options.folder(), environment);
        loops.watchLag(chronicle.tallies().loopLag());
        var prober = new Prober(loops);
        var proxy = new Proxy(loops, options, prober, chronicle);
        var certificates = new Certificates();
        var listeners = new Listeners(proxy, certificates);
        var predecessors = new Predecessors(options.folder());
        var store = new TableStore(options.folder());
        var keeper = new TableKeeper(proxy, prober, listeners, store, predecessors);
        return new GatewayParts(
                options, loops, proxy, certificates, listeners, keeper, predecessors);
    }

    /// Adds what a predecessor counted.
    void inherit(JsonNode counts) {
        Counts.inherit(keeper, proxy, counts);
    }

    @Override
    public void close() {
        keeper.close();
        listeners.disown();
        loops.close();
        // After the last request has ended.
        proxy.chronicle().close();
    }
}
