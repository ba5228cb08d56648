package dev.belay.driver.postgres;

import static dev.belay.driver.postgres.TestDatabases.ask;
import static dev.belay.driver.postgres.TestDatabases.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.schema.migration.MigrationSet;
import dev.belay.schema.migration.MigrationVersion;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MigrationRunnerTest {
    private static final LockPatience BRIEF =
            new LockPatience(
                    Duration.ofMillis(30), Duration.ofMillis(300), 3, Duration.ofMillis(60));
    private static final Set<MigrationVersion> BOTH =
            Set.of(new MigrationVersion("1"), new MigrationVersion("2"));

    /// Everything but the ledger, as names that people know.
    private static final String SCHEMA =
            """
            SELECT c.relkind::text || ' ' || c.oid::regclass || coalesce(' ' || (
                SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
                FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped), '')
              || coalesce(' ' || (SELECT indisvalid::text FROM pg_index WHERE indexrelid = c.oid), '')
            FROM pg_class c WHERE relnamespace = 'public'::regnamespace ORDER BY 1\
            """;

    @TempDir private static Path temp;
    private static TestDatabases databases;

    private PostgresAddress database;
    private long token;

    @BeforeAll
    static void start() throws Exception {
        databases = new TestDatabases(temp, "max_connections=60");
    }

    @AfterAll
    static void stop() {
        databases.close();
    }

    @BeforeEach
    void fresh() throws Exception {
        database = databases.fresh();
    }

    private MigrationRunner runner(PostgresAddress address) {
        return new MigrationRunner(address, "shop", BRIEF, Duration.ofSeconds(20));
    }

    private static MigrationSet set(String... filesAndTexts) {
        var files = new TreeMap<String, String>();
        for (int i = 0; i < filesAndTexts.length; i += 2) {
            files.put(filesAndTexts[i], filesAndTexts[i + 1]);
        }
        MigrationSet.Read read = MigrationSet.read(files);
        assertThat(read.problems()).isEmpty();
        return read.set();
    }

    private MigrationOutcome up(String... filesAndTexts) throws Exception {
        return runner(database).up(set(filesAndTexts), ++token);
    }

    private List<String> schema() throws Exception {
        return ask(database, SCHEMA);
    }

    private static MigrationOutcome done(String... moved) {
        return new MigrationOutcome.Done(List.of(moved), List.of());
    }

    @Test
    void what_is_pending_is_applied_in_order_and_taken_back_in_reverse() throws Exception {
        String[] both = {
            "2_b.up.sql", "ALTER TABLE a ADD b text", "2_b.down.sql", "ALTER TABLE a DROP b",
            "1_a.up.sql", "CREATE TABLE a (id int)", "1_a.down.sql", "DROP TABLE a"
        };
        assertThat(up(both)).isEqualTo(done("1 a", "2 b"));
        assertThat(up(both)).isEqualTo(done());
        assertThat(schema()).containsExactly("r a id integer, b text");
        // The release that goes back does not know the second file, nor how to take it back.
        var second = Set.of(new MigrationVersion("2"));
        assertThat(runner(database).down(second, ++token)).isEqualTo(done("2 b"));
        assertThat(schema()).containsExactly("r a id integer");
        assertThat(up(both)).isEqualTo(done("2 b"));
        assertThat(runner(database).down(Set.of(new MigrationVersion("1")), ++token).toString())
                .contains("migration 2 b was applied after 1 a");
        assertThat(runner(database).down(BOTH, ++token)).isEqualTo(done("2 b", "1 a"));
        assertThat(runner(database).down(BOTH, ++token)).isEqualTo(done());
        assertThat(schema()).isEmpty();
        assertThat(runner(database).status().applied()).isEmpty();
        assertThat(
                        ask(
                                database,
                                "SELECT version || direction FROM belay_ledger.history ORDER BY id"))
                .containsExactly("1up", "2up", "2down", "2up", "2down", "1down");
    }

    @Test
    void a_file_that_fails_leaves_nothing_and_says_its_line() throws Exception {
        MigrationOutcome outcome =
                up(
                        "1_a.sql", "CREATE TABLE a (id int)",
                        "2_b.sql", "CREATE TABLE b (id int);\n\nINSERT INTO b VALUES ('x');",
                        "3_c.sql", "CREATE TABLE c (id int)");
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        MigrationOutcome.Failed.class,
                        failed -> {
                            assertThat(failed.reason())
                                    .startsWith("2_b.sql, line 3: ")
                                    .contains("invalid input syntax for type integer");
                            assertThat(failed.moved()).containsExactly("1 a");
                        });
        assertThat(schema()).containsExactly("r a id integer");
        assertThat(runner(database).status().applied()).hasSize(1);
    }

    @Test
    void a_constraint_that_speaks_up_at_the_end_fails_the_file() throws Exception {
        MigrationOutcome outcome =
                up(
                        "1_a.sql",
                        """
                        CREATE TABLE a (id int PRIMARY KEY,
                          next int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
                        INSERT INTO a VALUES (1, 2);
                        """);
        assertThat(outcome).isInstanceOf(MigrationOutcome.Failed.class);
        assertThat(outcome.toString()).contains("foreign key");
        assertThat(schema()).isEmpty();
    }

    @Test
    void what_postgresql_reads_as_one_statement_is_sent_as_one() throws Exception {
        MigrationOutcome outcome =
                up(
                        "1_a.sql",
                        """
                        CREATE TABLE a (id int, j jsonb);
                        INSERT INTO a VALUES (1, '{"x": 1}'), (2, '{"y?": "{oj ?}"}');
                        CREATE FUNCTION f() RETURNS bigint LANGUAGE sql
                        BEGIN ATOMIC SELECT 1; SELECT count(*) FROM a WHERE j ? 'x'; END;
                        CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN NEW.id := 3; RETURN NEW; END $$;
                        DO $do$ BEGIN EXECUTE 'CREATE TABLE b (id int);'; END $do$;
                        CREATE TABLE c AS SELECT current_setting('application_name') AS name;
                        """);
        assertThat(outcome).isEqualTo(done("1 a"));
        assertThat(ask(database, "SELECT f()")).containsExactly("1");
        assertThat(schema()).contains("r b id integer");
        assertThat(ask(database, "SELECT name FROM c")).containsExactly("belay/migrate/shop");
    }

    @Test
    void an_index_that_cannot_be_built_leaves_none() throws Exception {
        MigrationOutcome outcome =
                up(
                        "1_a.sql", "CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1)",
                        "2_i.sql", "CREATE UNIQUE INDEX CONCURRENTLY i ON a (id)");
        assertThat(outcome).isInstanceOf(MigrationOutcome.Failed.class);
        assertThat(outcome.toString()).contains("2_i.sql, line 1").contains("duplicated");
        assertThat(schema()).containsExactly("r a id integer");
        run(database, "DELETE FROM a");
        assertThat(
                        up(
                                "1_a.sql", "CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1)",
                                "2_i.sql", "CREATE UNIQUE INDEX CONCURRENTLY i ON a (id)"))
                .isEqualTo(done("2 i"));
    }

    @Test
    void what_is_half_there_is_said_to_the_statement_and_can_be_mended() throws Exception {
        String good =
                """
                CREATE TABLE a (id int);
                INSERT INTO a VALUES (1), (1);
                CREATE INDEX CONCURRENTLY i ON a (id);
                """;
        MigrationOutcome outcome = up("1_a.sql", good + "CREATE TABLE a (id int);\n");
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        MigrationOutcome.Partial.class,
                        partial -> {
                            assertThat(partial.reason()).contains("line 4").contains("exists");
                            assertThat(partial.state())
                                    .isEqualTo(
                                            "migration 1 a: line 1: done; line 3: done; line 4: not"
                                                    + " done");
                        });
        // No way back begins in the middle.
        assertThat(runner(database).down(BOTH, ++token))
                .isInstanceOf(MigrationOutcome.Partial.class);
        // What is done may not change; what is not may.
        assertThat(up("1_a.sql", good.replace("(1), (1)", "(2)") + "SELECT 1"))
                .isInstanceOf(MigrationOutcome.Partial.class);
        assertThat(up("1_a.sql", "-- mended\n" + good + "CREATE TABLE b (id int);\n"))
                .isEqualTo(done("1 a"));
        assertThat(ask(database, "SELECT count(*) FROM a")).containsExactly("2");
    }

    @Test
    void an_unusable_index_does_not_pass_for_one() throws Exception {
        run(database, "CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1)");
        assertThatThrownBy(() -> run(database, "CREATE UNIQUE INDEX CONCURRENTLY i ON a (id)"))
                .hasMessageContaining("duplicated");
        assertThat(schema()).contains("i i id integer false");
        assertThat(runner(database).status().invalidIndexes()).containsExactly("i");
        run(database, "DELETE FROM a");
        assertThat(up("1_i.sql", "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON a (id)"))
                .isEqualTo(done("1 i"));
        assertThat(schema()).contains("i i id integer true");
    }

    @Test
    void files_that_do_not_fit_what_is_applied_are_refused() throws Exception {
        up("1_a.sql", "CREATE TABLE a (id int)", "3_c.sql", "CREATE TABLE c (id int)");
        assertThat(
                        refusal(
                                "1_a.sql",
                                "CREATE TABLE a (id bigint)",
                                "3_c.sql",
                                "CREATE TABLE c (id int)"))
                .contains("`1_a.sql` is applied, and was changed since");
        assertThat(refusal("3_c.sql", "CREATE TABLE c (id int)"))
                .contains("migration 1 a is applied, and its file is gone");
        assertThat(
                        refusal(
                                "1_a.sql", "CREATE TABLE a (id int)",
                                "2_b.sql", "CREATE TABLE b (id int)",
                                "3_c.sql", "CREATE TABLE c (id int)"))
                .contains("`2_b.sql` was to come before");
        // Comments, blanks and line ends are nobody's change; an older release knows less.
        assertThat(up("1_a.sql", "-- (c)\r\ncreate table A (\r\n id INT )")).isEqualTo(done());
        assertThat(schema()).hasSize(2);
    }

    private String refusal(String... filesAndTexts) throws Exception {
        MigrationOutcome outcome = up(filesAndTexts);
        assertThat(outcome).isInstanceOf(MigrationOutcome.Refused.class);
        return outcome.toString();
    }

    @Test
    void without_a_way_back_nothing_is_taken_back() throws Exception {
        up(
                "1_a.sql",
                        "-- belay: irreversible because it is the beginning\nCREATE TABLE a (id int)",
                "2_b.sql", "ALTER TABLE a ADD b int\n;\n-- belay: down\nALTER TABLE a DROP b");
        assertThat(runner(database).down(BOTH, ++token).toString())
                .contains("migration 1 a has no way back: it is the beginning");
        assertThat(schema()).containsExactly("r a id integer, b integer");
        assertThat(runner(database).down(Set.of(new MigrationVersion("2")), ++token))
                .isEqualTo(done("2 b"));
    }

    @Test
    void a_smaller_token_changes_nothing() throws Exception {
        assertThat(runner(database).seal(7)).isPresent();
        MigrationSet files = set("1_a.sql", "CREATE TABLE a (id int)");
        for (long old : List.of(1L, 7L)) {
            assertThat(runner(database).up(files, old)).isEqualTo(new MigrationOutcome.Stale(7));
        }
        assertThat(schema()).isEmpty();
        assertThat(runner(database).up(files, 8)).isEqualTo(done("1 a"));
    }

    @Test
    void two_at_once_apply_it_once() throws Exception {
        MigrationSet files =
                set(
                        "1_a.sql", "CREATE TABLE a (id int)",
                        "2_i.sql", "CREATE INDEX CONCURRENTLY i ON a (id)",
                        "3_b.sql", "CREATE TABLE b (id int)");
        var first = CompletableFuture.supplyAsync(() -> quietly(files, 1));
        var second = CompletableFuture.supplyAsync(() -> quietly(files, 2));
        List<MigrationOutcome> both =
                List.of(first.get(30, TimeUnit.SECONDS), second.get(30, TimeUnit.SECONDS));
        assertThat(both).contains(done("1 a", "2 i", "3 b"));
        assertThat(both).containsAnyOf(done(), new MigrationOutcome.Stale(2));
    }

    private MigrationOutcome quietly(MigrationSet files, long with) {
        try {
            return runner(database).up(files, with);
        } catch (PostgresFailure e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void who_stands_in_the_way_is_named_and_left_alone() throws Exception {
        up("1_a.sql", "CREATE TABLE a (id int)");
        String[] more = {
            "1_a.sql", "CREATE TABLE a (id int)", "2_b.sql", "ALTER TABLE a ADD b int"
        };
        try (Connection reader = database.connect("report")) {
            reader.setAutoCommit(false);
            reader.createStatement().execute("SELECT * FROM a");
            MigrationOutcome outcome = up(more);
            assertThat(outcome).isInstanceOf(MigrationOutcome.Busy.class);
            assertThat(outcome.toString())
                    .contains("in 3 attempts")
                    .contains("(report), idle in transaction");
            assertThat(ask(database, "SELECT count(*) FROM a")).containsExactly("0");
            reader.rollback();
        }
        assertThat(up(more)).isEqualTo(done("2 b"));
    }

    @Test
    void what_a_session_set_is_set_again_when_it_goes_on_in_another() throws Exception {
        run(database, "CREATE SCHEMA s");
        String text =
                "SET search_path = s;\nCREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY i ON a (id);\n";
        assertThat(up("1_a.sql", text + "SELECT nobody();"))
                .isInstanceOf(MigrationOutcome.Partial.class);
        assertThat(up("1_a.sql", text + "ALTER TABLE a ADD b int;")).isEqualTo(done("1 a"));
        assertThat(
                        up(
                                "1_a.sql",
                                text + "ALTER TABLE a ADD b int;",
                                "2_b.sql",
                                "CREATE TABLE b (id int)"))
                .isEqualTo(done("2 b"));
        assertThat(schema()).containsExactly("r b id integer");
    }

    private static final String[] LONG = {
        "1_a.up.sql",
        "CREATE TABLE a (id int);\nINSERT INTO a SELECT generate_series(1, 50);",
        "1_a.down.sql",
        "DROP TABLE a",
        "2_i.up.sql",
        """
        ALTER TABLE a ADD b int;
        CREATE INDEX CONCURRENTLY i ON a (id);
        ALTER TABLE a ADD c int;
        CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS u ON a (id);
        """,
        "2_i.down.sql",
        """
        DROP INDEX CONCURRENTLY u;
        ALTER TABLE a DROP c;
        DROP INDEX CONCURRENTLY IF EXISTS i;
        ALTER TABLE a DROP b;
        """
    };

    @ParameterizedTest
    @EnumSource
    void killed_at_any_message_it_goes_on_to_the_same_end(CutLine.When when) throws Exception {
        up(LONG);
        List<String> wanted = schema();
        int cuts = 0;
        for (int message = 1; ; message++) {
            run(database, "DROP TABLE IF EXISTS a; DROP SCHEMA IF EXISTS belay_ledger CASCADE");
            boolean cut = interrupted(message, when, runner -> runner.up(set(LONG), 1));
            MigrationOutcome outcome = runner(database).up(set(LONG), 2);
            assertThat(outcome).as("message %d", message).isInstanceOf(MigrationOutcome.Done.class);
            assertThat(schema()).as("message %d", message).isEqualTo(wanted);
            if (!cut) {
                break;
            }
            cuts++;
            if (message % 3 != 0) {
                continue;
            }
            boolean back = interrupted(message, when, runner -> runner.down(BOTH, 3));
            assertThat(runner(database).down(BOTH, 4))
                    .as("back, message %d, %s", message, back)
                    .isInstanceOf(MigrationOutcome.Done.class);
            assertThat(schema()).as("back, message %d", message).isEmpty();
        }
        assertThat(cuts).isGreaterThan(40);
    }

    private interface Move {
        MigrationOutcome with(MigrationRunner runner) throws PostgresFailure;
    }

    private boolean interrupted(int message, CutLine.When when, Move move) throws Exception {
        try (var line = new CutLine(database, message, when)) {
            try {
                move.with(runner(line.address()));
            } catch (PostgresFailure lost) {
                assertThat(line.isCut()).as(lost.getMessage()).isTrue();
            }
            return line.isCut();
        }
    }

    @Test
    void a_server_that_is_killed_leaves_it_to_the_next_call() throws Exception {
        Map<String, String> files =
                Map.of(
                        "1_a.sql",
                        "CREATE TABLE a (id int); SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)");
        var runner = runner(database);
        MigrationSet set = MigrationSet.read(files).set();
        assertThatThrownBy(() -> runner.up(set, 1)).isInstanceOf(PostgresFailure.class);
        assertThat(schema()).isEmpty();
        assertThat(runner.up(set("1_a.sql", "CREATE TABLE a (id int)"), 2)).isEqualTo(done("1 a"));
    }
}
