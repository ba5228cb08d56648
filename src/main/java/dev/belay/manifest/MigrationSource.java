package dev.belay.manifest;

/// Where a component's schema changes come from, and where they are applied.
public sealed interface MigrationSource permits MigrationFolder, MigrationTool {
    /// By its name.
    String datastore();
}
