package dev.belay.driver.mariadb;

import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.RowChecksum;
import dev.belay.driver.backup.Seal;
import dev.belay.driver.backup.SealedFile;
import dev.belay.driver.backup.Stage;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/// Backs a database of MariaDB up. What makes its objects is written by `mariadb-dump`; its rows
/// are read twice in one transaction, once added up and once as statements. A database made of what
/// was sealed has to have the same objects, and rows with the same sums.
final class MariadbBackup {
    static final String ENGINE = "mysql";

    /// In the order in which they are carried out: no trigger may fire for rows that come back.
    static final List<String> PARTS =
            List.of("schema.sql", "rows.sql", "triggers.sql", "events.sql");

    private static final List<List<String>> OBJECTS =
            List.of(
                    List.of("--skip-triggers", "--routines"),
                    List.of(),
                    List.of("--no-create-info", "--triggers"),
                    List.of("--no-create-info", "--skip-triggers", "--events"));

    private static final Logger LOG = LoggerFactory.getLogger(MariadbBackup.class);

    /// So often somebody who alters a table is let through.
    private static final int TRIES = 3;

    /// What an empty server takes.
    private static final long SERVER_BYTES = 200L << 20;

    private final MariadbAddress source;
    private final BackupStore store;
    private final BackupKeys keys;
    private final Workshop workshop;
    private final Programs programs;

    MariadbBackup(
            MariadbAddress source,
            BackupStore store,
            BackupKeys keys,
            Workshop workshop,
            Programs programs) {
        this.source = source;
        this.store = store;
        this.keys = keys;
        this.workshop = workshop;
        this.programs = programs;
    }

    /// Makes one and verifies it.
    ///
    /// @param withOurs also encrypted to a key that only we have
    BackupOutcome make(BackupKeys withOurs) throws DataFailure, InterruptedException {
        for (int i = 1; ; i++) {
            HeldState state = HeldState.open(source);
            try (state) {
                Optional<BackupOutcome.Refused> obstacle = obstacle(state.bytes());
                if (obstacle.isPresent()) {
                    return obstacle.get();
                }
                StoredBackup written = written(state, withOurs);
                state.close();
                return new MariadbTrial(programs, workshop, withOurs).verify(store, written);
            } catch (InterruptedIOException e) {
                throw new InterruptedException(e.getMessage());
            } catch (IOException | SQLException | DataFailure e) {
                if (!state.gaveWay()) {
                    throw failure(e);
                }
                if (i == TRIES) {
                    throw new DataFailure(
                            "somebody wanted to change the shape of tables each time that they were read",
                            "make the backup when nobody does");
                }
                LOG.info("somebody changes tables of {}: the backup begins anew", source);
            }
        }
    }

    private DataFailure failure(Exception e) {
        return switch (e) {
            case DataFailure known -> known;
            case IOException io -> DataFailure.of(io);
            case SQLException sql -> source.failure("reading `" + source + "`", sql);
            default -> throw new IllegalStateException("a bug", e);
        };
    }

    private Optional<BackupOutcome.Refused> obstacle(long bytes) throws IOException {
        Files.createDirectories(workshop.scratch());
        long room = Files.getFileStore(workshop.scratch()).getUsableSpace();
        long needed = bytes + bytes / 2 + SERVER_BYTES;
        return room >= needed
                ? Optional.empty()
                : Optional.of(
                        new BackupOutcome.Refused(
                                "`%s` has room for %d MB, and %d are needed to restore a database of %d MB"
                                        .formatted(
                                                workshop.scratch(),
                                                room >> 20,
                                                needed >> 20,
                                                bytes >> 20),
                                "make room there"));
    }

    private StoredBackup written(HeldState state, BackupKeys withOurs)
            throws DataFailure, IOException, SQLException, InterruptedException {
        Instant started = Instant.now();
        String name = BackupStore.name(started, source.database());
        var catalogue = new Catalogue(state.reader(), source.database());
        MariadbFacts before = catalogue.facts();
        programs.require(before.version());
        Path partial = null;
        Path bench = workshop.bench();
        try {
            SortedMap<String, RowChecksum> sums;
            try (var meter = new Meter(Stage.SNAPSHOT, state.bytes(), workshop.listener())) {
                sums = Rows.sums(state.reader(), state.tables(), meter);
            }
            partial = store.begin(name);
            List<SealedFile> files = sealed(state, new Seal(withOurs), partial, bench);
            MariadbFacts after = catalogue.facts();
            String other = before.difference(after);
            if (!other.isEmpty()) {
                throw new DataFailure(
                        "somebody changed " + other + " while the backup was made",
                        "try again when nobody does");
            }
            return store.finish(
                    partial,
                    new BackupManifest(
                            BackupManifest.VERSION,
                            name,
                            ENGINE,
                            source.database(),
                            source + ", MariaDB " + before.version(),
                            started,
                            state.instant(),
                            Instant.now(),
                            state.bytes(),
                            keys.recipients(),
                            files,
                            sums,
                            JsonMapper.shared().valueToTree(before.until(after, state.locked())),
                            previous()));
        } finally {
            Workshop.remove(bench);
            if (partial != null) {
                BackupStore.remove(partial);
            }
        }
    }

    private List<SealedFile> sealed(HeldState state, Seal seal, Path partial, Path bench)
            throws DataFailure, IOException, SQLException, InterruptedException {
        var files = new ArrayList<SealedFile>();
        try (var meter = new Meter(Stage.DUMP, state.bytes(), workshop.listener())) {
            for (int i = 0; i < PARTS.size(); i++) {
                String file = PARTS.get(i) + seal.suffix();
                if (OBJECTS.get(i).isEmpty()) {
                    try (InputStream rows = Rows.statements(state.reader(), state.tables())) {
                        files.add(seal.write(rows, partial, file, meter));
                    }
                } else {
                    files.add(objects(OBJECTS.get(i), seal, partial, file, bench, meter));
                }
            }
        }
        return files;
    }

    private SealedFile objects(
            List<String> which, Seal seal, Path partial, String file, Path bench, Meter meter)
            throws DataFailure, IOException, InterruptedException {
        try (Programs.Running dump = programs.dump(source, which, bench)) {
            SealedFile sealed = seal.write(dump.output(), partial, file, meter);
            String said = dump.complaint();
            if (!said.isEmpty()) {
                throw new DataFailure(said, "");
            }
            return sealed;
        }
    }

    private String previous() throws IOException {
        return store.list().stream().findFirst().map(StoredBackup::manifestHash).orElse("");
    }
}
