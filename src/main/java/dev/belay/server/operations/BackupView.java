package dev.belay.server.operations;

import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Verification;

/// One backup as people see it.
///
/// @param instant the one that its data is of, milliseconds since the epoch
/// @param verified when it last became a database again that equals its source; 0 for never
/// @param took how long that took, in milliseconds: about what a restore would take
/// @param bytes that it takes on the disk
/// @param databaseBytes that the database took on its server's disk
public record BackupView(
        String datastore,
        String name,
        String engine,
        String database,
        String server,
        long instant,
        long verified,
        long took,
        long tables,
        long rows,
        long bytes,
        long databaseBytes,
        boolean encrypted) {
    static BackupView of(String datastore, StoredBackup backup) {
        var manifest = backup.manifest();
        var verification = backup.verified();
        return new BackupView(
                datastore,
                backup.name(),
                manifest.engine(),
                manifest.database(),
                manifest.server(),
                manifest.instant().toEpochMilli(),
                verification.map(one -> one.at().toEpochMilli()).orElse(0L),
                verification.map(Verification::took).map(java.time.Duration::toMillis).orElse(0L),
                manifest.tables().size(),
                manifest.total().rows(),
                manifest.storedBytes(),
                manifest.databaseBytes(),
                !manifest.recipients().isEmpty());
    }
}
