package dev.belay.driver.sqlite;

import dev.belay.driver.backup.BackupFiles;
import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.KeyFailure;
import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.RowChecksum;
import dev.belay.driver.backup.Seal;
import dev.belay.driver.backup.SealedFile;
import dev.belay.driver.backup.Stage;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Verification;
import dev.belay.driver.backup.Workshop;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;

/// Makes a database of a backup and compares it with what the source was.
final class SqliteTrial {
    private final Workshop workshop;
    private final BackupKeys keys;

    SqliteTrial(Workshop workshop, BackupKeys keys) {
        this.workshop = workshop;
        this.keys = keys;
    }

    /// In scratch; writes the result down.
    BackupOutcome verify(BackupStore store, StoredBackup backup)
            throws DataFailure, InterruptedException {
        long begin = System.nanoTime();
        try {
            Path bench = workshop.bench();
            try {
                Optional<BackupOutcome.Refused> refused =
                        restore(backup, bench.resolve(SqliteBackup.FILE));
                if (refused.isPresent()) {
                    return refused.get();
                }
            } finally {
                Workshop.remove(bench);
            }
            RowChecksum total = backup.manifest().total();
            var verification =
                    new Verification(
                            backup.manifestHash(),
                            Instant.now(),
                            Duration.ofNanos(System.nanoTime() - begin),
                            "file in scratch",
                            backup.manifest().tables().size(),
                            total.rows(),
                            total.bytes(),
                            remarks(backup.manifest()));
            return new BackupOutcome.Verified(store.verified(backup, verification), verification);
        } catch (IOException e) {
            throw DataFailure.of(e);
        }
    }

    private static List<String> remarks(BackupManifest manifest) throws DataFailure {
        var remarks = new ArrayList<String>();
        long orphans = SqliteFacts.of(manifest).orphans();
        if (orphans > 0) {
            remarks.add(
                    "%,d rows have foreign keys that lead nowhere, in the source, too"
                            .formatted(orphans));
        }
        return remarks;
    }

    /// Makes a file of the backup, which was not there, and compares it; what is not equal stays to
    /// be removed by the caller.
    Optional<BackupOutcome.Refused> restore(StoredBackup backup, Path file)
            throws DataFailure, IOException, InterruptedException {
        SqliteFacts facts = SqliteFacts.of(backup.manifest());
        Optional<BackupOutcome.Refused> damaged = BackupFiles.damage(backup);
        if (damaged.isEmpty()) {
            damaged = unpack(backup, file);
        }
        if (damaged.isPresent()) {
            return damaged;
        }
        String difference;
        try (Connection connection = new SqliteFile(file).connect();
                var meter =
                        new Meter(
                                Stage.COMPARE,
                                backup.manifest().total().bytes(),
                                workshop.listener())) {
            difference = difference(connection, backup.manifest(), facts, meter);
        } catch (SQLException e) {
            return refused("the backup cannot be restored: " + e.getMessage());
        }
        return difference.isEmpty()
                ? Optional.empty()
                : refused("the backup does not restore to what the source was: " + difference);
    }

    private Optional<BackupOutcome.Refused> unpack(StoredBackup backup, Path to)
            throws IOException {
        List<SealedFile> files = backup.manifest().files();
        if (files.size() != 1) {
            return BackupFiles.damaged(backup, "it has " + files.size() + " files and not one");
        }
        SealedFile file = files.getFirst();
        try (var meter = new Meter(Stage.FILES, file.bytes(), workshop.listener());
                OutputStream out = Files.newOutputStream(to)) {
            return new Seal(keys).read(backup.folder(), file, out, meter)
                    ? Optional.empty()
                    : BackupFiles.damaged(
                            backup, "`" + file.name() + "` holds something else than was written");
        } catch (KeyFailure e) {
            return Optional.of(new BackupOutcome.Refused(String.valueOf(e.getMessage()), e.hint()));
        }
    }

    private static String difference(
            Connection connection, BackupManifest manifest, SqliteFacts facts, Meter meter)
            throws SQLException, InterruptedException {
        List<String> broken = SqliteFile.texts(connection, "PRAGMA integrity_check(3)");
        if (!broken.equals(List.of("ok"))) {
            return String.join("; ", broken).replace("\n", " ");
        }
        SqliteFacts here = SqliteFacts.read(connection);
        if (!here.schema().equals(facts.schema())) {
            return "its schema is another";
        }
        if (!here.pragmas().equals(facts.pragmas())) {
            return "it has " + here.pragmas() + " and not " + facts.pragmas();
        }
        if (here.orphans() != facts.orphans()) {
            return "%,d rows have foreign keys that lead nowhere, and not %,d"
                    .formatted(here.orphans(), facts.orphans());
        }
        return rows(manifest.tables(), TableSums.read(connection, meter));
    }

    private static String rows(
            SortedMap<String, RowChecksum> then, SortedMap<String, RowChecksum> here) {
        var names = new TreeSet<>(then.keySet());
        names.addAll(here.keySet());
        for (String name : names) {
            RowChecksum before = then.getOrDefault(name, RowChecksum.NONE);
            RowChecksum after = here.getOrDefault(name, RowChecksum.NONE);
            if (!before.equals(after) || then.containsKey(name) != here.containsKey(name)) {
                return before.rows() == after.rows()
                        ? "the %,d rows of %s are others".formatted(before.rows(), name)
                        : "%s has %,d rows and not %,d"
                                .formatted(name, after.rows(), before.rows());
            }
        }
        return "";
    }

    private static Optional<BackupOutcome.Refused> refused(String reason) {
        return Optional.of(new BackupOutcome.Refused(reason, ""));
    }
}
