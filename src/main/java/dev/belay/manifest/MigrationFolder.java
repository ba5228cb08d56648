package dev.belay.manifest;

/// Where a component's schema changes lie, and where they are applied.
///
/// @param datastore by its name
/// @param dir relative to the manifest's folder
public record MigrationFolder(String datastore, String dir) {}
