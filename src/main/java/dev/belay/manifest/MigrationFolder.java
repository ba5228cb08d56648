package dev.belay.manifest;

/// A component's schema changes as files of SQL, which Belay applies itself.
///
/// @param datastore by its name
/// @param dir relative to the manifest's folder
public record MigrationFolder(String datastore, String dir) implements MigrationSource {}
