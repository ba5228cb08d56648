package dev.belay.gateway;

import java.util.concurrent.atomic.LongAdder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What one half of a revision's members answered. Both together are the revision's answers; the
/// one beside the other shows how far two arms differ between which there is no difference.
final class Half {
    private static final int SERVER_ERROR = 500;

    private final LongAdder all = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LatencyBins times = new LatencyBins();

    void answered(int status, long nanos) {
        all.increment();
        if (status >= SERVER_ERROR) {
            failed.increment();
        }
        times.record(nanos);
    }

    /// @param id by which sums of several gateways know it
    void write(ObjectNode json, String id) {
        json.put("id", id);
        // Failed ones first: in between, more may have been answered, and none of them fewer.
        json.put("failed", failed.sum());
        json.put("all", all.sum());
        times.write(json.putObject("times"));
    }

    /// Adds what another wrote.
    void inherit(JsonNode line) {
        all.add(line.path("all").asLong());
        failed.add(line.path("failed").asLong());
        times.inherit(line.path("times"));
    }
}
