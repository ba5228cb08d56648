package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreKind;
import dev.belay.driver.backup.PastInstant;
import dev.belay.driver.backup.Restorer;
import dev.belay.driver.backup.RowChecksum;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

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
    public Recovered recover(String address, PastInstant past, Workshop workshop)
            throws DataFailure, InterruptedException {
        return new PostgresRecovery(
                        PostgresAddress.of(address),
                        past,
                        workshop,
                        PostgresRecovery.ARCHIVED_WITHIN)
                .recover();
    }

    @Override
    public BackupOutcome verify(
            BackupStore store, StoredBackup backup, BackupKeys keys, Workshop workshop)
            throws DataFailure, InterruptedException {
        return new PostgresVerification(workshop, keys).verify(store, backup);
    }

    @Override
    public boolean isOfSameSchema(String address, StoredBackup backup) throws DataFailure {
        PostgresAddress there = PostgresAddress.of(address);
        RowChecksum ledger = backup.manifest().tables().get(Ledger.HISTORY);
        // A schema may have been adopted since: the same tables, and other migrations to do.
        return (ledger == null ? 0 : ledger.rows()) == PostgresFacts.ledgerLines(there)
                && PostgresVerification.facts(backup.manifest())
                        .catalogue()
                        .equals(PostgresFacts.catalogue(there));
    }

    @Override
    public String origin(String address) throws DataFailure {
        PostgresAddress there = PostgresAddress.of(address);
        try {
            return origin(there, there);
        } catch (PostgresFailure gone) {
            // Whoever wants a backup back may have no more than the server.
            return origin(there.at("postgres"), there);
        }
    }

    private static String origin(PostgresAddress asked, PostgresAddress there)
            throws PostgresFailure {
        try (Connection connection = asked.connect("belay/backup")) {
            return origin(SourceFacts.systemIdentifier(connection), there.database());
        } catch (SQLException e) {
            throw new PostgresFailure("closing a session", e);
        }
    }

    @Override
    public String origin(StoredBackup backup) throws DataFailure {
        BackupManifest manifest = backup.manifest();
        return origin(PostgresVerification.facts(manifest).systemIdentifier(), manifest.database());
    }

    private static String origin(String system, String database) {
        return system.isEmpty() ? "" : system + "/" + database;
    }

    @Override
    public Restorer restorer(String address, BackupKeys keys, Workshop workshop)
            throws DataFailure {
        PostgresAddress living = PostgresAddress.of(address);
        return new PostgresRestorer(
                living.database(),
                new PostgresRestore(living.at("postgres"), workshop, keys),
                new WriteStop(living.at("postgres"), living.database()));
    }

    @Override
    public List<String> limits(String address) throws DataFailure {
        return PostgresRestore.limits(PostgresAddress.of(address));
    }

    @Override
    public void sweep(Workshop workshop) throws DataFailure, InterruptedException {
        ScratchDatabases.sweep(workshop);
    }

    @Override
    public void sweep(Path scratch) {
        RecoveryFolder.discardLeftOver(scratch);
        ScratchCluster.discardLeftOver(scratch);
    }
}
