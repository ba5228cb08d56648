package dev.belay.manifest;

import dev.belay.release.EvidenceRule;
import java.util.List;
import java.util.Map;

/// A rule about evidence, and whose artifacts it is for.
///
/// @param only components or groups; empty is all
public record EvidenceDemand(EvidenceRule rule, List<String> only) {
    public EvidenceDemand {
        only = List.copyOf(only);
    }

    boolean isFor(String component, Map<String, List<String>> groups) {
        return names(only, component, groups);
    }

    static boolean names(List<String> only, String component, Map<String, List<String>> groups) {
        return only.isEmpty()
                || only.stream()
                        .anyMatch(name ->
                                name.equals(component)
                                        || groups.getOrDefault(name, List.of())
                                                .contains(component));
    }
}
