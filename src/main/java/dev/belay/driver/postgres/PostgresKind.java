package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreKind;
import dev.belay.driver.backup.Restorer;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.nio.file.Path;

/// PostgreSQL: a dump of one snapshot, and a database made of it that has the same rows.
public final class PostgresKind implements DatastoreKind {
    @Override
    public Made make(String address, BackupStore store, BackupKeys keys, Workshop workshop)
            throws DataFailure, InterruptedException {
        var backup = new PostgresBackup(PostgresAddress.of(address), store, keys, workshop);
        BackupOutcome outcome = backup.make();
        return new Made(outcome, backup.keys());
    }

    @Override
    public BackupOutcome verify(
            BackupStore store, StoredBackup backup, BackupKeys keys, Workshop workshop)
            throws DataFailure, InterruptedException {
        return new PostgresVerification(workshop, keys).verify(store, backup);
    }

    @Override
    public boolean isOfSameSchema(String address, StoredBackup backup) throws DataFailure {
        return PostgresVerification.facts(backup.manifest())
                .catalogue()
                .equals(PostgresFacts.catalogue(PostgresAddress.of(address)));
    }

    @Override
    public Restorer restorer(String address, BackupKeys keys, Workshop workshop)
            throws DataFailure {
        PostgresAddress living = PostgresAddress.of(address);
        return new PostgresRestorer(
                living.database(), new PostgresRestore(living.at("postgres"), workshop, keys));
    }

    @Override
    public void sweep(Path scratch) {
        ScratchCluster.discardLeftOver(scratch);
    }
}
