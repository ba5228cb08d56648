package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.ProgressListener;
import dev.belay.driver.backup.RowChecksum;
import dev.belay.driver.backup.Stage;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SnapshotTest {
    private static final String WAITING =
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND database ="
                    + " (SELECT oid FROM pg_database WHERE datname = current_database())";
    private static BackupDatabases databases;

    @BeforeAll
    static void start() throws Exception {
        databases = new BackupDatabases();
    }

    @AfterAll
    static void stop() {
        databases.close();
    }

    private static SortedMap<String, RowChecksum> sums(
            PostgresAddress address, String snapshot, List<Table> tables, int sessions)
            throws Exception {
        try (var meter = new Meter(Stage.DUMP, 0, ProgressListener.NONE)) {
            return TableChecksums.of(address, snapshot, tables, sessions, meter);
        }
    }

    private static SortedMap<String, RowChecksum> sums(PostgresAddress address) throws Exception {
        try (Snapshot snapshot = Snapshot.take(address)) {
            return sums(address, snapshot.id(), snapshot.tables(), 2);
        }
    }

    private static CompletableFuture<Void> later(PostgresAddress address, String statement) {
        return CompletableFuture.runAsync(() -> {
            try {
                BackupDatabases.run(address, statement);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void what_truncates_or_rewrites_waits_until_the_snapshot_is_closed() throws Exception {
        for (String statement :
                List.of(
                        "TRUNCATE t",
                        "ALTER TABLE t ALTER b TYPE bigint USING 0",
                        "DROP TABLE t")) {
            PostgresAddress address = databases.empty();
            BackupDatabases.run(
                    address,
                    "CREATE TABLE t AS SELECT i AS a, i AS b FROM generate_series(1,1000) i");
            CompletableFuture<Void> other;
            RowChecksum before = sums(address).getOrDefault("\"public\".\"t\"", RowChecksum.NONE);
            try (Snapshot snapshot = Snapshot.take(address)) {
                other = later(address, statement);
                BackupDatabases.await(address, WAITING, "1");
                BackupDatabases.run(address, "SET lock_timeout = '1ms'; SELECT 1");
                assertThat(other).isNotDone();
                assertThat(Ask.number(snapshot.connection(), "SELECT count(*) FROM public.t"))
                        .isEqualTo(1000);
            }
            other.get(30, TimeUnit.SECONDS);
            assertThat(before.rows()).isEqualTo(1000);
        }
    }

    @Test
    void rows_added_later_are_not_in_it() throws Exception {
        PostgresAddress address = databases.empty();
        BackupDatabases.run(address, "CREATE TABLE t AS SELECT 1 AS a");
        try (Snapshot snapshot = Snapshot.take(address)) {
            BackupDatabases.run(address, "INSERT INTO t VALUES (2); DELETE FROM t WHERE a = 1");
            assertThat(sums(address, snapshot.id(), snapshot.tables(), 1))
                    .hasEntrySatisfying("\"public\".\"t\"", sum -> assertThat(sum.rows()).isOne());
        }
    }

    @Test
    void a_table_that_somebody_holds_is_named_and_nothing_stays() throws Exception {
        PostgresAddress address = databases.empty();
        BackupDatabases.run(address, "CREATE TABLE t (a int)");
        try (Connection holder = address.connect("the holder");
                var statement = holder.createStatement()) {
            statement.execute("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
            assertThatThrownBy(() -> Snapshot.take(address, Duration.ofMillis(50), 2))
                    .isInstanceOfSatisfying(
                            PostgresFailure.class,
                            failure -> assertThat(failure.hint()).contains("the holder"));
            assertThat(sessions(address)).isEqualTo("0");
            // Goes away while we ask again.
            CompletableFuture<Snapshot> taken =
                    CompletableFuture.supplyAsync(() -> {
                        try {
                            return Snapshot.take(address, Duration.ofMillis(50), 50);
                        } catch (PostgresFailure | InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            BackupDatabases.await(address, WAITING, "1");
            statement.execute("ROLLBACK");
            try (Snapshot snapshot = taken.get(30, TimeUnit.SECONDS)) {
                assertThat(snapshot.tables()).hasSize(1);
            }
        }
        BackupDatabases.await(address, SESSIONS, "0");
    }

    private static final String SESSIONS =
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'belay/backup' AND datname"
                    + " = current_database()";

    private static String sessions(PostgresAddress address) throws Exception {
        BackupDatabases.await(address, SESSIONS, "0");
        return BackupDatabases.ask(address, SESSIONS);
    }

    @Test
    void two_at_once_are_refused_and_what_a_dead_one_left_is_ended() throws Exception {
        PostgresAddress address = databases.empty();
        try (Snapshot first = Snapshot.take(address)) {
            assertThat(first.id()).isNotEmpty();
            assertThatThrownBy(() -> Snapshot.take(address))
                    .hasMessageContaining("another backup of");
        }
        Connection orphan = address.connect("belay/backup");
        try (Snapshot second = Snapshot.take(address)) {
            assertThat(second.tables()).isEmpty();
            BackupDatabases.await(address, SESSIONS, "1");
        }
        orphan.close();
    }

    @Test
    void a_checksum_depends_on_the_rows_and_on_nothing_else() throws Exception {
        PostgresAddress address = databases.rich();
        SortedMap<String, RowChecksum> first = sums(address);
        assertThat(first).containsKeys("\"public\".\"event_2025\"", "\"public\".\"cache\"");
        assertThat(first).doesNotContainKey("\"public\".\"event\"");
        assertThat(
                        first.getOrDefault("\"Größe & Co\".\"Order \"\"1\"\"\"", RowChecksum.NONE)
                                .rows())
                .isEqualTo(500);
        assertThat(first.getOrDefault("\"public\".\"twins\"", RowChecksum.NONE).rows())
                .isEqualTo(64);
        assertThat(first.getOrDefault("\"public\".\"no_columns\"", RowChecksum.NONE).rows())
                .isEqualTo(2);
        assertThat(first.getOrDefault("\"public\".\"empty_one\"", RowChecksum.NONE))
                .isEqualTo(RowChecksum.NONE);
        // Another order of the same rows, settings of the role and of the database.
        String name = Sql.identifier(address.database());
        BackupDatabases.run(
                address,
                "CREATE TABLE p2 AS TABLE hen; TRUNCATE hen, egg; ALTER TABLE hen DROP CONSTRAINT"
                        + " hen_egg_fkey; INSERT INTO hen SELECT * FROM p2 ORDER BY id DESC; DROP"
                        + " TABLE p2; INSERT INTO egg SELECT id, id FROM hen; ALTER DATABASE "
                        + name
                        + " SET timezone TO 'Asia/Tokyo'; ALTER DATABASE "
                        + name
                        + " SET extra_float_digits TO 0; ALTER DATABASE "
                        + name
                        + " SET bytea_output TO escape; ALTER DATABASE "
                        + name
                        + " SET datestyle TO 'German'");
        assertThat(sums(address)).isEqualTo(first);
        // One of two equal rows more, and one bit.
        BackupDatabases.run(
                address,
                "INSERT INTO twins VALUES (1, 'the same'); UPDATE cache SET v ="
                        + " set_bit(v, 3, 1 - get_bit(v, 3)) WHERE k = 'k50'");
        SortedMap<String, RowChecksum> changed = sums(address);
        assertThat(
                        changed.entrySet().stream()
                                .filter(e -> !e.getValue().equals(first.get(e.getKey()))))
                .extracting(e -> e.getKey())
                .containsExactlyInAnyOrder("\"public\".\"twins\"", "\"public\".\"cache\"");
    }

    @Test
    void bytes_that_are_no_text_are_read_as_they_are() throws Exception {
        BackupDatabases.run(
                databases.server(),
                "CREATE DATABASE raw ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE"
                        + " template0");
        PostgresAddress address = databases.server().at("raw");
        BackupDatabases.run(
                address,
                "CREATE TABLE t AS SELECT convert_from('\\xff80'::bytea, 'SQL_ASCII') AS a");
        assertThat(sums(address).getOrDefault("\"public\".\"t\"", RowChecksum.NONE))
                .extracting(RowChecksum::rows, RowChecksum::bytes)
                .containsExactly(1L, 3L);
    }

    @Test
    void rows_that_a_policy_hides_are_an_error_and_no_smaller_table() throws Exception {
        PostgresAddress address = databases.empty();
        BackupDatabases.run(
                address,
                "CREATE ROLE limited LOGIN PASSWORD 'x'; CREATE TABLE t AS SELECT 1 AS a; ALTER TABLE t"
                        + " ENABLE ROW LEVEL SECURITY; GRANT SELECT ON t TO limited");
        assertThatThrownBy(() -> sums(address.as("limited", "x")))
                .hasMessageContaining("row-level security");
    }
}
