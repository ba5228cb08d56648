package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreKind;
import dev.belay.driver.backup.PastInstant;
import dev.belay.driver.backup.Workshop;
import java.sql.Connection;
import java.sql.SQLException;

/// A server in scratch that is as the living one was at an instant.
final class RecoveredDatabase implements DatastoreKind.Recovered {
    private final PostgresAddress living;
    private final PastInstant past;
    private final ScratchCluster cluster;

    RecoveredDatabase(PostgresAddress living, PastInstant past, ScratchCluster cluster) {
        this.living = living;
        this.past = past;
        this.cluster = cluster;
    }

    @Override
    public DatastoreKind.Made make(BackupStore store, BackupKeys keys, Workshop workshop)
            throws DataFailure, InterruptedException {
        refuseWithoutIt();
        var origin =
                new PostgresBackup.Origin(
                        living.host() + ":" + living.port(),
                        past.instant(),
                        past.archive().words());
        var backup =
                new PostgresBackup(
                        cluster.address(living.database()), origin, store, keys, workshop);
        BackupOutcome outcome = backup.make();
        return new DatastoreKind.Made(outcome, backup.keys());
    }

    private void refuseWithoutIt() throws PostgresFailure {
        try (Connection it = cluster.address("template1").connect("belay/backup")) {
            boolean there =
                    Ask.texts(it, "SELECT datname FROM pg_database WHERE datallowconn")
                            .contains(living.database());
            if (!there) {
                throw new PostgresFailure(
                        "at %s there was no database `%s`"
                                .formatted(past.instant(), living.database()),
                        "");
            }
        } catch (SQLException e) {
            throw new PostgresFailure("closing a session", e);
        }
    }

    @Override
    public void close() {
        cluster.close();
    }
}
