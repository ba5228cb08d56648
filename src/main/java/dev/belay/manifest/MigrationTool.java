package dev.belay.manifest;

import dev.belay.release.MigrationCommands;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// A component's schema changes as commands of its own artifact.
///
/// @param datastore by its name
public record MigrationTool(String datastore, MigrationCommands commands)
        implements MigrationSource {
    /// The commands by their keys; empty ones are not there.
    SequencedMap<String, List<String>> byKey() {
        var all = new LinkedHashMap<String, List<String>>();
        all.put(MigrationSections.UP.name(), commands.up());
        all.put(MigrationSections.DOWN.name(), commands.down());
        all.put(MigrationSections.STATUS.name(), commands.status());
        all.put(MigrationSections.PROBE.name(), commands.probe());
        all.put(MigrationSections.PLAN.name(), commands.plan());
        all.values().removeIf(List::isEmpty);
        return all;
    }
}
