package dev.belay.cli.live;

import java.util.Map;

/// What is seen of an environment's components, beside what is wanted of them.
public record Observation(Map<String, Seen> components) {
    public static final Observation NOTHING = new Observation(Map.of());

    public Observation {
        components = Map.copyOf(components);
    }

    /// One component: ready instances of those that should be, and the share of the traffic that
    /// the new revision has of what it should have.
    public record Seen(int wanted, int ready, int wantedWeight, int weight) {}
}
