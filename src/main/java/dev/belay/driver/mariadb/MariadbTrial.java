package dev.belay.driver.mariadb;

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
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;

/// Makes a database of a backup and compares it with what the source was.
final class MariadbTrial {
    private static final int PATIENCE_SECONDS = 60;

    private final Programs programs;
    private final Workshop workshop;
    private final BackupKeys keys;

    MariadbTrial(Programs programs, Workshop workshop, BackupKeys keys) {
        this.programs = programs;
        this.workshop = workshop;
        this.keys = keys;
    }

    /// In scratch; writes the result down.
    BackupOutcome verify(BackupStore store, StoredBackup backup)
            throws DataFailure, InterruptedException {
        long begin = System.nanoTime();
        MariadbFacts facts = MariadbFacts.of(backup.manifest());
        try {
            Optional<BackupOutcome.Refused> refused = BackupFiles.damage(backup);
            if (refused.isPresent()) {
                return refused.get();
            }
            programs.require(facts.version());
            try (var server =
                    ScratchMariadb.start(programs, workshop.scratch(), facts.nameCase())) {
                MariadbAddress target = server.address().with(backup.manifest().database());
                create(server.address(), target.database(), facts);
                refused = fill(backup, target);
            }
            if (refused.isPresent()) {
                return refused.get();
            }
            RowChecksum total = backup.manifest().total();
            var verification =
                    new Verification(
                            backup.manifestHash(),
                            Instant.now(),
                            Duration.ofNanos(System.nanoTime() - begin),
                            "scratch server of MariaDB " + MariadbFacts.series(facts.version()),
                            backup.manifest().tables().size(),
                            total.rows(),
                            total.bytes(),
                            remarks(facts));
            return new BackupOutcome.Verified(store.verified(backup, verification), verification);
        } catch (IOException e) {
            throw DataFailure.of(e);
        }
    }

    private static List<String> remarks(MariadbFacts facts) {
        return facts.locked().isEmpty()
                ? List.of()
                : List.of(
                        "nobody could write to "
                                + String.join(", ", facts.locked())
                                + " while the backup was made: they have no transactions");
    }

    /// Makes an empty database.
    static void create(MariadbAddress server, String name, MariadbFacts facts) throws DataFailure {
        try (Connection connection = server.with("").connect(PATIENCE_SECONDS)) {
            Sql.run(connection, create(name, facts));
        } catch (SQLException e) {
            throw server.failure("making the database `" + name + "`", e);
        }
    }

    static String create(String name, MariadbFacts facts) {
        return "CREATE DATABASE %s CHARACTER SET %s COLLATE %s"
                .formatted(Sql.quoted(name), facts.charset(), facts.collation());
    }

    /// Fills an empty database and compares it; what is not equal stays to be removed by the
    /// caller.
    Optional<BackupOutcome.Refused> fill(StoredBackup backup, MariadbAddress target)
            throws DataFailure, IOException, InterruptedException {
        Map<String, SealedFile> files = backup.manifest().byName();
        Path bench = workshop.bench();
        try (var meter = new Meter(Stage.RESTORE, backup.manifest().bytes(), workshop.listener())) {
            for (String part : MariadbBackup.PARTS) {
                SealedFile file = files.get(part + ".zst");
                if (file == null) {
                    file = files.get(part + ".zst.age");
                }
                if (file == null) {
                    return BackupFiles.damaged(backup, "it has no `" + part + "`");
                }
                Optional<BackupOutcome.Refused> refused = load(backup, file, target, bench, meter);
                if (refused.isPresent()) {
                    return refused;
                }
            }
        } finally {
            Workshop.remove(bench);
        }
        String difference = difference(backup.manifest(), target);
        return difference.isEmpty()
                ? Optional.empty()
                : refused("the backup does not restore to what the source was: " + difference);
    }

    private Optional<BackupOutcome.Refused> load(
            StoredBackup backup, SealedFile file, MariadbAddress target, Path bench, Meter meter)
            throws DataFailure, IOException, InterruptedException {
        try (Programs.Running client = programs.client(target, bench)) {
            boolean whole;
            try (OutputStream in = client.input()) {
                whole = new Seal(keys).read(backup.folder(), file, in, meter);
            } catch (KeyFailure e) {
                return Optional.of(
                        new BackupOutcome.Refused(String.valueOf(e.getMessage()), e.hint()));
            } catch (IOException e) {
                // It ended before it had read everything, and says why; or the file ends too soon.
                String said = client.process().isAlive() ? "" : client.complaint();
                return refused(
                        "the backup cannot be restored: "
                                + (said.isEmpty() ? e.getMessage() : said));
            }
            String said = client.complaint();
            if (!said.isEmpty()) {
                return refused("the backup cannot be restored: " + said);
            }
            return whole
                    ? Optional.empty()
                    : BackupFiles.damaged(
                            backup, "`" + file.name() + "` holds something else than was written");
        }
    }

    private String difference(BackupManifest manifest, MariadbAddress target)
            throws DataFailure, InterruptedException {
        MariadbFacts then = MariadbFacts.of(manifest);
        try (Connection connection = target.connect(PATIENCE_SECONDS);
                var meter =
                        new Meter(Stage.COMPARE, manifest.total().bytes(), workshop.listener())) {
            var catalogue = new Catalogue(connection, target.database());
            MariadbFacts here = catalogue.facts();
            String other = then.difference(here);
            if (!other.isEmpty()) {
                return other + " is another";
            }
            String counter = counters(then.counters(), here.counters());
            return counter.isEmpty()
                    ? rows(manifest.tables(), Rows.sums(connection, catalogue.tables(), meter))
                    : counter;
        } catch (SQLException e) {
            throw target.failure("comparing `" + target + "`", e);
        }
    }

    private static String counters(
            Map<String, MariadbFacts.Span> then, Map<String, MariadbFacts.Span> here) {
        var wrong = new ArrayList<String>();
        then.forEach((name, span) -> {
            MariadbFacts.Span now = here.get(name);
            if (now == null || now.low() < span.low() || now.high() > span.high()) {
                wrong.add(
                        "the counter of %s stands at %s and not at %d"
                                .formatted(name, now == null ? "nothing" : now.low(), span.low()));
            }
        });
        return wrong.isEmpty() ? "" : wrong.getFirst();
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
