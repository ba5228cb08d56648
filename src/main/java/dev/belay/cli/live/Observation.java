package dev.belay.cli.live;

import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What is seen of revisions, beside what is wanted of them; by the revision's id.
public record Observation(Map<String, Seen> revisions) {
    public static final Observation NOTHING = new Observation(Map.of());

    public Observation {
        revisions = Map.copyOf(revisions);
    }

    /// One revision. A weight that nobody could be asked for is negative.
    public record Seen(int instancesWanted, int instances, int weightWanted, int weight) {}

    /// Reads an environment's status as the control plane sends it.
    public static Observation parse(String json) {
        Map<String, Seen> seen = new HashMap<>();
        for (JsonNode component : JsonMapper.shared().readTree(json).path("components")) {
            for (JsonNode revision : component.path("revisions")) {
                seen.put(
                        revision.path("revision").asString(""),
                        new Seen(
                                revision.path("instancesWanted").asInt(0),
                                revision.path("instancesSeen").asInt(0),
                                revision.path("weightWanted").asInt(0),
                                revision.path("weightSeen").asInt(-1)));
            }
        }
        return new Observation(seen);
    }
}
