package dev.belay.driver.mariadb;

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

/// MariaDB: one database of a server as one transaction sees it, and a server in scratch that has
/// the same objects and rows.
public final class MariadbKind implements DatastoreKind {
    private static final int PATIENCE_SECONDS = 10;

    private final Programs programs;

    public MariadbKind() {
        this(Programs.OF_THIS_MACHINE);
    }

    MariadbKind(Programs programs) {
        this.programs = programs;
    }

    @Override
    public Made make(String address, BackupStore store, BackupKeys keys, Workshop workshop)
            throws DataFailure, InterruptedException {
        try {
            BackupKeys withOurs = keys.withPassing();
            var backup =
                    new MariadbBackup(MariadbAddress.of(address), store, keys, workshop, programs);
            return new Made(backup.make(withOurs), withOurs);
        } catch (KeyFailure e) {
            throw DataFailure.of(e);
        }
    }

    @Override
    public BackupOutcome verify(
            BackupStore store, StoredBackup backup, BackupKeys keys, Workshop workshop)
            throws DataFailure, InterruptedException {
        return new MariadbTrial(programs, workshop, keys).verify(store, backup);
    }

    @Override
    public String origin(String address) throws DataFailure {
        MariadbAddress there = MariadbAddress.of(address);
        try (Connection connection = there.with("").connect(PATIENCE_SECONDS)) {
            return new Catalogue(connection, there.database()).origin();
        } catch (SQLException e) {
            throw there.failure("asking `" + there + "` what it is", e);
        }
    }

    @Override
    public String origin(StoredBackup backup) throws DataFailure {
        return MariadbFacts.of(backup.manifest()).origin();
    }

    @Override
    public boolean isOfSameSchema(String address, StoredBackup backup) throws DataFailure {
        MariadbAddress there = MariadbAddress.of(address);
        MariadbFacts then = MariadbFacts.of(backup.manifest());
        try (Connection connection = there.connect(PATIENCE_SECONDS)) {
            return then.difference(new Catalogue(connection, there.database()).facts()).isEmpty();
        } catch (SQLException e) {
            throw there.failure("reading the schema of `" + there + "`", e);
        }
    }

    @Override
    public Restorer restorer(String address, BackupKeys keys, Workshop workshop)
            throws DataFailure {
        return new MariadbRestorer(MariadbAddress.of(address), keys, workshop, programs);
    }

    @Override
    public void sweep(Path scratch) {
        ScratchMariadb.discardLeftOver(scratch);
    }
}
