package dev.belay.driver.sqlite;

import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.Folders;
import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.RowChecksum;
import dev.belay.driver.backup.Seal;
import dev.belay.driver.backup.SealedFile;
import dev.belay.driver.backup.Stage;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import tools.jackson.databind.json.JsonMapper;

/// Backs a SQLite database up: in one transaction that reads, its pages are copied by SQLite's own
/// copying and its rows are added up; a database made of what was sealed has to have the same sums.
///
/// With a write-ahead log nobody waits for that transaction. Without one, whoever wants to write
/// waits until it is over.
final class SqliteBackup {
    static final String ENGINE = "sqlite";

    /// The database, in a backup's folder.
    static final String FILE = "database.sqlite";

    private final SqliteFile source;
    private final BackupStore store;
    private final BackupKeys keys;
    private final Workshop workshop;

    SqliteBackup(SqliteFile source, BackupStore store, BackupKeys keys, Workshop workshop) {
        this.source = source;
        this.store = store;
        this.keys = keys;
        this.workshop = workshop;
    }

    /// Makes one and verifies it.
    ///
    /// @param withOurs also encrypted to a key that only we have
    BackupOutcome make(BackupKeys withOurs) throws DataFailure, InterruptedException {
        try {
            Optional<BackupOutcome.Refused> obstacle = obstacle();
            return obstacle.isPresent()
                    ? obstacle.get()
                    : new SqliteTrial(workshop, withOurs).verify(store, written(withOurs));
        } catch (IOException e) {
            throw DataFailure.of(e);
        } catch (SQLException e) {
            throw SqliteFile.failure("copying `" + source + "`", e);
        }
    }

    private Optional<BackupOutcome.Refused> obstacle() throws IOException {
        Files.createDirectories(workshop.scratch());
        long bytes = Files.isRegularFile(source.path()) ? Files.size(source.path()) : 0;
        long room = Files.getFileStore(workshop.scratch()).getUsableSpace();
        // The copy, and what is made of the backup.
        return room >= 2 * bytes
                ? Optional.empty()
                : Optional.of(
                        new BackupOutcome.Refused(
                                "`%s` has room for %d MB, and %d are needed to copy a database of %d MB"
                                        .formatted(
                                                workshop.scratch(),
                                                room >> 20,
                                                (2 * bytes) >> 20,
                                                bytes >> 20),
                                "make room there"));
    }

    private StoredBackup written(BackupKeys withOurs)
            throws DataFailure, IOException, SQLException, InterruptedException {
        Instant started = Instant.now();
        String called = String.valueOf(source.path().getFileName());
        String name = BackupStore.name(started, called);
        Path bench = workshop.bench();
        Path partial = null;
        try (Connection connection = source.connect()) {
            SqliteFile.run(connection, "BEGIN");
            // The transaction begins with what it reads first.
            SqliteFacts facts = SqliteFacts.read(connection);
            Instant instant = Instant.now();
            Path plain = bench.resolve(FILE);
            SqliteFile.copy(connection, plain);
            SortedMap<String, RowChecksum> sums;
            try (var meter = new Meter(Stage.COMPARE, Files.size(plain), workshop.listener())) {
                sums = TableSums.read(connection, meter);
            }
            SqliteFile.run(connection, "ROLLBACK");
            partial = store.begin(name);
            SealedFile file = sealed(plain, new Seal(withOurs), partial);
            return store.finish(
                    partial,
                    new BackupManifest(
                            BackupManifest.VERSION,
                            name,
                            ENGINE,
                            called,
                            source + ", SQLite " + facts.version(),
                            started,
                            instant,
                            Instant.now(),
                            Files.size(plain),
                            keys.recipients(),
                            List.of(file),
                            sums,
                            JsonMapper.shared().valueToTree(facts),
                            previous()));
        } finally {
            Workshop.remove(bench);
            if (partial != null) {
                BackupStore.remove(partial);
            }
        }
    }

    private SealedFile sealed(Path plain, Seal seal, Path partial) throws IOException {
        try (InputStream in = Files.newInputStream(plain);
                var meter = new Meter(Stage.DUMP, Files.size(plain), workshop.listener())) {
            return seal.write(in, partial, FILE + seal.suffix(), meter);
        }
    }

    private String previous() throws IOException {
        return store.list().stream().findFirst().map(StoredBackup::manifestHash).orElse("");
    }

    /// Beside the database itself: what it is replaced with, and what it is kept as.
    static Path beside(SqliteFile file, String name) {
        return Folders.parent(file.path()).resolve(name);
    }
}
