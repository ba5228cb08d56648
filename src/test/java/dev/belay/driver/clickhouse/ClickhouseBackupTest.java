package dev.belay.driver.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.backup.BackupFiles;
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
import dev.belay.driver.backup.Verification;
import dev.belay.driver.backup.Workshop;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Backups of a real server: that they hold everything, that nothing else passes for one, and that
/// they get back.
@Timeout(60)
class ClickhouseBackupTest {
    private static final String RICH = "sh`op";
    private static final List<String> TABLES =
            List.of(
                    """
                    CREATE TABLE %s.person (day Date, at DateTime, id UInt64, age Nullable(Int32),
                    weight Float64, tags Array(Nullable(String)), name String, code FixedString(4),
                    u UUID, e Enum8('a' = 1, 'b' = 2), t Tuple(UInt8, String), price Decimal(18, 3),
                    pet Nested(k String, v UInt32), twice UInt64 DEFAULT id * 2,
                    made UInt64 MATERIALIZED id * 3, seen UInt64 ALIAS id * 4)
                    ENGINE = MergeTree PARTITION BY toYYYYMM(day) ORDER BY id
                    """,
                    "CREATE TABLE %s.`we ird\\`\"t'` (`a b` UInt8, `c\\`d` String) ENGINE = Log",
                    "CREATE TABLE %s.low (x LowCardinality(String)) ENGINE = MergeTree ORDER BY tuple()",
                    "CREATE TABLE %s.tiny (x String) ENGINE = TinyLog",
                    "CREATE TABLE %s.stripe (a Float32) ENGINE = StripeLog",
                    "CREATE TABLE %s.mem (a Array(Array(UInt8))) ENGINE = Memory",
                    "CREATE TABLE %s.empty (a UInt8, d Date) ENGINE = MergeTree(d, a, 8192)",
                    "CREATE TABLE %s.empty_log (a UInt8) ENGINE = Log",
                    "CREATE TABLE %s.sum (k UInt64, v UInt64) ENGINE = SummingMergeTree ORDER BY k",
                    """
                    CREATE TABLE %s.agg (k UInt64, v AggregateFunction(uniq, UInt64))
                    ENGINE = AggregatingMergeTree ORDER BY k
                    """,
                    "CREATE TABLE %s.jn (a UInt8, b UInt8) ENGINE = Join(ANY, LEFT, a)",
                    "CREATE TABLE %s.nothing (k UInt64) ENGINE = Null",
                    "CREATE TABLE %1$s.away AS %1$s.sum ENGINE = Distributed(one, 'x', 'y')",
                    "CREATE VIEW %1$s.names AS SELECT name FROM %1$s.person",
                    "CREATE VIEW %1$s.a_first AS SELECT name FROM %1$s.names",
                    "CREATE MATERIALIZED VIEW %1$s.to_sum TO %1$s.sum AS SELECT id AS k, id AS v FROM %1$s.person",
                    """
                    CREATE MATERIALIZED VIEW %1$s.inside ENGINE = SummingMergeTree ORDER BY k
                    AS SELECT id AS k, count() AS v FROM %1$s.person GROUP BY k
                    """);

    private static final AtomicInteger number = new AtomicInteger();
    private static TestClickhouse server;
    private static BackupStore store;
    private static StoredBackup backup;

    @TempDir private static Path folder;

    @BeforeAll
    static void a_good_backup() throws Exception {
        Files.setPosixFilePermissions(
                folder, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        server = TestClickhouse.start();
        store = BackupStore.at(folder.resolve("backups"));
        fill(RICH);
        backup = good(make(RICH));
    }

    @AfterAll
    static void no_server() {
        server.close();
    }

    /// One of everything, and rows that merges would make fewer.
    private static void fill(String database) throws Exception {
        String it = Names.quoted(database);
        server.say("CREATE DATABASE " + it);
        for (String table : TABLES) {
            server.say(table.formatted(it));
        }
        server.say(
                """
                INSERT INTO %s.person (day, at, id, age, weight, tags, name, code, u, e, t, price,
                pet.k, pet.v) SELECT toDate('2020-01-01') + number, toDateTime(number * 1000000),
                number, if(number %% 3 = 0, NULL, -number), multiIf(number = 5, nan, number = 6,
                inf, number = 7, -inf, number = 8, -0., number / 3), [toString(number), NULL],
                if(number %% 2 = 0, unhex('FF000A0D09275C80'), ''), 'ab',
                '61f0c404-5cb3-11e7-907b-a6006ad3dba0', 'b', tuple(1, 'x'), toDecimal64(1.5, 3),
                ['a', 'b'], [1, 2] FROM system.numbers LIMIT 200
                """
                        .formatted(it));
        server.say(
                "INSERT INTO %s.`we ird\\`\"t'` VALUES (1, 'a\\nb\\tc\\0'), (2, '')".formatted(it));
        server.say("INSERT INTO %s.low VALUES ('a'), ('b'), ('a')".formatted(it));
        server.say("INSERT INTO %s.stripe VALUES (0.1), (nan)".formatted(it));
        server.say("INSERT INTO %s.mem VALUES ([[1, 2], []])".formatted(it));
        server.say("INSERT INTO %s.jn VALUES (1, 2)".formatted(it));
        server.say("SYSTEM STOP MERGES %s.sum".formatted(it));
        server.say("INSERT INTO %s.sum VALUES (1, 1)".formatted(it));
        server.say("INSERT INTO %s.sum VALUES (1, 2)".formatted(it));
        server.say("INSERT INTO %s.agg SELECT 1, uniqState(number) FROM numbers(9)".formatted(it));
    }

    private static String database(String table) throws Exception {
        String name = "d" + number.incrementAndGet();
        server.say("CREATE DATABASE " + name);
        server.say("CREATE TABLE %s.t %s".formatted(name, table));
        return name;
    }

    private static Workshop workshop() {
        return new Workshop(folder.resolve("scratch"), 1, ProgressListener.NONE);
    }

    private static BackupOutcome make(String database) throws Exception {
        String name = java.net.URLEncoder.encode(database, java.nio.charset.StandardCharsets.UTF_8);
        return new ClickhouseKind()
                .make(server.url(name), store, BackupKeys.UNENCRYPTED, workshop())
                .outcome();
    }

    private static StoredBackup good(BackupOutcome outcome) {
        assertThat(outcome).isInstanceOf(BackupOutcome.Verified.class);
        return ((BackupOutcome.Verified) outcome).backup();
    }

    private static String refusal(BackupOutcome outcome) {
        assertThat(outcome).isInstanceOf(BackupOutcome.Refused.class);
        return ((BackupOutcome.Refused) outcome).reason();
    }

    private static BackupOutcome verified(StoredBackup one) throws Exception {
        return new ClickhouseKind().verify(store, one, BackupKeys.UNENCRYPTED, workshop());
    }

    private static Restorer restorer(String database) throws Exception {
        String name = java.net.URLEncoder.encode(database, java.nio.charset.StandardCharsets.UTF_8);
        return new ClickhouseKind().restorer(server.url(name), BackupKeys.UNENCRYPTED, workshop());
    }

    private static String made(Restorer.Outcome outcome) {
        assertThat(outcome).isInstanceOf(Restored.class);
        return ((Restored) outcome).database();
    }

    private static long rows(StoredBackup one, String name) {
        return one.manifest().tables().getOrDefault(name, RowChecksum.NONE).rows();
    }

    @Test
    void it_holds_every_row_of_every_table_and_leaves_nothing_behind() throws Exception {
        // Later versions name it by a number.
        String inner =
                backup.manifest().tables().keySet().stream()
                        .filter(one -> one.startsWith("`.inner"))
                        .findFirst()
                        .orElseThrow();
        assertThat(backup.manifest().tables().keySet())
                .containsExactlyInAnyOrder(
                        "`person`",
                        "`we ird\\`\"t'`",
                        "`low`",
                        "`tiny`",
                        "`stripe`",
                        "`mem`",
                        "`jn`",
                        "`empty`",
                        "`empty_log`",
                        "`sum`",
                        "`agg`",
                        inner);
        assertThat(rows(backup, "`person`")).isEqualTo(200);
        assertThat(rows(backup, "`sum`")).isGreaterThanOrEqualTo(201);
        assertThat(rows(backup, inner)).isEqualTo(200);
        assertThat(rows(backup, "`empty`")).isZero();
        assertThat(folder.resolve("scratch")).isEmptyDirectory();
        Verification verification = backup.verified().orElseThrow();
        assertThat(verification.where())
                .isEqualTo("scratch server of ClickHouse " + server.say("SELECT version()"));
        assertThat(verification.remarks())
                .containsExactly(
                        "`away`, `inside` is not made, and its definition is in the backup");
        var kind = new ClickhouseKind();
        String address = server.url("sh%60op");
        assertThat(kind.origin(address)).isEqualTo(kind.origin(backup));
        assertThat(kind.origin(backup)).endsWith("/" + RICH);
        assertThat(kind.origin(server.url("default"))).isNotEqualTo(kind.origin(backup));
        assertThat(kind.isOfSameSchema(address, backup)).isTrue();
        assertThat(kind.isOfSameSchema(server.url("default"), backup)).isFalse();
    }

    @Test
    void it_becomes_a_new_database_and_nothing_is_restored_over_one() throws Exception {
        String name = made(restorer(RICH).restore(backup, "be side"));
        assertThat(name).isEqualTo("be side");
        String sum = "SELECT count(), sum(cityHash64(*)) FROM %s.`we ird\\`\"t'`";
        assertThat(server.say(sum.formatted("`be side`")))
                .isEqualTo(server.say(sum.formatted("`sh\\`op`")));
        assertThat(server.say("SELECT sum(made), countIf(isNaN(weight)) FROM `be side`.person"))
                .isEqualTo("59700\t1");
        for (String taken : List.of("be side", RICH, "default")) {
            assertThat(restorer(RICH).restore(backup, taken))
                    .isInstanceOfSatisfying(
                            Refused.class,
                            no -> assertThat(no.reason()).contains("nothing is restored over one"));
        }
        assertThat(restorer(RICH).restore(backup, "a/b")).isInstanceOf(Refused.class);
    }

    @Test
    void a_lost_database_comes_back_with_its_views_and_no_row_twice() throws Exception {
        fill("lost");
        StoredBackup one = good(make("lost"));
        server.say("DROP DATABASE lost");

        made(restorer("lost").restore(one, "lost"));

        assertThat(server.say("SELECT count() FROM lost.a_first")).isEqualTo("200");
        server.say("INSERT INTO lost.person (id) VALUES (7777)");
        assertThat(server.say("SELECT sum(v) FROM lost.sum WHERE k = 7777")).isEqualTo("7777");
        assertThat(server.say("SELECT sum(v) FROM lost.sum WHERE k = 1")).isEqualTo("4");
    }

    @Test
    void tables_change_places_and_what_lived_is_kept() throws Exception {
        fill("living");
        StoredBackup one = good(make("living"));
        server.say("INSERT INTO living.low VALUES ('wrong')");
        server.say("CREATE TABLE living.later (a UInt8) ENGINE = Log");
        Restorer restorer = restorer("living");
        String fresh = restorer.freshName(Instant.now());
        String aside = restorer.asideName(Instant.now());
        assertThat(restorer.obstacle(one, fresh, true)).isEmpty();
        String there = made(restorer.restore(one, fresh));
        assertThat(restorer.settle(there, aside)).isFalse();

        restorer.swap(there, aside);

        assertThat(server.say("SELECT count() FROM living.low")).isEqualTo("3");
        assertThat(server.say("SELECT count() FROM %s.low".formatted(aside))).isEqualTo("4");
        assertThat(server.say("EXISTS TABLE living.later")).isEqualTo("0");
        assertThat(server.say("EXISTS TABLE %s.later".formatted(aside))).isEqualTo("1");
        assertThat(server.say("SELECT count() FROM system.databases WHERE name = '" + there + "'"))
                .isEqualTo("0");
        assertThat(restorer.settle(there, aside)).isTrue();
        // Both materialized views go on.
        server.say("INSERT INTO living.person (id) VALUES (7777)");
        assertThat(server.say("SELECT sum(v) FROM living.sum WHERE k = 7777")).isEqualTo("7777");
        assertThat(server.say("SELECT sum(v) FROM living.inside WHERE k = 7777")).isEqualTo("1");
        assertThat(server.say("SELECT count() FROM living.names")).isEqualTo("201");
        // A backup of what is there now is as good.
        good(make("living"));
    }

    @Test
    void a_swap_that_was_cut_off_is_gone_on_with() throws Exception {
        String name = database("(a UInt8) ENGINE = Log");
        server.say("CREATE TABLE %s.u (a UInt8) ENGINE = Log".formatted(name));
        StoredBackup one = good(make(name));
        server.say("INSERT INTO %s.t VALUES (1)".formatted(name));
        server.say("INSERT INTO %s.u VALUES (1)".formatted(name));
        Restorer restorer = restorer(name);
        made(restorer.restore(one, "half"));
        server.say("CREATE DATABASE half_aside");
        server.say("RENAME TABLE %s.t TO half_aside.t".formatted(name));

        assertThat(restorer.settle("half", "half_aside")).isTrue();

        assertThat(server.say("SELECT count() FROM %s.t".formatted(name))).isEqualTo("0");
        assertThat(server.say("SELECT count() FROM %s.u".formatted(name))).isEqualTo("0");
        assertThat(server.say("SELECT count() FROM half_aside.u")).isEqualTo("1");
    }

    @Test
    void a_swap_is_refused_where_materialized_views_are_others() throws Exception {
        String name = database("(a UInt8) ENGINE = Log");
        StoredBackup one = good(make(name));
        server.say(
                "CREATE MATERIALIZED VIEW %1$s.v ENGINE = Log AS SELECT a FROM %1$s.t"
                        .formatted(name));
        assertThat(restorer(name).obstacle(one, "v_beside", true))
                .hasValueSatisfying(
                        no -> assertThat(no.reason()).contains("materialized views are not those"));
        assertThat(restorer(name).obstacle(one, "v_beside", false)).isEmpty();
        assertThat(restorer("gone").obstacle(one, "v_beside", true))
                .hasValueSatisfying(no -> assertThat(no.hint()).contains("--into gone"));
    }

    @Test
    void it_is_of_one_state_while_others_insert_and_merge() throws Exception {
        String name = database("(id UInt64, pair UInt64) ENGINE = MergeTree ORDER BY id");
        var begun = new CountDownLatch(20);
        var over = new CountDownLatch(1);
        var failed = new ArrayList<Exception>();
        Thread writer =
                Thread.startVirtualThread(() -> {
                    try (ClickhouseSession session = server.session()) {
                        // Without a pause the server merges all the time, and no part is there for
                        // long.
                        for (int i = 0; !over.await(20, TimeUnit.MILLISECONDS); i++) {
                            session.run(
                                    "INSERT INTO %s.t SELECT %d, number FROM numbers(2000)"
                                            .formatted(name, i),
                                    Map.of());
                            begun.countDown();
                        }
                    } catch (DataFailure | InterruptedException e) {
                        failed.add(e);
                    }
                });
        begun.await();
        long before = Long.parseLong(server.say("SELECT count() FROM %s.t".formatted(name)));
        StoredBackup one = good(make(name));
        over.countDown();
        writer.join();

        assertThat(failed).isEmpty();
        assertThat(rows(one, "`t`")).isGreaterThanOrEqualTo(before);
        // Each insert is in it as a whole, or not at all.
        assertThat(rows(one, "`t`") % 2000).isZero();
    }

    @Test
    void a_log_that_is_written_to_is_never_taken_for_one_state() throws Exception {
        String name = database("(a UInt64) ENGINE = Log");
        var begun = new CountDownLatch(5);
        Thread writer =
                Thread.startVirtualThread(() -> {
                    try (ClickhouseSession session = server.session()) {
                        while (!Thread.currentThread().isInterrupted()) {
                            session.run(
                                    "INSERT INTO %s.t SELECT number FROM numbers(50)"
                                            .formatted(name),
                                    Map.of());
                            begun.countDown();
                        }
                    } catch (DataFailure _) {
                        Thread.currentThread().interrupt();
                    }
                });
        begun.await();
        try {
            assertThat(rows(good(make(name)), "`t`") % 50).isZero();
        } catch (DataFailure e) {
            assertThat(e.reason()).contains("`t` did not stand still");
        } finally {
            writer.interrupt();
            writer.join();
        }
    }

    @Test
    void what_cannot_be_kept_is_refused_by_name() throws Exception {
        String name = database("(a UInt8) ENGINE = Set");
        assertThat(refusal(make(name))).contains("the rows of `t` (Set) cannot be kept");
        assertThatThrownBy(() -> make("nowhere"))
                .isInstanceOf(DataFailure.class)
                .hasMessageContaining("has no database `nowhere`");
    }

    private static BackupOutcome readBy(String user, String database) throws Exception {
        String url = server.url(database).replace("//default:", "//" + user + ":");
        return new ClickhouseKind().make(url, store, BackupKeys.UNENCRYPTED, workshop()).outcome();
    }

    @Test
    void who_may_only_read_makes_one_and_whose_answers_are_cut_does_not() throws Exception {
        String name = database("(a UInt8) ENGINE = MergeTree ORDER BY a");
        server.say("INSERT INTO %s.t SELECT number FROM numbers(90)".formatted(name));
        assertThat(rows(good(readBy("reader", name)), "`t`")).isEqualTo(90);
        assertThatThrownBy(() -> readBy("cut", name))
                .isInstanceOf(DataFailure.class)
                .hasMessageStartingWith("`t` has 90 rows, and the user of the address is shown");
        for (String more : List.of("u", "v", "w", "x")) {
            server.say("CREATE TABLE %s.%s (a UInt8) ENGINE = Log".formatted(name, more));
        }
        assertThatThrownBy(() -> readBy("cut", name))
                .isInstanceOf(DataFailure.class)
                .hasMessage("ClickHouse tells only a part of the database's tables");
    }

    @Test
    void a_query_that_names_very_many_parts_is_let_through() throws Exception {
        String name = database("(a UInt8) ENGINE = MergeTree ORDER BY a");
        server.say("INSERT INTO %s.t VALUES (1)".formatted(name));
        try (ClickhouseSession session = server.session();
                var meter = new Meter(Stage.DUMP, 0, ProgressListener.NONE)) {
            Definition table = Catalogue.read(session, name).getFirst();
            Path to = Files.createTempDirectory(folder, "export");
            var export = new TableExport(session, name, new Seal(BackupKeys.UNENCRYPTED), to, 1);
            assertThat(export.run(table, "rows.zst", meter).sum().rows()).isEqualTo(1);
        }
    }

    @Test
    void an_interrupt_ends_it_and_its_server() throws Exception {
        String name = database("(a UInt64) ENGINE = MergeTree ORDER BY a");
        server.say("INSERT INTO %s.t SELECT number FROM numbers(3000000)".formatted(name));
        var dumping = new CountDownLatch(1);
        var scratch = folder.resolve("ended");
        var shop =
                new Workshop(
                        scratch,
                        1,
                        at -> {
                            if (at.stage() == Stage.DUMP && at.bytes() > 0) {
                                dumping.countDown();
                            }
                        });
        var ended = new CountDownLatch(1);
        Thread making =
                Thread.startVirtualThread(() -> {
                    try {
                        new ClickhouseKind()
                                .make(server.url(name), store, BackupKeys.UNENCRYPTED, shop);
                    } catch (InterruptedException e) {
                        ended.countDown();
                    } catch (DataFailure e) {
                        throw new IllegalStateException(e);
                    }
                });
        dumping.await();
        making.interrupt();
        making.join();
        assertThat(ended.getCount()).isZero();
        assertThat(scratch).isEmptyDirectory();
        assertThat(store.list()).noneMatch(one -> one.manifest().database().equals(name));
    }

    @Test
    void a_wrong_password_and_a_server_that_is_away_are_told_without_the_password() {
        for (String url :
                List.of(
                        server.url("default", "wr0ng&secret"),
                        "http://default:wr0ng%26secret@127.0.0.1:1/default",
                        "http://default:wr0ng%26secret@127.0.0.1:1/a/b",
                        "mysql://default:wr0ng%26secret@127.0.0.1:1/a")) {
            assertThatThrownBy(() ->
                            new ClickhouseKind()
                                    .make(url, store, BackupKeys.UNENCRYPTED, workshop()))
                    .isInstanceOfSatisfying(
                            DataFailure.class,
                            e ->
                                    assertThat(e.reason() + e.hint() + e)
                                            .doesNotContain("wr0ng")
                                            .doesNotContain("secret"));
        }
        assertThatThrownBy(() -> new ClickhouseKind().origin(server.url("default", "wr0ng")))
                .hasMessage("ClickHouse lets nobody in as `default`");
    }

    @Test
    void without_the_program_there_is_no_proof() {
        assertThatThrownBy(() ->
                        ScratchClickhouse.start(
                                folder.resolve("scratch"), "UTC", List.of("/nowhere")))
                .isInstanceOfSatisfying(
                        DataFailure.class,
                        e ->
                                assertThat(e.hint())
                                        .isEqualTo("sudo apt-get install clickhouse-server"));
    }

    @Test
    void a_server_that_a_killed_process_left_is_ended() throws Exception {
        Path scratch = Files.createDirectory(folder.resolve("left"));
        ScratchClickhouse left = ScratchClickhouse.start(scratch, "UTC");
        long pid;
        try (var all = Files.walk(scratch)) {
            Path file = all.filter(one -> one.endsWith("pid")).findFirst().orElseThrow();
            pid = Long.parseLong(Files.readString(file));
        }
        new ClickhouseKind().sweep(scratch);
        assertThat(ProcessHandle.of(pid)).isEmpty();
        assertThat(scratch).isEmptyDirectory();
        left.close();
    }

    /// The same with one file changed as a disk would.
    private static StoredBackup damaged(String name, java.util.function.UnaryOperator<byte[]> how)
            throws Exception {
        Path copy = folder.resolve("damaged-" + number.incrementAndGet());
        BackupStore other = BackupStore.at(copy);
        Path to = other.root().resolve(backup.name());
        try (var all = Files.walk(backup.folder())) {
            for (Path one : all.toList()) {
                Files.copy(one, to.resolve(backup.folder().relativize(one).toString()));
            }
        }
        Path file = to.resolve(name);
        Files.write(file, how.apply(Files.readAllBytes(file)));
        return BackupStore.read(to);
    }

    @Test
    void a_cut_or_flipped_file_is_found() throws Exception {
        String file = ClickhouseFacts.of(backup.manifest()).files().getOrDefault("person", "");
        StoredBackup cut = damaged(file, bytes -> java.util.Arrays.copyOf(bytes, 90));
        assertThat(refusal(verified(cut))).contains("has 90 bytes");
        StoredBackup flipped =
                damaged(
                        "definitions.json.zst",
                        bytes -> {
                            bytes[bytes.length / 2] ^= 4;
                            return bytes;
                        });
        assertThat(refusal(verified(flipped))).contains("is not as it was written");
        assertThat(restorer(RICH).restore(flipped, "flipped"))
                .isInstanceOfSatisfying(
                        Refused.class, no -> assertThat(no.reason()).contains("is damaged"));
        assertThat(server.say("SELECT count() FROM system.databases WHERE name = 'flipped'"))
                .isEqualTo("0");
    }

    /// One whose files are in order, and hold other rows than its manifest says.
    private static StoredBackup forged(StoredBackup of, byte[] rows) throws Exception {
        BackupManifest m = of.manifest();
        String name = BackupStore.name(Instant.now(), "forged");
        Path partial = store.begin(name);
        Files.createDirectory(partial.resolve("data"));
        var files = new ArrayList<SealedFile>();
        for (SealedFile file : m.files()) {
            if (file.name().startsWith("data/")) {
                try (var meter = new Meter(Stage.DUMP, 0, ProgressListener.NONE)) {
                    files.add(
                            new Seal(BackupKeys.UNENCRYPTED)
                                    .write(
                                            new ByteArrayInputStream(rows),
                                            partial,
                                            file.name(),
                                            meter));
                }
            } else {
                Files.copy(of.folder().resolve(file.name()), partial.resolve(file.name()));
                files.add(file);
            }
        }
        return store.finish(
                partial,
                new BackupManifest(
                        m.version(),
                        name,
                        m.engine(),
                        m.database(),
                        m.server(),
                        m.started(),
                        m.instant(),
                        m.finished(),
                        m.databaseBytes(),
                        m.recipients(),
                        files,
                        new TreeMap<>(m.tables()),
                        m.facts(),
                        m.previous()));
    }

    @Test
    void other_rows_than_the_sources_are_found() throws Exception {
        String name = database("(a String) ENGINE = MergeTree ORDER BY a");
        server.say("INSERT INTO %s.t VALUES ('x'), ('y')".formatted(name));
        StoredBackup one = good(make(name));
        // One block of one column: `a`, `String`.
        byte[] fewer = {1, 1, 1, 'a', 6, 'S', 't', 'r', 'i', 'n', 'g', 1, 'x'};
        byte[] others = {1, 2, 1, 'a', 6, 'S', 't', 'r', 'i', 'n', 'g', 1, 'x', 1, 'z'};
        byte[] same = {1, 2, 1, 'a', 6, 'S', 't', 'r', 'i', 'n', 'g', 1, 'x', 1, 'y'};
        byte[] none = "none of it".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertThat(refusal(verified(forged(one, fewer)))).contains("`t` has 1 rows and not 2");
        assertThat(refusal(verified(forged(one, others)))).contains("the 2 rows of `t` are others");
        assertThat(refusal(verified(forged(one, none)))).contains("the backup cannot be restored");
        StoredBackup forged = forged(one, fewer);
        assertThat(restorer(name).restore(forged, "fewer")).isInstanceOf(Refused.class);
        assertThat(server.say("SELECT count() FROM system.databases WHERE name = 'fewer'"))
                .isEqualTo("0");
        good(verified(forged(one, same)));
        assertThat(folder.resolve("scratch")).isEmptyDirectory();
    }

    @Test
    void it_is_read_by_its_recipients_only() throws Exception {
        String name = database("(a String) ENGINE = MergeTree ORDER BY a");
        server.say("INSERT INTO %s.t VALUES ('x')".formatted(name));
        var keys =
                new BackupKeys(
                        List.of("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"),
                        List.of());
        var made = new ClickhouseKind().make(server.url(name), store, keys, workshop());
        StoredBackup one = good(made.outcome());
        assertThat(BackupFiles.damage(one)).isEmpty();
        assertThat(refusal(new ClickhouseKind().verify(store, one, keys, workshop())))
                .contains("no secret key is given");
        good(new ClickhouseKind().verify(store, one, made.keys(), workshop()));
    }

    @Test
    void a_materialized_view_that_keeps_its_rows_is_known_by_its_definition() {
        for (String inner :
                List.of(
                        "s.v ( k UInt64) ENGINE = Log AS SELECT 'TO x' AS k FROM s.t",
                        "`a.b`.`v TO w` (`k` UInt8) ENGINE = MergeTree ORDER BY k AS SELECT 1",
                        "s.v TO INNER UUID '31b9d14c' (`k` UInt64) ENGINE = Log AS SELECT 1")) {
            assertThat(view(inner).hasInner()).as(inner).isTrue();
            assertThat(view(inner).fate()).isEqualTo(Definition.Fate.TOLD);
        }
        for (String to :
                List.of(
                        "s.v TO s.w ( k UInt64) AS SELECT k FROM s.t",
                        "s.v REFRESH EVERY 1 HOUR TO s.`w (x)` (`k` UInt64) AS SELECT 1")) {
            assertThat(view(to).hasInner()).as(to).isFalse();
            assertThat(view(to).fate()).isEqualTo(Definition.Fate.MADE);
        }
    }

    private static Definition view(String rest) {
        return new Definition(
                "v", "MaterializedView", "CREATE MATERIALIZED VIEW " + rest, "", List.of());
    }

    @Test
    void an_engine_of_several_servers_is_made_for_one() throws Exception {
        for (List<String> one :
                List.of(
                        List.of(
                                "ReplicatedMergeTree",
                                "ReplicatedMergeTree('/a/\\'b', '{replica}') ORDER BY k",
                                "MergeTree ORDER BY k"),
                        List.of(
                                "ReplicatedReplacingMergeTree",
                                "ReplicatedReplacingMergeTree('/a', 'r', v) ORDER BY k",
                                "ReplacingMergeTree(v) ORDER BY k"),
                        List.of(
                                "ReplicatedMergeTree",
                                "ReplicatedMergeTree('/a', 'r', d, k, 8192)",
                                "MergeTree(d, k, 8192)"),
                        List.of(
                                "SharedMergeTree",
                                "SharedMergeTree ORDER BY k",
                                "MergeTree ORDER BY k"))) {
            var there =
                    new Definition(
                            "t`t",
                            one.get(0),
                            "CREATE TABLE `a.b`.`t\\`t` (`k` UInt8) ENGINE = " + one.get(1),
                            one.get(1),
                            List.of());
            assertThat(there.createIn("c"))
                    .isEqualTo("CREATE TABLE `c`.`t\\`t` (`k` UInt8) ENGINE = " + one.get(2));
        }
    }
}
