package dev.belay.manifest;

import java.util.List;

/// Rules that belong together and come with Belay.
///
/// @param parameters what they are measured by, unless an environment says otherwise
public record PolicyPack(
        String name, String about, PolicyParameters parameters, List<PolicyRule> rules) {
    public PolicyPack {
        rules = List.copyOf(rules);
    }
}
