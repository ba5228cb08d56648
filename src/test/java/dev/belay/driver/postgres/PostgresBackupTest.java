package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.Progress;
import dev.belay.driver.backup.ProgressListener;
import dev.belay.driver.backup.Seal;
import dev.belay.driver.backup.Stage;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class PostgresBackupTest {
    private static BackupDatabases databases;

    @TempDir private Path folder;
    private Path scratch;
    private BackupStore store;

    @BeforeAll
    static void start() throws Exception {
        databases = new BackupDatabases();
    }

    @AfterAll
    static void stop() {
        databases.close();
    }

    @BeforeEach
    void places() throws Exception {
        scratch = Files.createDirectories(databases.folder().resolve("scratch"));
        store = BackupStore.at(folder.resolve("backups"));
    }

    @AfterEach
    void nothing_is_left() throws Exception {
        assertThat(scratch)
                .isDirectoryNotContaining(
                        one -> !one.getFileName().toString().startsWith("empty-"));
        try (var all = Files.list(store.root())) {
            assertThat(all.map(Path::toString)).noneMatch(name -> name.endsWith(".partial"));
        }
        BackupDatabases.await(
                databases.server(),
                "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'belay/%' AND"
                        + " application_name <> 'belay/test'",
                "0");
    }

    private Workshop workshop() {
        return new Workshop(scratch, 2, ProgressListener.NONE);
    }

    private BackupOutcome backUp(PostgresAddress address) throws Exception {
        return new PostgresBackup(address, store, BackupKeys.UNENCRYPTED, workshop()).make();
    }

    private StoredBackup good(PostgresAddress address) throws Exception {
        return ((BackupOutcome.Verified) backUp(address)).backup();
    }

    @Test
    void a_database_with_one_of_everything_comes_back_equal() throws Exception {
        PostgresAddress address = databases.rich();
        String name = Sql.identifier(address.database());
        BackupDatabases.run(
                address,
                "ALTER DATABASE "
                        + name
                        + " SET search_path TO \"Größe & Co\", public; ALTER ROLE reader"
                        + " IN DATABASE "
                        + name
                        + " SET app.tenant TO '2'; GRANT CREATE ON DATABASE "
                        + name
                        + " TO reader; COMMENT ON DATABASE "
                        + name
                        + " IS 'it''s ours'");
        List<Progress> heard = new CopyOnWriteArrayList<>();
        var outcome =
                new PostgresBackup(
                                address,
                                store,
                                BackupKeys.UNENCRYPTED,
                                new Workshop(scratch, 2, heard::add))
                        .make();
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        BackupOutcome.Verified.class,
                        verified -> {
                            var manifest = verified.backup().manifest();
                            assertThat(manifest.total().rows()).isGreaterThanOrEqualTo(4000);
                            assertThat(manifest.databaseBytes()).isGreaterThan(1_000_000);
                            assertThat(verified.verification().tables())
                                    .isEqualTo(manifest.tables().size());
                            assertThat(verified.backup().verified()).isPresent();
                        });
        assertThat(heard)
                .extracting(Progress::stage)
                .contains(Stage.SNAPSHOT, Stage.DUMP, Stage.FILES, Stage.RESTORE, Stage.COMPARE);
        StoredBackup backup = store.list().getFirst();
        assertThat(backup.verified()).isPresent();
        PostgresFacts facts = PostgresVerification.facts(backup.manifest());
        assertThat(facts.largeObjects().bytes()).isGreaterThan(3_000_000);
        assertThat(facts.roles()).extracting(PostgresFacts.Role::name).contains("owner", "reader");
        assertThat(facts.unfilled()).containsExactly("public.unfilled");
        assertThat(facts.settings()).hasSize(2);
        assertThat(backup.manifest().previous()).isEmpty();
    }

    @Test
    void what_lies_in_another_tablespace_is_restored_in_one_of_its_name() throws Exception {
        PostgresAddress address = databases.empty();
        try (Connection connection = databases.server().connect("belay/test");
                var statement = connection.createStatement()) {
            statement.execute("SET allow_in_place_tablespaces = on");
            statement.execute("CREATE TABLESPACE \"far 'away\" LOCATION ''");
            statement.execute("CREATE TABLESPACE unused LOCATION ''");
        }
        BackupDatabases.run(
                address,
                "CREATE TABLE far (id int) TABLESPACE \"far 'away\";"
                        + " INSERT INTO far SELECT generate_series(1, 10);"
                        + " CREATE TABLE near (id int);"
                        + " CREATE INDEX near_id ON near (id) TABLESPACE \"far 'away\"");
        StoredBackup backup = good(address);
        assertThat(backup.manifest().total().rows()).isEqualTo(10);
        assertThat(backup.manifest().facts().path("tablespaces").toString())
                .isEqualTo(
                        "[{\"name\":\"far 'away\",\"used\":true},{\"name\":\"unused\",\"used\":false}]");
    }

    @Test
    void what_wants_a_table_for_itself_gets_it_and_the_backup_begins_anew() throws Exception {
        PostgresAddress address = databases.empty();
        BackupDatabases.run(address, "CREATE TABLE t AS SELECT i FROM generate_series(1, 1000) i");
        var alter = new Alter(address, "ALTER TABLE t ADD COLUMN later int", () -> {});
        var outcome =
                new PostgresBackup(
                                address,
                                store,
                                BackupKeys.UNENCRYPTED,
                                new Workshop(scratch, 2, alter))
                        .make();
        alter.done.get(60, TimeUnit.SECONDS);
        assertThat(outcome).isInstanceOf(BackupOutcome.Verified.class);
        assertThat(store.list()).hasSize(1);
        var text = new ByteArrayOutputStream();
        var manifest = store.list().getFirst().manifest();
        try (var meter = new Meter(Stage.FILES, 0, ProgressListener.NONE)) {
            new Seal(BackupKeys.UNENCRYPTED)
                    .read(
                            store.list().getFirst().folder(),
                            Objects.requireNonNull(manifest.byName().get("schema.sql.zst")),
                            text,
                            meter);
        }
        assertThat(text.toString(StandardCharsets.UTF_8)).contains("later integer");
    }

    @Test
    void a_pg_dump_that_is_killed_is_a_failure_that_says_so() throws Exception {
        PostgresAddress address = databases.empty();
        BackupDatabases.run(address, "CREATE TABLE t AS SELECT i FROM generate_series(1, 1000) i");
        var alter = new Alter(address, "ALTER TABLE t ADD COLUMN later int", () -> dumps(true));
        var workshop = new Workshop(scratch, 2, alter);
        assertThatThrownBy(() ->
                        new PostgresBackup(address, store, BackupKeys.UNENCRYPTED, workshop).make())
                .isInstanceOf(PostgresFailure.class)
                .hasMessageContaining("`pg_dump` was killed (signal 9)");
        alter.done.get(60, TimeUnit.SECONDS);
        assertThat(store.list()).isEmpty();
    }

    @Test
    void an_interrupt_ends_it_and_leaves_nothing() throws Exception {
        PostgresAddress address = databases.empty();
        BackupDatabases.run(address, "CREATE TABLE t AS SELECT i FROM generate_series(1, 1000) i");
        Thread making = Thread.currentThread();
        var alter =
                new Alter(
                        address,
                        "DROP TABLE t",
                        () -> {
                            dumps(false);
                            making.interrupt();
                        });
        var workshop = new Workshop(scratch, 2, alter);
        assertThatThrownBy(() ->
                        new PostgresBackup(address, store, BackupKeys.UNENCRYPTED, workshop).make())
                .isInstanceOf(InterruptedException.class);
        alter.done.get(60, TimeUnit.SECONDS);
        assertThat(store.list()).isEmpty();
    }

    /// Waits until a `pg_dump` of ours runs.
    private static void dumps(boolean kill) {
        while (true) {
            var found =
                    ProcessHandle.current()
                            .descendants()
                            .filter(one -> one.info().command().orElse("").endsWith("/pg_dump"))
                            .toList();
            if (!found.isEmpty()) {
                if (kill) {
                    found.forEach(ProcessHandle::destroyForcibly);
                }
                return;
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    /// At the beginning of the first dump, before `pg_dump` is started, somebody asks for the table
    /// for himself: what the dump then wants waits behind him.
    private static final class Alter implements ProgressListener {
        private final PostgresAddress address;
        private final String statement;
        private final Runnable then;
        private final AtomicBoolean begun = new AtomicBoolean();
        private volatile CompletableFuture<Void> done = new CompletableFuture<>();

        Alter(PostgresAddress address, String statement, Runnable then) {
            this.address = address;
            this.statement = statement;
            this.then = then;
        }

        @Override
        public void at(Progress progress) {
            if (progress.stage() == Stage.DUMP && begun.compareAndSet(false, true)) {
                done =
                        CompletableFuture.runAsync(() -> {
                            try {
                                BackupDatabases.run(address, statement);
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        });
                try {
                    BackupDatabases.await(
                            address, "SELECT count(*) FROM pg_locks WHERE NOT granted", "1");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                Thread.ofPlatform().start(then);
            }
        }
    }

    @Test
    void whoever_is_not_let_in_and_what_is_not_there_is_named() throws Exception {
        PostgresAddress address = databases.empty();
        assertThatThrownBy(() -> backUp(address.at("nowhere")))
                .isInstanceOf(PostgresFailure.class)
                .hasMessageContaining("\"nowhere\" does not exist");
        assertThatThrownBy(() -> backUp(address.as("belay", "wrong")))
                .isInstanceOf(PostgresFailure.class)
                .hasMessageContaining("password authentication failed");
        BackupDatabases.run(
                address,
                "CREATE TABLE t AS SELECT 1 AS a; ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE"
                        + " ROLE half LOGIN PASSWORD 'x' IN ROLE pg_read_all_data");
        assertThat(backUp(address.as("half", "x")))
                .isInstanceOfSatisfying(
                        BackupOutcome.Refused.class,
                        refused -> assertThat(refused.hint()).contains("BYPASSRLS"));
    }

    @Test
    void an_index_that_is_not_valid_is_named_before_anything_is_written() throws Exception {
        PostgresAddress address = databases.empty();
        BackupDatabases.run(address, "CREATE TABLE t AS SELECT 1 AS a FROM generate_series(1, 2)");
        assertThatThrownBy(() ->
                        BackupDatabases.run(
                                address, "CREATE UNIQUE INDEX CONCURRENTLY broken ON t (a)"))
                .hasMessageContaining("could not create unique index");
        assertThat(backUp(address))
                .isInstanceOfSatisfying(
                        BackupOutcome.Refused.class,
                        refused -> assertThat(refused.reason()).contains("public.broken"));
    }

    @Test
    void a_full_disk_fails_the_backup_and_leaves_nothing() throws Exception {
        Path small = Files.createDirectory(folder.resolve("small"));
        assumeTrue(
                mount("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small.toString()),
                "only root can mount a small disk");
        try {
            BackupStore full = BackupStore.at(small);
            PostgresAddress address = databases.empty();
            BackupDatabases.run(
                    address,
                    "CREATE TABLE t AS SELECT gen_random_uuid() FROM generate_series(1, 100000)");
            var backup = new PostgresBackup(address, full, BackupKeys.UNENCRYPTED, workshop());
            assertThatThrownBy(backup::make)
                    .isInstanceOfSatisfying(
                            PostgresFailure.class,
                            failure -> {
                                assertThat(failure).hasMessageContaining("No space left");
                                assertThat(failure.hint()).contains("make room");
                            });
            assertThat(small).isEmptyDirectory();
        } finally {
            mount("umount", small.toString());
        }
    }

    private static boolean mount(String... command) throws Exception {
        return new ProcessBuilder(command).start().waitFor() == 0;
    }

    @Test
    void a_thousand_tables_are_backed_up_one_after_the_other() throws Exception {
        PostgresAddress address = databases.empty();
        BackupDatabases.run(
                address,
                "DO $$ BEGIN FOR i IN 1..1100 LOOP EXECUTE format('CREATE TABLE t%s AS SELECT %s AS"
                        + " a', i, i); IF i %% 200 = 0 THEN COMMIT; END IF; END LOOP; END $$"
                                .replace("%%", "%"));
        assertThat(good(address).manifest().tables()).hasSize(1100);
        assertThat(good(address).manifest().previous())
                .isEqualTo(store.list().getLast().manifestHash());
    }
}
