package dev.belay.plan;

import dev.belay.manifest.Component;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.MigrationTool;
import dev.belay.release.Dependency;
import dev.belay.release.Digest;
import dev.belay.release.MigrationCommands;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What sees to a component's schema in place of Belay. Where two deployments have the same, the
/// second one has nothing to change: the commands are the same, and so are the files that they read
/// and the values that they are given.
///
/// @param configuration the version of the plain values
public record MigratedBy(
        Dependency datastore, Digest artifact, String configuration, MigrationCommands commands) {
    static @Nullable MigratedBy of(
            Component component, PlanRequest.Source source, Map<String, Datastore> datastores) {
        if (!(component.migrations() instanceof MigrationTool(String name, var commands))) {
            return null;
        }
        Datastore datastore = datastores.get(name);
        return datastore == null
                ? null
                : new MigratedBy(
                        datastore.dependency(),
                        source.artifact(),
                        source.configuration(),
                        commands);
    }
}
