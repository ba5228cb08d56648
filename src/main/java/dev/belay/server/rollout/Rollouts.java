package dev.belay.server.rollout;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The canaries of one release, by component: what the API answers, and what anybody judges again
/// who kept that answer.
public record Rollouts(String release, SortedMap<String, Rollout> of) {
    public Rollouts {
        of = Collections.unmodifiableSortedMap(new TreeMap<>(of));
    }

    /// Reads them.
    ///
    /// @param texts by component, as [Rollout#parse] reads them
    /// @throws IllegalArgumentException when one of them is none
    public static Rollouts of(String release, Map<String, String> texts) {
        var all = new TreeMap<String, Rollout>();
        texts.forEach((component, text) -> all.put(component, Rollout.parse(text)));
        return new Rollouts(release, all);
    }

    /// Reads what [#json] wrote.
    ///
    /// @throws IllegalArgumentException when it is none
    public static Rollouts parse(String json) {
        return RolloutJson.readAll(json);
    }

    /// All that was written down.
    public String json() {
        return RolloutJson.writeAll(this);
    }
}
