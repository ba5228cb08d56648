package dev.belay.cli.top;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The gateway's counts at one moment.
///
/// @param nanos when, by the clock of [System#nanoTime]
/// @param bounds the upper bounds of the histograms' buckets in microseconds; one more is open
/// @param revisions by environment, component and revision
public record Reading(
        long nanos,
        List<Long> bounds,
        Map<String, Revision> revisions,
        long connections,
        long accepted,
        long refused) {
    public Reading {
        bounds = List.copyOf(bounds);
    }

    /// One revision. Without a name it stands for requests that no revision could take.
    record Revision(
            String environment,
            String component,
            String revision,
            Numbers numbers,
            long bytesIn,
            long bytesOut,
            Map<String, Member> members) {}

    /// One instance.
    record Member(Numbers numbers, boolean ready) {}

    /// What is counted of either.
    ///
    /// @param failed answers of 5xx
    /// @param latency counts by bucket
    record Numbers(long failed, long inFlight, long tunnels, List<Long> latency) {
        Numbers {
            latency = List.copyOf(latency);
        }
    }

    /// Reads what `GET /api/v1/gateway/counts` answers.
    public static Reading of(String json, long nanos) {
        JsonNode root = JsonMapper.shared().readTree(json);
        Map<String, Revision> revisions = new LinkedHashMap<>();
        for (JsonNode one : root.path("revisions")) {
            Revision revision = revision(one);
            String key =
                    revision.environment() + "/" + revision.component() + "/" + revision.revision();
            revisions.put(key, revision);
        }
        JsonNode process = root.path("process");
        long limits = 0;
        for (var one : process.properties()) {
            limits += one.getKey().contains("refused_total") ? one.getValue().asLong() : 0;
        }
        return new Reading(
                nanos,
                longs(root.path("boundsMicros")),
                revisions,
                process.path("connections").asLong(),
                process.path("accepted_total").asLong(),
                limits);
    }

    private static Revision revision(JsonNode json) {
        Map<String, Member> members = new LinkedHashMap<>();
        for (JsonNode one : json.path("members")) {
            Numbers numbers = numbers(one, one.path("failed").asLong());
            members.put(
                    one.path("id").asString(""),
                    new Member(numbers, one.path("ready").asBoolean()));
        }
        return new Revision(
                json.path("environment").asString(""),
                json.path("component").asString(""),
                json.path("revision").asString(""),
                numbers(json, json.path("answers").path("5xx").asLong()),
                json.path("bytesIn").asLong(),
                json.path("bytesOut").asLong(),
                members);
    }

    private static Numbers numbers(JsonNode json, long failed) {
        return new Numbers(
                failed,
                json.path("requests").asLong(),
                json.path("tunnels").asLong(),
                longs(json.path("latency")));
    }

    private static List<Long> longs(JsonNode array) {
        var longs = new ArrayList<Long>();
        array.forEach(one -> longs.add(one.asLong()));
        return longs;
    }
}
