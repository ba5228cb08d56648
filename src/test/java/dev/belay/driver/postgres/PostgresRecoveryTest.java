package dev.belay.driver.postgres;

import static dev.belay.driver.postgres.BackupDatabases.ask;
import static dev.belay.driver.postgres.BackupDatabases.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.archive.ArchiveTool;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.driver.backup.PastInstant;
import dev.belay.driver.backup.ProgressListener;
import dev.belay.driver.backup.Restorer;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import dev.belay.driver.configuration.Secret;
import dev.belay.release.BackupPolicy;
import dev.belay.release.Boundary;
import dev.belay.release.Dependency;
import dev.belay.release.WalArchive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A database as it was at an instant, out of a real archive. Ordered, since the archive grows.
@Timeout(240)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PostgresRecoveryTest {
    private static final Duration SHORT = Duration.ofSeconds(2);

    @TempDir private static Path temp;
    private static ArchivedDatabases databases;
    private static DatastoreBackups backups;
    private static BackupPolicy policy;
    private static PostgresAddress shop;
    private static Instant before;

    /// Between the first rows and those that were wrong.
    private static Instant good;

    @BeforeAll
    static void an_archived_server() throws Exception {
        databases = new ArchivedDatabases(temp);
        before = databases.now().minusSeconds(3_600);
        run(databases.server(), "CREATE DATABASE shop");
        run(databases.server(), "CREATE TABLESPACE elsewhere LOCATION '" + databases.space() + "'");
        run(databases.server(), "CREATE TABLE far (id int) TABLESPACE elsewhere");
        run(databases.server(), "INSERT INTO far VALUES (7)");
        shop = databases.server().at("shop");
        run(
                shop,
                """
                CREATE TABLE orders (id int PRIMARY KEY, price int);
                INSERT INTO orders SELECT i, i FROM generate_series(1, 100) i;
                """);
        good = databases.now();
        run(shop, "UPDATE orders SET price = 0; INSERT INTO orders VALUES (101, 1)");
        var datastore = new Dependency("db", Dependency.Engine.POSTGRES, "${DATABASE_URL}", false);
        policy = new BackupPolicy(datastore, "", Duration.ofDays(30), List.of());
        backups =
                new DatastoreBackups(
                        new DatastoreBackups.Places(
                                temp.resolve("backups"), temp.resolve("seen"), scratch(), 2),
                        Map.of(Dependency.Engine.POSTGRES, new PostgresKind()),
                        (_, name) ->
                                name.equals("DATABASE_URL")
                                        ? Optional.of(new Secret(url()))
                                        : Optional.empty(),
                        InstantSource.system());
    }

    @AfterAll
    static void stop() {
        databases.close();
    }

    private static Path scratch() {
        return temp.resolve("scratch");
    }

    private static String url() {
        return "postgres://%s:%s@%s:%d/%s"
                .formatted(shop.user(), shop.password(), shop.host(), shop.port(), shop.database());
    }

    private static BackupOutcome recover(Instant instant, List<String> heard) throws Exception {
        return backups.recover(
                "local", policy, new PastInstant(databases.archive(), instant), heard::add);
    }

    private static StoredBackup recovered(Instant instant) throws Exception {
        return verified(recover(instant, new ArrayList<>()));
    }

    private static StoredBackup verified(BackupOutcome outcome) {
        assertThat(outcome).isInstanceOf(BackupOutcome.Verified.class);
        return ((BackupOutcome.Verified) outcome).backup();
    }

    /// Without a backup of it.
    private static void at(Instant instant, PostgresAddress address, WalArchive archive)
            throws Exception {
        var workshop = new Workshop(scratch(), 2, ProgressListener.NONE);
        new PostgresRecovery(address, new PastInstant(archive, instant), workshop, SHORT)
                .recover()
                .close();
    }

    private static void nothingIsLeft() throws IOException {
        try (var all = Files.list(scratch())) {
            assertThat(all.filter(one -> one.getFileName().toString().startsWith("past-")))
                    .isEmpty();
        }
    }

    @Test
    @Order(1)
    void an_instant_becomes_a_verified_backup_with_the_rows_of_then_and_no_others()
            throws Exception {
        var heard = new ArrayList<String>();
        StoredBackup made = verified(recover(good, heard));
        assertThat(made.verified()).isPresent();
        assertThat(made.manifest().instant()).isEqualTo(good);
        assertThat(made.manifest().recoveredBy()).isEqualTo("pgbackrest main");
        assertThat(made.manifest().server()).startsWith(shop.host() + ":" + shop.port() + ", ");
        assertThat(made.manifest().total().rows()).isEqualTo(100);
        assertThat(PostgresVerification.facts(made.manifest()).roles())
                .extracting(PostgresFacts.Role::name)
                .containsExactly(shop.user());
        assertThat(heard).anyMatch(line -> line.startsWith("base"));
        assertThat(heard).anyMatch(line -> line.startsWith("replay"));
        nothingIsLeft();

        // It is one of the datastore that lives, and it is not made twice.
        assertThat(backups.ours("local", policy))
                .extracting(StoredBackup::name)
                .containsExactly(made.name());
        assertThat(recovered(good).name()).isEqualTo(made.name());

        try (var held = backups.hold("local", policy, made)) {
            Restorer restorer =
                    backups.restorer(held, policy.datastore(), "local", backups.shop(_ -> {}));
            assertThat(restorer.restore(made, "look"))
                    .isInstanceOf(Restorer.Outcome.Restored.class);
        }
        assertThat(ask(shop.at("look"), "SELECT count(*) || ' ' || sum(price) FROM orders"))
                .isEqualTo("100 5050");
        assertThat(ask(shop, "SELECT count(*) || ' ' || sum(price) FROM orders"))
                .isEqualTo("101 1");
        assertThat(ask(shop, "SELECT count(*)::text FROM pg_roles WHERE rolname ~ '^belay_'"))
                .isEqualTo("0");
    }

    @Test
    @Order(3)
    void what_the_archive_does_not_hold_is_refused_with_what_it_covers() {
        assertThatThrownBy(() -> at(before, shop, databases.archive()))
                .isInstanceOf(DataFailure.class)
                .hasMessageContaining("does not hold " + before)
                .hasMessageContaining("it covers 20");
        assertThatThrownBy(() -> at(Instant.now().plusSeconds(60), shop, databases.archive()))
                .hasMessageContaining("is not yet");
    }

    @Test
    @Order(2)
    void a_boundary_without_this_machine_keeps_the_server_from_being_unpacked_here()
            throws Exception {
        var inside = new Boundary(List.of("scratch.internal"), false);
        var bounded =
                new BackupPolicy(
                        policy.datastore(), "", Duration.ofDays(30), List.of(), "", inside);
        var past = new PastInstant(databases.archive(), good.plusNanos(1_000));
        assertThatThrownBy(() -> backups.recover("local", bounded, past, _ -> {}))
                .hasMessageContaining("would be brought back on this machine");
        nothingIsLeft();
    }

    @Test
    @Order(4)
    void an_archive_that_cannot_be_read_says_why() throws Exception {
        Path config = databases.config();
        var stanza = new WalArchive(WalArchive.Tool.PGBACKREST, "mian", config.toString());
        assertThatThrownBy(() -> at(good, shop, stanza))
                .hasMessageContaining("`pgbackrest mian` cannot be read: missing stanza path");
        var nowhere = new WalArchive(WalArchive.Tool.PGBACKREST, "main", config + ".none");
        assertThatThrownBy(() -> at(good, shop, nowhere)).hasMessageContaining("unable to open");
        Path wrong = temp.resolve("wrong.conf");
        Files.writeString(wrong, Files.readString(config).replace("s3cret", "secret"));
        var key = new WalArchive(WalArchive.Tool.PGBACKREST, "main", wrong.toString());
        assertThatThrownBy(() -> at(good, shop, key))
                .isInstanceOfSatisfying(
                        DataFailure.class,
                        failure -> {
                            assertThat(failure.hint()).as(failure.reason()).contains("cipher-pass");
                            assertThat(failure.reason()).doesNotContain("secret-of");
                        });
    }

    @Test
    @Order(5)
    void an_archive_of_another_cluster_is_refused() throws Exception {
        Path own = Files.createDirectory(temp.resolve("other"));
        try (var others = new TestDatabases(own)) {
            PostgresAddress other = others.fresh();
            assertThatThrownBy(() -> at(good, other, databases.archive()))
                    .hasMessageContaining("is of another cluster");
        }
    }

    @Test
    @Order(6)
    void who_may_not_end_a_segment_is_told_what_the_role_needs() throws Exception {
        run(shop, "CREATE ROLE app LOGIN PASSWORD 'app'; INSERT INTO orders VALUES (200, 1)");
        Instant young = databases.now();
        assertThatThrownBy(() -> at(young, shop.as("app", "app"), databases.archive()))
                .hasMessageContaining("`app` may not have the server end its segment")
                .isInstanceOfSatisfying(
                        DataFailure.class,
                        failure ->
                                assertThat(failure.hint()).contains("pg_switch_wal() TO \"app\""));
    }

    @Test
    @Order(7)
    void past_a_segment_that_is_missing_nothing_can_be_had() throws Exception {
        databases.archiveNow();
        Instant until = databases.now();
        run(shop, "INSERT INTO orders VALUES (300, 1)");
        databases.archiveNow();
        run(shop, "INSERT INTO orders VALUES (301, 1)");
        databases.archiveNow();
        Instant after = databases.now();
        run(shop, "INSERT INTO orders VALUES (302, 1)");
        databases.archiveNow();
        var tool = ArchiveTool.of(databases.archive());
        assertThat(tool.look().gap()).isEmpty();
        Path lost = segment(until);
        Path aside = temp.resolve(lost.getFileName());
        Files.move(lost, aside);
        try {
            String name = lost.getFileName().toString().substring(0, 24);
            assertThat(tool.look().gap()).contains(name);
            assertThatThrownBy(() -> at(after, shop, databases.archive()))
                    .hasMessageContaining("`" + name + "` of the log is missing");
        } finally {
            Files.move(aside, lost);
        }
    }

    /// The first that came after the instant's second.
    private static Path segment(Instant instant) throws IOException {
        try (var all = Files.walk(databases.repository())) {
            return all.filter(one -> one.getFileName().toString().matches("[0-9A-F]{24}-.*"))
                    .filter(one -> !modified(one).isBefore(instant))
                    .min(Comparator.naturalOrder())
                    .orElseThrow();
        }
    }

    private static Instant modified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @Order(8)
    void what_a_killed_process_left_is_ended_and_removed() throws Exception {
        Path left = RecoveryFolder.make(scratch());
        Path rows = Files.writeString(left.resolve("data/rows"), "plain");
        Process working = new ProcessBuilder("tail", "-f", rows.toString()).start();
        backups.sweep();
        assertThat(working.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(left).doesNotExist();
    }

    @Test
    @Order(9)
    void when_the_server_is_gone_its_last_transaction_can_still_be_had() throws Exception {
        run(shop, "TRUNCATE orders; INSERT INTO orders VALUES (1, 1), (2, 2)");
        Instant last = databases.now();
        databases.archiveNow();
        databases.close();
        var told = new ArrayList<String>();
        assertThatThrownBy(() -> at(last, shop, databases.archive()))
                .hasMessageContaining("ends before " + last)
                .isInstanceOfSatisfying(DataFailure.class, one -> told.add(one.hint()));
        String instant = told.getFirst().replaceFirst(".*--at ([^`]*)`.*", "$1");
        StoredBackup made = recovered(Instant.parse(instant));
        assertThat(made.manifest().total().rows()).isEqualTo(2);
        nothingIsLeft();
    }
}
