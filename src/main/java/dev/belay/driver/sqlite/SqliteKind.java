package dev.belay.driver.sqlite;

import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreKind;
import dev.belay.driver.backup.KeyFailure;
import dev.belay.driver.backup.Restorer;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/// SQLite: the file as one transaction sees it, and a file made of that with the same rows.
public final class SqliteKind implements DatastoreKind {
    @Override
    public Made make(String address, BackupStore store, BackupKeys keys, Workshop workshop)
            throws DataFailure, InterruptedException {
        try {
            BackupKeys withOurs = keys.withPassing();
            var backup = new SqliteBackup(SqliteFile.of(address), store, keys, workshop);
            return new Made(backup.make(withOurs), withOurs);
        } catch (KeyFailure e) {
            throw DataFailure.of(e);
        }
    }

    @Override
    public BackupOutcome verify(
            BackupStore store, StoredBackup backup, BackupKeys keys, Workshop workshop)
            throws DataFailure, InterruptedException {
        return new SqliteTrial(workshop, keys).verify(store, backup);
    }

    @Override
    public String origin(String address) throws DataFailure {
        return SqliteFile.of(address).toString();
    }

    @Override
    public String origin(StoredBackup backup) {
        return backup.manifest().server().replaceFirst(", SQLite [^,]*$", "");
    }

    @Override
    public boolean isOfSameSchema(String address, StoredBackup backup) throws DataFailure {
        SqliteFile file = SqliteFile.of(address);
        try (Connection connection = file.connect()) {
            return SqliteFacts.schema(connection)
                    .equals(SqliteFacts.of(backup.manifest()).schema());
        } catch (SQLException e) {
            throw SqliteFile.failure("reading the schema of `" + file + "`", e);
        }
    }

    @Override
    public Restorer restorer(String address, BackupKeys keys, Workshop workshop)
            throws DataFailure {
        return new SqliteRestorer(SqliteFile.of(address), keys, workshop);
    }

    /// No process is started for it: what lies in scratch goes with the rest.
    @Override
    public void sweep(Path scratch) {}
}
