package dev.belay.server.operations;

import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.Copies;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Verification;
import dev.belay.manifest.Datastore;
import java.util.Locale;

/// One backup as people see it.
///
/// @param here whether it lies here; one that lies elsewhere alone is known by name and size
/// @param copied whether it lies in its second place
/// @param instant the one that its data is of, milliseconds since the epoch
/// @param verified when it last became a database again that equals its source; 0 for never
/// @param took how long that took, in milliseconds: about what a restore would take
/// @param where it was verified, as `scratch cluster of PostgreSQL 15.18`, or empty
/// @param bytes that it takes on the disk
/// @param databaseBytes that the database took on its server's disk
/// @param recoveredBy what brought the source back to that instant, or empty for what lived then
public record BackupView(
        String datastore,
        String name,
        boolean here,
        boolean copied,
        String engine,
        String database,
        String server,
        long instant,
        long verified,
        long took,
        String where,
        long tables,
        long rows,
        long bytes,
        long databaseBytes,
        boolean encrypted,
        String recoveredBy) {
    static BackupView elsewhere(Datastore datastore, Copies.Copy copy) {
        return new BackupView(
                datastore.name(),
                copy.name(),
                false,
                true,
                datastore.dependency().engine().name().toLowerCase(Locale.ROOT),
                "",
                "",
                BackupStore.instant(copy.name()).toEpochMilli(),
                0,
                0,
                "",
                0,
                0,
                copy.bytes(),
                0,
                false,
                "");
    }

    static BackupView of(String datastore, StoredBackup backup, boolean copied) {
        var manifest = backup.manifest();
        var verification = backup.verified();
        return new BackupView(
                datastore,
                backup.name(),
                true,
                copied,
                manifest.engine(),
                manifest.database(),
                manifest.server(),
                manifest.instant().toEpochMilli(),
                verification.map(one -> one.at().toEpochMilli()).orElse(0L),
                verification.map(Verification::took).map(java.time.Duration::toMillis).orElse(0L),
                verification.map(Verification::where).orElse(""),
                manifest.tables().size(),
                manifest.total().rows(),
                manifest.storedBytes(),
                manifest.databaseBytes(),
                !manifest.recipients().isEmpty(),
                manifest.recoveredBy());
    }
}
