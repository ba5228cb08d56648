package dev.belay.manifest;

import dev.belay.release.MigrationCommands;

/// A component's schema changes as commands of its own artifact.
///
/// @param datastore by its name
public record MigrationTool(String datastore, MigrationCommands commands)
        implements MigrationSource {}
