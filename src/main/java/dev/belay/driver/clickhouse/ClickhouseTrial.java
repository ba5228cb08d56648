package dev.belay.driver.clickhouse;

import dev.belay.driver.backup.BackupFiles;
import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.RowChecksum;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Verification;
import dev.belay.driver.backup.Workshop;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Makes a database of a backup in a scratch server, and compares it with what the source was.
final class ClickhouseTrial {
    private final Workshop workshop;
    private final BackupKeys keys;

    ClickhouseTrial(Workshop workshop, BackupKeys keys) {
        this.workshop = workshop;
        this.keys = keys;
    }

    /// Writes the result down.
    BackupOutcome verify(BackupStore store, StoredBackup backup)
            throws DataFailure, InterruptedException {
        ClickhouseFacts facts = ClickhouseFacts.of(backup.manifest());
        try (var server = ScratchClickhouse.start(workshop.scratch(), facts.timezone())) {
            return verify(store, backup, server);
        } catch (IOException e) {
            throw Endings.of(e);
        } catch (DataFailure e) {
            throw Endings.of(e);
        }
    }

    /// @param server with nothing in it
    BackupOutcome verify(BackupStore store, StoredBackup backup, ScratchClickhouse server)
            throws DataFailure, IOException, InterruptedException {
        long begin = System.nanoTime();
        Optional<BackupOutcome.Refused> refused = BackupFiles.damage(backup);
        if (refused.isPresent()) {
            return refused.get();
        }
        try (ClickhouseSession session = server.session()) {
            refused = older(session, ClickhouseFacts.of(backup.manifest()).version());
            if (refused.isPresent()) {
                return refused.get();
            }
            var filling =
                    new Filling(session, backup.manifest().database(), backup, keys, workshop);
            refused = filling.run();
            if (refused.isPresent()) {
                return refused.get();
            }
            RowChecksum total = backup.manifest().total();
            var verification =
                    new Verification(
                            backup.manifestHash(),
                            Instant.now(),
                            Duration.ofNanos(System.nanoTime() - begin),
                            "scratch server of ClickHouse " + session.value("SELECT version()"),
                            backup.manifest().tables().size(),
                            total.rows(),
                            total.bytes(),
                            filling.remarks());
            return new BackupOutcome.Verified(store.verified(backup, verification), verification);
        }
    }

    /// An older server does not know all that a newer one writes.
    static Optional<BackupOutcome.Refused> older(ClickhouseSession session, String needed)
            throws DataFailure {
        String has = session.value("SELECT version()");
        return Catalogue.number(has) >= Catalogue.number(needed)
                ? Optional.empty()
                : Optional.of(
                        new BackupOutcome.Refused(
                                "the server is ClickHouse %s, and the backed up one %s"
                                        .formatted(has, needed),
                                "a `clickhouse-server` that is as new is needed on this machine"));
    }
}
