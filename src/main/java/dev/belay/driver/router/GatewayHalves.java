package dev.belay.driver.router;

import dev.belay.driver.Answered;
import dev.belay.gateway.GatewayClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What our gateway counts of the halves that it divides every revision's members into.
public final class GatewayHalves {
    private final GatewayClient gateway;

    public GatewayHalves(GatewayClient gateway) {
        this.gateway = gateway;
    }

    /// One revision's.
    public record Halves(
            String environment, String component, String revision, Answered one, Answered other) {}

    /// Of every revision that it knows.
    ///
    /// @throws IOException when it cannot be asked
    public List<Halves> read() throws IOException {
        var all = new ArrayList<Halves>();
        for (JsonNode line : gateway.counts().path("revisions")) {
            JsonNode halves = line.path("halves");
            if (halves.size() == 2) {
                all.add(
                        new Halves(
                                line.path("environment").asString(""),
                                line.path("component").asString(""),
                                line.path("revision").asString(""),
                                answered(halves.path(0)),
                                answered(halves.path(1))));
            }
        }
        return all;
    }

    static Answered answered(JsonNode half) {
        long failed = half.path("failed").asLong();
        return new Answered(Math.max(failed, half.path("all").asLong()), failed, times(half));
    }

    private static SortedMap<Integer, Long> times(JsonNode half) {
        var times = new TreeMap<Integer, Long>();
        half.path("times")
                .properties()
                .forEach(bin -> times.put(Integer.valueOf(bin.getKey()), bin.getValue().asLong()));
        return times;
    }
}
