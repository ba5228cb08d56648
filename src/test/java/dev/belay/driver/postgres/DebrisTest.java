package dev.belay.driver.postgres;

import static dev.belay.driver.postgres.TestDatabases.ask;
import static dev.belay.driver.postgres.TestDatabases.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.schema.migration.MigrationSet;
import dev.belay.schema.migration.MigrationVersion;
import dev.belay.schema.script.Script;
import dev.belay.schema.script.Statement;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What statements outside of a transaction leave when they are refused or stopped on their way.
class DebrisTest {
    private static final LockPatience BRIEF =
            new LockPatience(
                    Duration.ofMillis(100), Duration.ofMillis(300), 3, Duration.ofMillis(60));

    @TempDir private static Path temp;
    private static TestDatabases databases;

    private PostgresAddress database;
    private long token;

    @BeforeAll
    static void start() throws Exception {
        databases = new TestDatabases(temp);
    }

    @AfterAll
    static void stop() {
        databases.close();
    }

    @BeforeEach
    void fresh() throws Exception {
        database = databases.fresh();
        run(database, "CREATE TABLE a (id int); CREATE INDEX i ON a (id)");
    }

    private MigrationOutcome up(String text) throws PostgresFailure {
        MigrationSet.Read read = MigrationSet.read(Map.of("1_a.sql", text));
        assertThat(read.problems()).isEmpty();
        return runner().up(read.set(), claim());
    }

    private MigrationOutcome down() throws PostgresFailure {
        return runner().down(Set.of(new MigrationVersion("1")), claim());
    }

    private MigrationRunner runner() {
        return new MigrationRunner(database, "shop", BRIEF, Duration.ofSeconds(30));
    }

    private MigrationRunner.Claim claim() {
        return new MigrationRunner.Claim(++token, "r1");
    }

    private static MigrationOutcome done() {
        return new MigrationOutcome.Done(List.of("1 a"), List.of());
    }

    /// A reader, a statement that waits for it, and somebody who ends the statement.
    private MigrationOutcome cancelled(String text) throws Exception {
        try (Connection reader = database.connect("report")) {
            reader.setAutoCommit(false);
            reader.createStatement().execute("SELECT * FROM a");
            var outcome = CompletableFuture.supplyAsync(() -> quietly(text));
            waitsFor(Duration.ZERO);
            run(
                    database,
                    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
                            + " WHERE application_name = 'belay/migrate/shop'");
            return outcome.get(60, TimeUnit.SECONDS);
        }
    }

    private MigrationOutcome quietly(String text) {
        try {
            return up(text);
        } catch (PostgresFailure e) {
            throw new IllegalStateException(e);
        }
    }

    private void waitsFor(Duration least) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        String waiting =
                "SELECT 1 FROM pg_stat_activity WHERE application_name = 'belay/migrate/shop' AND"
                        + " wait_event_type = 'Lock' AND position('CONCURRENTLY' in query) > 0 AND"
                        + " now() - query_start > interval '"
                        + least.toMillis()
                        + " ms'";
        while (ask(database, waiting).isEmpty()) {
            assertThat(System.nanoTime()).as("it waits").isLessThan(deadline);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DROP INDEX CONCURRENTLY i, i",
        "REINDEX INDEX CONCURRENTLY i, i_ccnew",
        "REINDEX TABLE CONCURRENTLY a, i_ccnew"
    })
    void what_a_cancelled_statement_leaves_is_told_and_done_the_next_time(String text, String left)
            throws Exception {
        assertThat(cancelled(text))
                .isInstanceOfSatisfying(
                        MigrationOutcome.Partial.class,
                        partial -> {
                            assertThat(partial.reason()).contains("1_a.sql, line 1: ");
                            assertThat(partial.state())
                                    .contains("line 1: begun at ")
                                    .contains("left is index `" + left + "`, which no query uses");
                        });
        assertThat(runner().status().invalidIndexes()).containsExactly(left);
        // No way back begins there.
        assertThat(down()).isInstanceOf(MigrationOutcome.Partial.class);
        run(database, "DROP INDEX IF EXISTS i_ccnew");
        assertThat(up(text)).isEqualTo(done());
    }

    @Test
    void a_statement_that_lets_others_pass_waits_for_them() throws Exception {
        try (Connection reader = database.connect("report")) {
            reader.setAutoCommit(false);
            reader.createStatement().execute("SELECT * FROM a");
            var outcome =
                    CompletableFuture.supplyAsync(() -> quietly("REINDEX TABLE CONCURRENTLY a"));
            waitsFor(BRIEF.definitions().multipliedBy(3));
            reader.rollback();
            assertThat(outcome.get(60, TimeUnit.SECONDS)).isEqualTo(done());
        }
        assertThat(runner().status().invalidIndexes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "CREATE INDEX CONCURRENTLY n ON a (id), DROP INDEX CONCURRENTLY n",
        "CREATE DATABASE of_%s, DROP DATABASE of_%s",
        "REINDEX TABLE CONCURRENTLY a, SELECT 1"
    })
    void killed_at_any_message_and_given_up_it_leaves_nothing(String up, String down)
            throws Exception {
        String name = database.database();
        MigrationSet files =
                MigrationSet.read(
                                Map.of(
                                        "1_a.up.sql", up.formatted(name),
                                        "1_a.down.sql", down.formatted(name)))
                        .set();
        List<String> before = indexesAndDatabases();
        boolean cut = true;
        for (int message = 1; cut; message++) {
            for (CutLine.When when : CutLine.When.values()) {
                try (var line = new CutLine(database, message, when)) {
                    var runner =
                            new MigrationRunner(
                                    line.address(), "shop", BRIEF, Duration.ofSeconds(30));
                    try {
                        runner.up(files, claim());
                    } catch (PostgresFailure lost) {
                        assertThat(line.isCut()).as(lost.getMessage()).isTrue();
                    }
                    cut = line.isCut();
                }
                assertThat(down())
                        .as("message %d, %s", message, when)
                        .isInstanceOf(MigrationOutcome.Done.class);
                assertThat(runner().status().applied()).isEmpty();
                assertThat(indexesAndDatabases()).isEqualTo(before);
            }
        }
    }

    private List<String> indexesAndDatabases() throws Exception {
        return ask(
                database,
                "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'a'::regclass"
                        + " UNION SELECT datname FROM pg_database ORDER BY 1");
    }

    private static final String PARTS =
            """
            CREATE SCHEMA s;
            CREATE TABLE s.p (id int) PARTITION BY LIST (id);
            CREATE TABLE s.c PARTITION OF s.p FOR VALUES IN (1);
            """;

    private Debris.Trace found(String sql) throws Exception {
        Statement statement = Script.of(sql).statements().getFirst();
        try (Connection connection = database.connect("belay/test")) {
            return new Debris(connection).find(statement);
        }
    }

    @Test
    void of_what_is_not_in_the_search_path_nobody_can_tell() throws Exception {
        run(database, PARTS);
        assertThat(found("ALTER TABLE p DETACH PARTITION c CONCURRENTLY"))
                .isEqualTo(new Debris.Trace.Unknown());
        assertThat(found("ALTER TABLE s.p DETACH PARTITION c CONCURRENTLY"))
                .isEqualTo(new Debris.Trace.Unknown());
        assertThat(found("ALTER TABLE s.p DETACH PARTITION s.c CONCURRENTLY"))
                .isEqualTo(new Debris.Trace.Nothing());
        run(database, "CREATE INDEX j ON s.c (id)");
        assertThat(found("CREATE INDEX CONCURRENTLY j ON c (id)"))
                .isEqualTo(new Debris.Trace.Unknown());
        assertThat(found("CREATE INDEX CONCURRENTLY j ON s.c (id)"))
                .isEqualTo(new Debris.Trace.Done());
        assertThat(found("CREATE INDEX CONCURRENTLY k ON c (id)"))
                .isEqualTo(new Debris.Trace.Nothing());
    }

    @ParameterizedTest
    @CsvSource({
        "ALTER TABLE s.p DETACH PARTITION s.typo CONCURRENTLY, does not exist",
        "ALTER TABLE s.p DETACH PARTITION a CONCURRENTLY, is not a partition",
        "CREATE INDEX CONCURRENTLY k ON typo (id), does not exist",
        "CREATE INDEX CONCURRENTLY i ON s.c (typo), does not exist",
        "DROP INDEX CONCURRENTLY typo, does not exist"
    })
    void a_slip_of_the_pen_leaves_nothing(String text, String said) throws Exception {
        run(database, PARTS);
        assertThat(up(text))
                .isInstanceOfSatisfying(
                        MigrationOutcome.Failed.class,
                        failed -> assertThat(failed.reason()).contains("line 1").contains(said));
        assertThat(runner().status().applied()).isEmpty();
    }

    @Test
    void an_index_that_was_of_no_use_before_is_no_trace_of_what_was_refused() throws Exception {
        run(database, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass");
        run(
                database,
                "CREATE ROLE weak_%1$s; GRANT CREATE ON SCHEMA public TO weak_%1$s"
                        .formatted(database.database()));
        assertThat(up("SET ROLE weak_" + database.database() + ";\nDROP INDEX CONCURRENTLY i;"))
                .isInstanceOfSatisfying(
                        MigrationOutcome.Partial.class,
                        partial ->
                                assertThat(partial.state())
                                        .isEqualTo(
                                                "migration 1 a: line 1: done; line 2: not done"));
    }
}
