package dev.belay.driver.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.Choices;
import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.ProgressListener;
import dev.belay.driver.backup.Restorer;
import dev.belay.driver.backup.Restorer.Outcome.Refused;
import dev.belay.driver.backup.Restorer.Outcome.Restored;
import dev.belay.driver.backup.RowChecksum;
import dev.belay.driver.backup.Seal;
import dev.belay.driver.backup.Stage;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Backups of databases in files: that they hold everything, are of one instant, that nothing else
/// passes for one, and that they get back under the feet of who has the file open.
@Timeout(60)
class SqliteBackupTest {
    private static final String RICH =
            """
            CREATE TABLE person (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, any);
            CREATE TABLE pet (person REFERENCES person (id), [a "name"] TEXT, PRIMARY KEY (person))
            WITHOUT ROWID;
            CREATE TABLE made (a INTEGER, b INTEGER GENERATED ALWAYS AS (a * 2) STORED);
            CREATE VIRTUAL TABLE text_of USING fts5(body);
            CREATE INDEX by_name ON person (name);
            CREATE VIEW names AS SELECT name FROM person;
            CREATE TRIGGER t AFTER INSERT ON person BEGIN INSERT INTO made (a) VALUES (new.id); END;
            INSERT INTO person (name, any) VALUES ('anna', 1), ('ben', 1.0), ('cleo', '1'), ('dan', x'00ff'),
            ('eve', NULL), ('fred', 9223372036854775807), ('gil', 1e-300), (x'ff', 'Grüße');
            INSERT INTO pet VALUES (1, 'rex');
            INSERT INTO text_of VALUES ('the body of a text');
            PRAGMA user_version = 7;
            """;

    private static final AtomicInteger number = new AtomicInteger();

    @TempDir private Path folder;
    private Path file;
    private BackupStore store;

    @BeforeEach
    void a_database() throws Exception {
        file = folder.resolve("app.db");
        store = BackupStore.at(folder.resolve("backups"));
        sqlite(file, "PRAGMA journal_mode = wal;" + RICH);
    }

    /// By the program of SQLite, and not by what is tested.
    private static String sqlite(Path file, String statements) throws Exception {
        Process process =
                new ProcessBuilder("sqlite3", "-bail", file.toString())
                        .redirectErrorStream(true)
                        .start();
        try (var in = process.outputWriter()) {
            in.write(".timeout 10000\n" + statements);
        }
        String said =
                new String(
                        process.getInputStream().readAllBytes(),
                        java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.strip();
    }

    private String url() {
        return "sqlite:" + file;
    }

    private Workshop workshop() {
        return new Workshop(folder.resolve("scratch"), 1, ProgressListener.NONE);
    }

    private BackupOutcome make() throws Exception {
        return new SqliteKind().make(url(), store, BackupKeys.UNENCRYPTED, workshop()).outcome();
    }

    private static StoredBackup good(BackupOutcome outcome) {
        assertThat(outcome).isInstanceOf(BackupOutcome.Verified.class);
        return ((BackupOutcome.Verified) outcome).backup();
    }

    private static String refusal(BackupOutcome outcome) {
        assertThat(outcome).isInstanceOf(BackupOutcome.Refused.class);
        return ((BackupOutcome.Refused) outcome).reason();
    }

    private BackupOutcome verified(StoredBackup one) throws Exception {
        return new SqliteKind().verify(store, one, BackupKeys.UNENCRYPTED, workshop());
    }

    private Restorer restorer() throws Exception {
        return new SqliteKind().restorer(url(), BackupKeys.UNENCRYPTED, workshop());
    }

    private static long rows(SortedMap<String, RowChecksum> tables, String name) {
        return tables.getOrDefault(name, RowChecksum.NONE).rows();
    }

    @Test
    void it_holds_every_row_with_its_type_and_leaves_nothing_behind() throws Exception {
        StoredBackup made = good(make());

        SortedMap<String, RowChecksum> tables = made.manifest().tables();
        assertThat(rows(tables, "\"person\"")).isEqualTo(8);
        assertThat(rows(tables, "\"pet\"")).isEqualTo(1);
        assertThat(rows(tables, "\"text_of_content\"")).isEqualTo(1);
        assertThat(rows(tables, "\"sqlite_sequence\"")).isEqualTo(1);
        assertThat(folder.resolve("scratch")).isEmptyDirectory();
        // The same bytes, of another type.
        sqlite(file, "UPDATE person SET any = CAST(any AS BLOB) WHERE name = 'cleo';");
        assertThat(good(make()).manifest().tables().get("\"person\""))
                .isNotEqualTo(tables.get("\"person\""));
        assertThat(new SqliteKind().isOfSameSchema(url(), made)).isTrue();
        sqlite(file, "ALTER TABLE pet ADD COLUMN age;");
        assertThat(new SqliteKind().isOfSameSchema(url(), made)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"wal", "delete"})
    void it_is_of_one_instant_while_another_process_writes(String mode) throws Exception {
        sqlite(
                file,
                "PRAGMA journal_mode = "
                        + mode
                        + "; CREATE TABLE account (debit, credit); INSERT INTO account VALUES (0, 0);");
        var begun = new CountDownLatch(3);
        var written = new AtomicInteger();
        Thread writer =
                Thread.startVirtualThread(() -> {
                    while (!Thread.interrupted()) {
                        try {
                            sqlite(
                                    file,
                                    "BEGIN IMMEDIATE; UPDATE account SET debit = debit + 1;"
                                            + " UPDATE account SET credit = credit + 1; INSERT INTO"
                                            + " person (name) VALUES ('x'); COMMIT;");
                            written.incrementAndGet();
                            begun.countDown();
                        } catch (Exception e) {
                            return;
                        }
                    }
                });
        begun.await();
        int before = written.get();
        StoredBackup made = good(make());
        writer.interrupt();
        writer.join();

        var done = (Restored) restorer().restore(made, "copy.db");

        Path copy = Path.of(done.database());
        assertThat(copy).isEqualTo(folder.resolve("copy.db"));
        assertThat(sqlite(copy, "SELECT debit = credit, credit >= " + before + " FROM account;"))
                .isEqualTo("1|1");
        assertThat(sqlite(copy, "SELECT count(*) - 8 = debit FROM person, account;"))
                .isEqualTo("1");
    }

    @Test
    void where_there_is_no_file_none_is_made() throws Exception {
        sqlite(file, "PRAGMA journal_mode = delete;");
        Files.delete(file);

        assertThatThrownBy(this::make)
                .isInstanceOf(DataFailure.class)
                .hasMessageContaining("there is no file");
        assertThat(file).doesNotExist();
    }

    // --- what must not pass -----------------------------------------------------------------

    private byte[] content(StoredBackup one) throws Exception {
        var plain = new ByteArrayOutputStream();
        try (var meter = new Meter(Stage.FILES, 0, ProgressListener.NONE)) {
            new Seal(BackupKeys.UNENCRYPTED)
                    .read(one.folder(), one.manifest().files().getFirst(), plain, meter);
        }
        return plain.toByteArray();
    }

    /// The same manifest, with a file of that content which is hashed as it is.
    private StoredBackup resealed(StoredBackup one, byte[] content) throws Exception {
        String name = BackupStore.name(Instant.now(), "altered" + number.incrementAndGet());
        Path partial = store.begin(name);
        BackupManifest old = one.manifest();
        try (var meter = new Meter(Stage.DUMP, 0, ProgressListener.NONE)) {
            var sealed =
                    new Seal(BackupKeys.UNENCRYPTED)
                            .write(
                                    new ByteArrayInputStream(content),
                                    partial,
                                    "database.sqlite.zst",
                                    meter);
            return store.finish(
                    partial,
                    new BackupManifest(
                            old.version(),
                            name,
                            old.engine(),
                            old.database(),
                            old.server(),
                            old.started(),
                            old.instant(),
                            old.finished(),
                            old.databaseBytes(),
                            old.recipients(),
                            List.of(sealed),
                            old.tables(),
                            old.facts(),
                            old.previous()));
        }
    }

    @Test
    void an_empty_a_cut_and_another_database_are_refused_even_when_their_hashes_fit()
            throws Exception {
        StoredBackup made = good(make());
        byte[] whole = content(made);

        // SQLite takes a file of no bytes for a database without tables.
        assertThat(refusal(verified(resealed(made, new byte[0])))).contains("schema is another");
        assertThat(verified(resealed(made, Arrays.copyOf(whole, whole.length / 2))))
                .isInstanceOf(BackupOutcome.Refused.class);
        assertThat(
                        refusal(
                                verified(
                                        resealed(
                                                made,
                                                "no database at all"
                                                        .repeat(99)
                                                        .getBytes(
                                                                java.nio.charset.StandardCharsets
                                                                        .UTF_8)))))
                .contains("cannot be restored");
        sqlite(file, "DELETE FROM pet;");
        assertThat(refusal(verified(resealed(made, content(good(make()))))))
                .contains("\"pet\" has 0 rows and not 1");
        sqlite(file, "INSERT INTO pet VALUES (1, 'max');");
        assertThat(refusal(verified(resealed(made, content(good(make()))))))
                .contains("the 1 rows of \"pet\" are others");
        sqlite(file, "UPDATE pet SET [a \"name\"] = 'rex', person = 77;");
        assertThat(refusal(verified(resealed(made, content(good(make()))))))
                .contains("foreign keys that lead nowhere");
        assertThat(verified(resealed(made, whole))).isInstanceOf(BackupOutcome.Verified.class);
    }

    @Test
    void a_flipped_bit_of_what_counts_is_refused_without_the_hashes_and_any_by_them()
            throws Exception {
        StoredBackup made = good(make());
        byte[] whole = content(made);
        var passed = new AtomicInteger();
        Choices.forAll(
                60,
                choices -> {
                    byte[] flipped = whole.clone();
                    int at = choices.between(0, whole.length - 1);
                    flipped[at] = (byte) (flipped[at] ^ 1 << choices.between(0, 7));
                    try {
                        if (verified(resealed(made, flipped)) instanceof BackupOutcome.Verified) {
                            passed.incrementAndGet();
                            assertThat(sums(flipped)).isEqualTo(made.manifest().tables());
                        }
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                });
        Path stored = made.folder().resolve("database.sqlite.zst");
        byte[] bytes = Files.readAllBytes(stored);
        bytes[bytes.length / 2] ^= 4;
        Files.write(stored, bytes);
        assertThat(refusal(verified(made))).contains("is not as it was written");
    }

    private SortedMap<String, RowChecksum> sums(byte[] content) throws Exception {
        Path one = Files.write(folder.resolve("flipped.db"), content);
        try (Connection connection = new SqliteFile(one).connect();
                var meter = new Meter(Stage.COMPARE, 0, ProgressListener.NONE)) {
            return TableSums.read(connection, meter);
        }
    }

    // --- back -------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"wal", "delete"})
    void a_swap_is_found_by_who_has_the_file_open_and_keeps_what_lived(String mode)
            throws Exception {
        sqlite(file, "PRAGMA journal_mode = " + mode + ";");
        Files.setPosixFilePermissions(
                file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-rw----"));
        StoredBackup made = good(make());
        try (Connection open = new SqliteFile(file).connect()) {
            SqliteFile.run(open, "UPDATE person SET name = 'wrong'");
            Restorer restorer = restorer();
            String fresh = restorer.freshName(Instant.now());
            String aside = restorer.asideName(Instant.now());
            assertThat(restorer.obstacle(made, fresh, true)).isEmpty();
            var done = (Restored) restorer.restore(made, fresh);
            assertThat(restorer.settle(done.database(), aside)).isFalse();
            assertThat(SqliteFile.text(open, "SELECT name FROM person")).isEqualTo("wrong");

            restorer.swap(done.database(), aside);

            assertThat(restorer.afterSwap()).hasSize(1);
            assertThat(SqliteFile.text(open, "SELECT name FROM person")).isEqualTo("anna");
            SqliteFile.run(open, "INSERT INTO person (name) VALUES ('goes on')");
            assertThat(sqlite(Path.of(aside), "SELECT DISTINCT name FROM person;"))
                    .isEqualTo("wrong");
            assertThat(Files.getPosixFilePermissions(Path.of(aside)))
                    .isEqualTo(Files.getPosixFilePermissions(file));
            assertThat(Path.of(fresh)).doesNotExist();
            assertThat(restorer.settle(done.database(), aside)).isTrue();
        }
        assertThat(
                        sqlite(
                                file,
                                "PRAGMA integrity_check; PRAGMA journal_mode; SELECT count(*) FROM person;"))
                .isEqualTo("ok\n" + mode + "\n9");
    }

    @Test
    void who_holds_the_database_keeps_it_as_it_is() throws Exception {
        sqlite(file, "PRAGMA journal_mode = delete;");
        StoredBackup made = good(make());
        Restorer restorer = restorer();
        var done = (Restored) restorer.restore(made, "back.db");
        try (Connection reader = new SqliteFile(file).connect()) {
            SqliteFile.run(reader, "BEGIN");
            SqliteFile.text(reader, "SELECT count(*) FROM person");
            assertThatThrownBy(
                            () -> restorer.swap(done.database(), folder.resolve("aside.db") + ""))
                    .isInstanceOf(DataFailure.class)
                    .hasMessageContaining("SQLITE_BUSY");
        }
        assertThat(sqlite(file, "SELECT count(*) FROM person;")).isEqualTo("8");
        assertThat(Path.of(done.database())).exists();
    }

    @Test
    void nothing_is_restored_over_a_file_and_no_log_changes_its_pages() throws Exception {
        StoredBackup made = good(make());
        assertThat(((Refused) restorer().restore(made, "app.db")).reason())
                .contains("nothing is restored over a file");
        Files.delete(file);
        Files.deleteIfExists(folder.resolve("app.db-wal"));
        Files.deleteIfExists(folder.resolve("app.db-shm"));
        sqlite(file, "PRAGMA page_size = 8192; PRAGMA journal_mode = wal; CREATE TABLE t (a);");
        assertThat(restorer().obstacle(made, "back.db", true).orElseThrow().reason())
                .contains("pages of 4096 bytes and the living database of 8192");
    }

    @Test
    void an_address_is_a_path_from_the_root() throws SQLException {
        for (String good : List.of("sqlite:/a/b.db", "sqlite:///a/b.db")) {
            assertThat(new SqliteKind())
                    .satisfies(kind -> assertThat(kind.origin(good)).isEqualTo("/a/b.db"));
        }
        for (String bad : List.of("sqlite:b.db", "file:/a", "sqlite:/a?mode=ro", "/a/b.db")) {
            assertThatThrownBy(() -> new SqliteKind().origin(bad)).isInstanceOf(DataFailure.class);
        }
    }
}
