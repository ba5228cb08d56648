package dev.belay.manifest;

import java.util.List;
import java.util.Map;

/// How strict `belay lint` is about a platform.
///
/// @param written whether the manifest says anything of it: then `belay check` looks, too
/// @param levels of every rule
public record LintRules(boolean written, Map<LintRule, Level> levels, List<LintAllowance> allowed) {
    /// What follows from a finding.
    public enum Level {
        OFF,
        WARNING,
        ERROR
    }

    public LintRules {
        levels = Map.copyOf(levels);
        allowed = List.copyOf(allowed);
    }

    public Level level(LintRule rule) {
        return levels.getOrDefault(rule, Level.OFF);
    }
}
