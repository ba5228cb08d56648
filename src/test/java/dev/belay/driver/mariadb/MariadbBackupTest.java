package dev.belay.driver.mariadb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.exceptionfactory.jagged.x25519.X25519KeyPairGenerator;
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
import dev.belay.driver.backup.SealedFile;
import dev.belay.driver.backup.Stage;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Backups of databases of a real MariaDB: that they hold everything, are of one instant, that
/// nothing else passes for one, and that they get back.
@Timeout(60)
class MariadbBackupTest {
    private static final String RICH =
            """
            CREATE TABLE kinds (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, t TINYINT, d DECIMAL(30, 10), f FLOAT,
              g DOUBLE, b BIT(12), day DATE, at DATETIME(6), stamp TIMESTAMP(3) NULL, lap TIME(3), y YEAR,
              e ENUM('a', '1', 'ü'), s SET('x', 'y'), j JSON, bin BINARY(4), vb VARBINARY(300), bl LONGBLOB,
              tx LONGTEXT, place GEOMETRY, ip INET6, u UUID, hidden INT INVISIBLE DEFAULT 3)
              CHARACTER SET utf8mb4;
            SET @all = '';
            INSERT INTO kinds () VALUES ();
            INSERT INTO kinds (t, d, f, g, b, day, at, stamp, lap, y, e, s, j, bin, vb, bl, tx, place, ip, u, hidden) VALUES
              (-128, 12345678901234567890.0123456789, 16777216, 1e-300, b'101', '0001-01-01', '9999-12-31 23:59:59.999999',
               '2020-02-29 01:02:03.456', '-838:59:59', 1901, 'ü', 'x,y', '{"a": "it''s \\\\"so\\\\""}', x'00ff', x'', x'00', '🐘 \\\\ '' " \\n\\r\\0\\Z', POINT(1, 2),
               '::1', UUID(), NULL),
              (127, -0.5, 0.1, 0.1, b'0', '2020-12-31', NOW(6), NOW(3), '00:00:00', 2155, '1', '', '[]', 'ab', NULL, NULL, '', NULL, NULL, NULL, 7);
            UPDATE kinds SET bl = (SELECT UNHEX(GROUP_CONCAT(LPAD(HEX(seq), 2, '0') ORDER BY seq SEPARATOR '')) FROM seq_0_to_255)
              WHERE id = 3;
            INSERT INTO kinds (id, tx) VALUES (0, 'by a number of its own'), (900, NULL);
            CREATE TABLE old (word VARCHAR(20)) CHARACTER SET latin1;
            INSERT INTO old VALUES ('Grüße'), ('€'), (NULL), ('Grüße');
            CREATE TABLE wide (word VARCHAR(20)) CHARACTER SET utf16;
            INSERT INTO wide VALUES ('a🐘'), ('');
            CREATE TABLE computed (a INT, v INT AS (a * 2) VIRTUAL, p INT AS (a * 3) PERSISTENT, CHECK (a > 0));
            INSERT INTO computed (a) VALUES (1), (2);
            CREATE TABLE hen (id INT PRIMARY KEY, egg INT);
            CREATE TABLE egg (id INT PRIMARY KEY, hen INT, FOREIGN KEY own (hen) REFERENCES hen (id));
            ALTER TABLE hen ADD CONSTRAINT laid FOREIGN KEY (egg) REFERENCES egg (id);
            INSERT INTO hen VALUES (1, NULL);
            INSERT INTO egg VALUES (1, 1);
            UPDATE hen SET egg = 1;
            CREATE TABLE `a ``quoted`` "näme"` (`select` INT, `b``c` TEXT);
            INSERT INTO `a ``quoted`` "näme"` VALUES (1, 'x');
            CREATE TABLE nothing (a INT);
            CREATE TABLE parted (a INT) PARTITION BY RANGE (a) (PARTITION low VALUES LESS THAN (10), PARTITION high VALUES LESS THAN MAXVALUE);
            INSERT INTO parted VALUES (1), (99);
            CREATE SEQUENCE numbers START WITH 5 INCREMENT BY 3;
            SELECT NEXT VALUE FOR numbers;
            """;
    private static final String PROGRAMS =
            """
            CREATE TABLE noted (what TEXT);
            DELIMITER //
            CREATE FUNCTION hello() RETURNS TEXT DETERMINISTIC BEGIN RETURN 'ü;'; END//
            CREATE PROCEDURE note(IN what TEXT) BEGIN INSERT INTO noted VALUES (what); END//
            CREATE TRIGGER on_old AFTER INSERT ON old FOR EACH ROW BEGIN CALL note('fired;'); END//
            CREATE EVENT daily ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM noted; END//
            DELIMITER ;
            CREATE VIEW zz_first AS SELECT word FROM old;
            CREATE VIEW a_second AS SELECT CONCAT(word, hello()) AS w FROM zz_first;
            """;

    private static final AtomicInteger number = new AtomicInteger();

    @TempDir private static Path temp;
    private static TestMariadb server;

    @TempDir private Path folder;
    private String database;
    private BackupStore store;

    @BeforeAll
    static void a_server() throws Exception {
        server = TestMariadb.start(temp);
    }

    @AfterAll
    static void no_server() {
        server.close();
    }

    @BeforeEach
    void a_database() throws Exception {
        database = "shop" + number.incrementAndGet();
        store = BackupStore.at(folder.resolve("backups"));
        sql("CREATE DATABASE " + database + " CHARACTER SET utf8mb4");
    }

    private static String said(String into, String statements) throws Exception {
        return server.say(into, statements);
    }

    private static String sql(String statements) throws Exception {
        return said("mysql", statements);
    }

    private String here(String statements) throws Exception {
        return said(database, statements);
    }

    private String url() {
        return server.url(database);
    }

    private String url(String user, String password) {
        return server.url(database, user, password);
    }

    private Workshop workshop() throws Exception {
        Path scratch = Files.createDirectories(temp.resolve("scratch"));
        return new Workshop(scratch, 1, ProgressListener.NONE);
    }

    private BackupOutcome make() throws Exception {
        return new MariadbKind().make(url(), store, BackupKeys.UNENCRYPTED, workshop()).outcome();
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
        return new MariadbKind().verify(store, one, BackupKeys.UNENCRYPTED, workshop());
    }

    private Restorer restorer() throws Exception {
        return new MariadbKind().restorer(url(), BackupKeys.UNENCRYPTED, workshop());
    }

    private static long rows(SortedMap<String, RowChecksum> tables, String name) {
        return tables.getOrDefault(name, new RowChecksum(-1, 0, 0, 0)).rows();
    }

    @Test
    void it_holds_every_kind_of_value_and_object_and_gets_back_beside() throws Exception {
        here("SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO';" + RICH + PROGRAMS);
        StoredBackup made = good(make());

        SortedMap<String, RowChecksum> tables = made.manifest().tables();
        assertThat(rows(tables, "`kinds`")).isEqualTo(5);
        assertThat(rows(tables, "`old`")).isEqualTo(4);
        assertThat(rows(tables, "`a ``quoted`` \"näme\"`")).isEqualTo(1);
        assertThat(rows(tables, "`nothing`")).isZero();
        assertThat(workshop().scratch()).isEmptyDirectory();
        assertThat(new MariadbKind().origin(url())).isEqualTo(new MariadbKind().origin(made));
        assertThat(new MariadbKind().isOfSameSchema(url(), made)).isTrue();

        String copy = database + "_copy";
        assertThat(restorer().restore(made, copy)).isInstanceOf(Restored.class);
        String query =
                "SELECT id, HEX(tx), HEX(bl), CAST(f AS DOUBLE), d, hidden, ST_AsText(place), b + 0, HEX(e), j FROM"
                        + " kinds ORDER BY id; SELECT HEX(word) FROM old; SELECT * FROM computed; SELECT * FROM"
                        + " a_second";
        assertThat(said(copy, query)).isEqualTo(here(query)).contains("16777216");
        // What the source had taken in advance is never given out again.
        assertThat(said(copy, "SELECT NEXT VALUE FOR numbers > 5")).isEqualTo("1");
        assertThat(said(copy, "SELECT COUNT(*) FROM noted")).isEqualTo("0");
        assertThat(said(copy, "INSERT INTO old VALUES ('x'); SELECT what FROM noted"))
                .isEqualTo("fired;");
        assertThat(said(copy, "INSERT INTO kinds () VALUES (); SELECT MAX(id) FROM kinds"))
                .isEqualTo("901");
        assertThat(
                        said(
                                copy,
                                "SELECT STATUS FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()"))
                .isEqualTo("DISABLED");

        Refused again = (Refused) restorer().restore(made, copy);
        assertThat(again.reason()).contains("nothing is restored over one");
        here("ALTER TABLE nothing ADD COLUMN b INT");
        assertThat(new MariadbKind().isOfSameSchema(url(), made)).isFalse();
    }

    @Test
    void it_is_of_one_instant_while_others_write_and_writers_hardly_wait() throws Exception {
        here(
                """
                CREATE TABLE account (debit BIGINT, credit BIGINT);
                INSERT INTO account VALUES (0, 0);
                CREATE TABLE entry (id BIGINT AUTO_INCREMENT PRIMARY KEY, text CHAR(200));
                INSERT INTO entry (text) SELECT REPEAT('x', 200) FROM mysql.help_topic LIMIT 500;
                """);
        var stop = new AtomicBoolean();
        var begun = new CountDownLatch(3);
        var longest = new AtomicInteger();
        var writer =
                Thread.ofPlatform()
                        .start(() -> {
                            try (var connection = server.address().with(database).connect(60)) {
                                while (!stop.get()) {
                                    long at = System.nanoTime();
                                    Sql.run(connection, "START TRANSACTION");
                                    Sql.run(connection, "UPDATE account SET debit = debit + 1");
                                    Sql.run(connection, "INSERT INTO entry (text) VALUES ('new')");
                                    Sql.run(connection, "UPDATE account SET credit = credit + 1");
                                    Sql.run(connection, "COMMIT");
                                    int took = (int) ((System.nanoTime() - at) / 1_000_000);
                                    longest.accumulateAndGet(took, Math::max);
                                    begun.countDown();
                                }
                            } catch (Exception e) {
                                throw new AssertionError(e);
                            }
                        });
        begun.await();
        var pair = new X25519KeyPairGenerator().generateKeyPair();
        // No secret key: what is verified right away needs none.
        var keys = new BackupKeys(List.of(pair.getPublic().toString()), List.of());
        StoredBackup made = good(new MariadbKind().make(url(), store, keys, workshop()).outcome());
        stop.set(true);
        writer.join();

        assertThat(((Refused) restorer().restore(made, database + "_copy")).reason())
                .contains("no secret key is given");
        var secret = new BackupKeys(List.of(), List.of(pair.getPrivate().toString()));
        var done =
                (Restored)
                        new MariadbKind()
                                .restorer(url(), secret, workshop())
                                .restore(made, database + "_copy");

        assertThat(
                        said(
                                done.database(),
                                "SELECT debit = credit, debit > 2, (SELECT COUNT(*) FROM entry WHERE"
                                        + " text = 'new') = debit FROM account"))
                .isEqualTo("1\t1\t1");
        assertThat(longest.get()).as("milliseconds that a writer waited").isLessThan(3_000);
    }

    @Test
    void a_table_that_is_altered_all_the_time_is_whole() throws Exception {
        here(
                "CREATE TABLE busy (id INT AUTO_INCREMENT PRIMARY KEY, text CHAR(200));"
                        + "INSERT INTO busy (text) SELECT REPEAT('x', 200) FROM mysql.help_topic;");
        String rows = here("SELECT COUNT(*) FROM busy");
        var stop = new AtomicBoolean();
        var altered = new CountDownLatch(2);
        var owner =
                Thread.ofPlatform()
                        .start(() -> {
                            try (var connection = server.address().with(database).connect(60)) {
                                while (!stop.get()) {
                                    Sql.run(connection, "ALTER TABLE busy FORCE, ALGORITHM=COPY");
                                    altered.countDown();
                                    // One that comes at once again never lets anybody in whom
                                    // the server has not woken yet.
                                    Sql.text(connection, "SELECT SLEEP(0.05)");
                                }
                            } catch (Exception e) {
                                throw new AssertionError(e);
                            }
                        });
        altered.await();
        for (int i = 0; i < 10; i++) {
            try (HeldState state = HeldState.open(server.address().with(database))) {
                assertThat(Sql.text(state.reader(), "SELECT COUNT(*) FROM busy")).isEqualTo(rows);
            }
        }
        StoredBackup made = good(make());
        assertThat(rows(made.manifest().tables(), "`busy`")).isEqualTo(Long.parseLong(rows));
        stop.set(true);
        owner.join();
    }

    /// The trap: a table that is altered after a transaction began is empty in it.
    @Test
    void no_table_can_be_altered_between_the_beginning_and_the_end() throws Exception {
        here("CREATE TABLE t (a INT); INSERT INTO t VALUES (1), (2)");
        MariadbAddress address = server.address().with(database);
        Runnable alter =
                () ->
                        assertThatThrownBy(
                                        () -> {
                                            try (var other = address.connect(1)) {
                                                Sql.run(
                                                        other,
                                                        "ALTER TABLE t FORCE, ALGORITHM=COPY");
                                            }
                                        })
                                .hasMessageContaining("Lock wait timeout");
        try (HeldState state = HeldState.open(address, alter);
                var other = address.connect(0)) {
            assertThatThrownBy(() -> Sql.run(other, "ALTER TABLE t ADD COLUMN b INT"))
                    .hasMessageContaining("Lock wait timeout");
            assertThatThrownBy(() -> Sql.run(other, "DROP TABLE t"))
                    .hasMessageContaining("Lock wait timeout");
            Sql.run(other, "INSERT INTO t VALUES (3)");
            assertThat(Sql.text(state.reader(), "SELECT COUNT(*) FROM t")).isEqualTo("2");
            assertThat(state.gaveWay()).isFalse();
        }
    }

    @Test
    void who_waits_to_alter_a_table_is_let_through() throws Exception {
        here("CREATE TABLE t (a INT); INSERT INTO t VALUES (1), (2)");
        MariadbAddress address = server.address().with(database);
        try (HeldState state = HeldState.open(address);
                var other = address.connect(30)) {
            Sql.run(other, "ALTER TABLE t ADD COLUMN b INT");

            assertThat(state.gaveWay()).isTrue();
            assertThatThrownBy(() -> Sql.text(state.reader(), "SELECT COUNT(*) FROM t"))
                    .isInstanceOf(java.sql.SQLException.class);
        }
    }

    @Test
    void tables_without_transactions_are_locked_meanwhile_and_told() throws Exception {
        here(
                "CREATE TABLE m (a INT) ENGINE=MyISAM; CREATE TABLE i (a INT); CREATE TABLE ar (a INT) ENGINE=Aria;"
                        + " CREATE TABLE mem (a INT) ENGINE=MEMORY; INSERT INTO m VALUES (1); INSERT INTO mem VALUES (2)");
        try (HeldState state = HeldState.open(server.address().with(database));
                var other = server.address().with(database).connect(1)) {
            assertThat(state.locked()).containsExactly("`ar`", "`m`", "`mem`");
            assertThatThrownBy(() -> Sql.run(other, "INSERT INTO m VALUES (2)"))
                    .hasMessageContaining("Lock wait timeout");
            Sql.run(other, "INSERT INTO i VALUES (2)");
        }
        StoredBackup made = good(make());
        assertThat(made.verified().orElseThrow().remarks().getFirst()).contains("`ar`, `m`, `mem`");
        assertThat(rows(made.manifest().tables(), "`mem`")).isEqualTo(1);

        here("CREATE TABLE h (a INT) WITH SYSTEM VERSIONING");
        assertThatThrownBy(this::make).hasMessageContaining("keeps the history");
        here("DROP TABLE h; CREATE TABLE c (a INT NOT NULL) ENGINE=CSV");
        assertThatThrownBy(this::make).hasMessageContaining("engine CSV");
    }

    // --- what must not pass -----------------------------------------------------------------

    @Test
    void a_wrong_password_and_missing_rights_are_told_and_no_password_is() throws Exception {
        here("CREATE TABLE a (x INT); CREATE TABLE b (x INT)");
        sql(
                "CREATE USER poor@'127.0.0.1' IDENTIFIED BY 'pa55'; GRANT SELECT ON "
                        + database
                        + ".a TO poor@'127.0.0.1'");
        var kind = new MariadbKind();
        assertThatThrownBy(() ->
                        kind.make(
                                url("belay", "s3cret-wrong"),
                                store,
                                BackupKeys.UNENCRYPTED,
                                workshop()))
                .isInstanceOf(DataFailure.class)
                .hasMessageContaining("Access denied")
                .satisfies(e -> assertThat(e.toString() + e.getCause()).doesNotContain("s3cret"));
        assertThatThrownBy(() ->
                        kind.make(url("poor", "pa55"), store, BackupKeys.UNENCRYPTED, workshop()))
                .isInstanceOf(DataFailure.class)
                .hasMessageContaining("does not have SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE");
        sql(
                "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON "
                        + database
                        + ".* TO poor@'127.0.0.1'");
        good(kind.make(url("poor", "pa55"), store, BackupKeys.UNENCRYPTED, workshop()).outcome());
        assertThatThrownBy(() ->
                        new MariadbKind(new Programs(List.of(folder)))
                                .make(url(), store, BackupKeys.UNENCRYPTED, workshop()))
                .hasMessageContaining("is not on this machine");
        assertThatThrownBy(() -> MariadbAddress.of("mysql://u:p@h"))
                .hasMessageContaining("no database");
        assertThatThrownBy(() -> MariadbAddress.of("mysql://u:p@h/d?sslMode=VERIFY_CA"))
                .hasMessageContaining("name to be proven");
    }

    /// The same manifest, with files one of which holds something else and is hashed as it is.
    private StoredBackup resealed(StoredBackup one, String part, UnaryOperator<byte[]> change)
            throws Exception {
        String name = BackupStore.name(Instant.now(), "altered" + number.incrementAndGet());
        Path partial = store.begin(name);
        BackupManifest old = one.manifest();
        var files = new ArrayList<SealedFile>();
        try (var meter = new Meter(Stage.DUMP, 0, ProgressListener.NONE)) {
            var seal = new Seal(BackupKeys.UNENCRYPTED);
            for (SealedFile file : old.files()) {
                var plain = new ByteArrayOutputStream();
                seal.read(one.folder(), file, plain, meter);
                byte[] content = plain.toByteArray();
                if (file.name().startsWith(part)) {
                    content = change.apply(content);
                }
                files.add(
                        seal.write(new ByteArrayInputStream(content), partial, file.name(), meter));
            }
        }
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
                        files,
                        old.tables(),
                        old.facts(),
                        old.previous()));
    }

    /// Why what was altered is not restored on the living server.
    private String unlike(StoredBackup made, String part, UnaryOperator<byte[]> change)
            throws Exception {
        return ((Refused) restorer().restore(resealed(made, part, change), database + "_x"))
                .reason();
    }

    private static UnaryOperator<byte[]> replacing(String what, String with) {
        return content -> {
            String text = new String(content, StandardCharsets.ISO_8859_1);
            assertThat(text).contains(what);
            return text.replace(what, with).getBytes(StandardCharsets.ISO_8859_1);
        };
    }

    @Test
    void a_lost_row_a_cut_file_and_another_definition_are_refused_even_when_their_hashes_fit()
            throws Exception {
        here(
                "CREATE TABLE t (a INT PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b');"
                        + " CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET"
                        + " NEW.b = 'c'; CREATE SEQUENCE s");
        StoredBackup made = good(make());

        assertThat(refusal(verified(resealed(made, "rows", replacing(",\n(2,x'62')", "")))))
                .contains("`t` has 1 rows and not 2");
        assertThat(unlike(made, "rows", replacing("x'62'", "x'42'")))
                .contains("the 2 rows of `t` are others");
        assertThat(unlike(made, "rows", replacing("(2,x'62')", "(1,x'62')")))
                .contains("cannot be restored")
                .contains("Duplicate entry for key");
        assertThat(unlike(made, "rows", all -> Arrays.copyOf(all, all.length - 30)))
                .contains("cannot be restored");
        // Not one statement is cut: the rows of the last are never committed.
        assertThat(unlike(made, "rows", replacing("COMMIT;", ""))).contains("`t` has 0 rows");
        assertThat(unlike(made, "triggers", _ -> new byte[0])).contains("trigger `r` is another");
        assertThat(unlike(made, "schema", replacing("select `t`.`a` AS", "select 7 AS")))
                .contains("view `v` is another");
        assertThat(unlike(made, "schema", replacing("SETVAL(`s`, 1", "SETVAL(`s`, 7")))
                .contains("the counter of `s`");
        assertThat(sql("SHOW DATABASES LIKE '" + database + "\\_%'")).isEmpty();

        Path stored = made.folder().resolve("rows.sql.zst");
        byte[] bytes = Files.readAllBytes(stored);
        bytes[bytes.length / 2] ^= 4;
        Files.write(stored, bytes);
        assertThat(refusal(verified(made))).contains("is not as it was written");
        assertThat(((Refused) restorer().restore(made, database + "_x")).reason())
                .contains("is not as it was written");
        assertThat(sql("SHOW DATABASES LIKE '" + database + "\\_x'")).isEmpty();
    }

    // --- back -------------------------------------------------------------------------------

    @Test
    void a_swap_exchanges_all_tables_at_once_and_keeps_what_lived() throws Exception {
        here(
                RICH
                        + "CREATE VIEW v AS SELECT word FROM old; CREATE PROCEDURE p() SELECT 1; CREATE TABLE gone (a INT);");
        StoredBackup made = good(make());
        here(
                "UPDATE old SET word = 'wrong'; DROP TABLE gone; CREATE TABLE late (a INT); ALTER TABLE nothing"
                        + " ADD COLUMN b INT");
        Restorer restorer = restorer();
        String fresh = restorer.freshName(Instant.now());
        String aside = restorer.asideName(Instant.now());
        assertThat(restorer.obstacle(made, fresh, true)).isEmpty();
        var done = (Restored) restorer.restore(made, fresh);
        assertThat(restorer.settle(done.database(), aside)).isFalse();

        restorer.swap(done.database(), aside);

        assertThat(restorer.settle(done.database(), aside)).isTrue();
        assertThat(here("SELECT HEX(word) FROM v LIMIT 1"))
                .isNotEqualTo(here("SELECT HEX('wrong')"));
        assertThat(here("SELECT COUNT(*) FROM gone")).isEqualTo("0");
        assertThat(said(aside, "SELECT DISTINCT word FROM old")).isEqualTo("wrong");
        assertThat(said(aside, "SHOW TABLES LIKE 'late'")).isEqualTo("late");
        assertThat(here("SHOW TABLES LIKE 'late'")).isEmpty();
        assertThat(sql("SHOW DATABASES LIKE '" + fresh + "'")).isEmpty();
        // Each table's foreign keys lead to its own neighbour.
        assertThat(
                        sql(
                                "SELECT DISTINCT UNIQUE_CONSTRAINT_SCHEMA FROM information_schema.REFERENTIAL_CONSTRAINTS"
                                        + " WHERE CONSTRAINT_SCHEMA = '"
                                        + database
                                        + "'"))
                .isEqualTo(database);
        assertThat(new MariadbKind().isOfSameSchema(url(), made)).isTrue();
    }

    @Test
    void a_swap_with_triggers_or_other_views_is_refused_with_the_reason() throws Exception {
        here("CREATE TABLE t (a INT); CREATE VIEW v AS SELECT a FROM t");
        StoredBackup made = good(make());
        here("CREATE OR REPLACE VIEW v AS SELECT a + 1 AS a FROM t");
        String fresh = restorer().freshName(Instant.now());
        assertThat(restorer().obstacle(made, fresh, true).orElseThrow().reason())
                .contains("view `v`");
        here("CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1");
        assertThat(restorer().obstacle(made, fresh, true).orElseThrow().reason())
                .contains("triggers");
        assertThat(restorer().obstacle(made, fresh, false)).isEmpty();
        assertThat(restorer().obstacle(made, database, false).orElseThrow().reason())
                .contains("nothing is restored over one");
    }

    @Test
    void what_a_killed_process_left_is_ended_and_removed() throws Exception {
        Path scratch = temp.resolve("left");
        ScratchMariadb left = ScratchMariadb.start(Programs.OF_THIS_MACHINE, scratch, "0");

        new MariadbKind().sweep(scratch);

        assertThat(scratch).isEmptyDirectory();
        assertThatThrownBy(() -> left.address().connect(1)).isInstanceOf(DataFailure.class);
        left.close();
    }
}
