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
                    Duration.ofMillis(100), Duration.ofMillis(300), 3, Duration.ofMillis(60));
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

    private static MigrationRunner.Claim claim(long with) {
        return new MigrationRunner.Claim(with, "r1");
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
        return runner(database).up(set(filesAndTexts), claim(++token));
    }

    private List<String> schema() throws Exception {
        return ask(database, SCHEMA);
    }

    private static MigrationOutcome done(String... moved) {
        return new MigrationOutcome.Done(List.of(moved), List.of());
    }

    @Test
    void what_an_earlier_call_took_back_of_another_release_is_left() throws Exception {
        String[] both = {
            "2_b.sql", "SELECT 2", "2_b.down.sql", "SELECT 3",
            "1_a.sql", "SELECT 1", "1_a.down.sql", "SELECT 1/0"
        };
        up(both);
        for (String moved : List.of("2 b", "")) {
            var later = new MigrationRunner.Claim(++token, "r2");
            assertThat(runner(database).down(BOTH, later, true).toString())
                    .contains("moved=[%s], left=true".formatted(moved));
        }
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
        assertThat(runner(database).down(second, claim(++token))).isEqualTo(done("2 b"));
        assertThat(schema()).containsExactly("r a id integer");
        assertThat(up(both)).isEqualTo(done("2 b"));
        assertThat(
                        runner(database)
                                .down(Set.of(new MigrationVersion("1")), claim(++token))
                                .toString())
                .contains("migration 2 b was applied after 1 a");
        assertThat(runner(database).down(BOTH, claim(++token))).isEqualTo(done("2 b", "1 a"));
        assertThat(runner(database).down(BOTH, claim(++token))).isEqualTo(done());
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
    void what_an_earlier_call_of_the_release_applied_is_left() throws Exception {
        String[] both = {
            "1_a.sql", "CREATE TABLE a (id int)", "2_b.sql", "CREATE TABLE b (id innt)"
        };
        assertThat(left(up(both[2], both[3]))).isFalse();
        assertThat(left(up(both))).isTrue();
        assertThat(left(up(both))).isTrue();
        var next = new MigrationRunner.Claim(++token, "r2");
        assertThat(left(runner(database).up(set(both), next))).isFalse();
        var last = new MigrationRunner.Claim(++token, "r3");
        assertThat(left(runner(database).up(set("1_a.sql", "SELECT 1"), last))).isFalse();
    }

    private static boolean left(MigrationOutcome outcome) {
        return switch (outcome) {
            case MigrationOutcome.Failed failed -> failed.left();
            case MigrationOutcome.Refused refused -> refused.left();
            default -> throw new AssertionError(outcome);
        };
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
        assertThat(runner(database).down(BOTH, claim(++token)))
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
        assertThat(runner(database).down(BOTH, claim(++token)).toString())
                .contains("migration 1 a has no way back: it is the beginning");
        assertThat(schema()).containsExactly("r a id integer, b integer");
        assertThat(runner(database).down(Set.of(new MigrationVersion("2")), claim(++token)))
                .isEqualTo(done("2 b"));
    }

    @Test
    void a_release_takes_back_what_it_applied_and_nothing_else() throws Exception {
        String[] both = {
            "1_a.up.sql", "CREATE TABLE a (id int)", "1_a.down.sql", "DROP TABLE a",
            "2_b.up.sql", "CREATE TABLE b (id int)", "2_b.down.sql", "DROP TABLE b"
        };
        up(java.util.Arrays.copyOf(both, 4));
        var second = new MigrationRunner.Claim(++token, "r2");
        assertThat(runner(database).up(set(both), second)).isEqualTo(done("2 b"));
        var third = new MigrationRunner.Claim(++token, "r3");
        assertThat(runner(database).up(set(both), third)).isEqualTo(done());
        var thirdBack = new MigrationRunner.Claim(++token, "r3");
        assertThat(runner(database).down(BOTH, thirdBack)).isEqualTo(done());
        assertThat(schema()).hasSize(2);
        var secondBack = new MigrationRunner.Claim(++token, "r2");
        assertThat(runner(database).down(BOTH, secondBack)).isEqualTo(done("2 b"));
        assertThat(schema()).containsExactly("r a id integer");
    }

    @Test
    void a_version_is_its_numbers_however_they_are_written() throws Exception {
        up("7_a.up.sql", "CREATE TABLE a (id int)", "7_a.down.sql", "DROP TABLE a");
        assertThat(
                        up(
                                "0007_a.up.sql",
                                "CREATE TABLE a (id int)",
                                "0007_a.down.sql",
                                "DROP TABLE a;"))
                .isEqualTo(done());
        assertThat(runner(database).status().applied()).hasSize(1);
        assertThat(runner(database).down(Set.of(new MigrationVersion("007")), claim(++token)))
                .isEqualTo(done("7 a"));
        assertThat(runner(database).status().applied()).isEmpty();
    }

    @Test
    void what_failed_at_the_end_of_a_file_can_be_left_out() throws Exception {
        String good = "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY i ON a (id);\n";
        assertThat(up("1_a.sql", good + "SELECT nobody();"))
                .isInstanceOf(MigrationOutcome.Partial.class);
        assertThat(up("1_a.sql", "CREATE TABLE a (id int);"))
                .isInstanceOf(MigrationOutcome.Partial.class);
        assertThat(up("1_a.sql", good)).isEqualTo(done("1 a"));
        assertThat(runner(database).status().applied())
                .allSatisfy(one -> assertThat(one.whole()).isTrue());
    }

    @Test
    void statements_one_by_one_are_exact_and_a_lock_keeps_none_in_doubt() throws Exception {
        String[] files = {
            "1_a.sql", "CREATE TABLE a (id int)",
            "2_b.sql",
                    "-- belay: no-transaction\nINSERT INTO a VALUES (1);\nALTER TABLE a ADD b int;"
        };
        up(files[0], files[1]);
        try (Connection reader = database.connect("report")) {
            reader.setAutoCommit(false);
            reader.createStatement().execute("SELECT * FROM a");
            assertThat(up(files)).isInstanceOf(MigrationOutcome.Busy.class);
            reader.rollback();
        }
        assertThat(up(files)).isEqualTo(done("2 b"));
        assertThat(ask(database, "SELECT count(*) FROM a")).containsExactly("1");
    }

    @Test
    void whoever_acts_the_ledger_is_the_connection_s_own() throws Exception {
        run(database, "CREATE ROLE " + owner() + "; GRANT CREATE ON SCHEMA public TO " + owner());
        assertThat(
                        up(
                                "1_a.sql",
                                "SET ROLE "
                                        + owner()
                                        + ";\nCREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY i"
                                        + " ON a (id);\nCREATE TABLE b (id int);"))
                .isEqualTo(done("1 a"));
        assertThat(
                        ask(
                                database,
                                "SELECT DISTINCT tableowner::text FROM pg_tables WHERE schemaname = 'public'"))
                .containsExactly(owner());
    }

    private String owner() {
        return "owner_of_" + database.database();
    }

    @Test
    void a_role_that_may_not_keep_a_ledger_is_told_so() throws Exception {
        run(database, "CREATE ROLE " + owner() + " LOGIN PASSWORD 'x'");
        PostgresAddress weak = database.as(owner(), "x");
        assertThat(runner(weak).up(set("1_a.sql", "CREATE TABLE a (id int)"), claim(1)).toString())
                .startsWith("Refused")
                .contains("permission denied")
                .contains("may create and use that schema");
    }

    @Test
    void times_are_read_as_utc_wherever_it_runs() throws Exception {
        up("1_a.sql", "CREATE TABLE a AS SELECT timestamptz '2026-01-01 00:00' AS t");
        assertThat(ask(database, "SELECT t AT TIME ZONE 'UTC' FROM a"))
                .containsExactly("2026-01-01 00:00:00");
    }

    @Test
    void a_partition_is_let_go_in_two_steps() throws Exception {
        String parts =
                "CREATE TABLE only_p (id int) PARTITION BY LIST (id);\nCREATE TABLE c PARTITION OF"
                        + " only_p FOR VALUES IN (1);\n";
        assertThat(up("1_a.sql", parts + "ALTER TABLE only_p DETACH PARTITION c CONCURRENTLY;"))
                .isEqualTo(done("1 a"));
        assertThat(ask(database, "SELECT count(*) FROM pg_inherits")).containsExactly("0");
    }

    @Test
    void a_long_name_is_found_as_the_catalogue_keeps_it() throws Exception {
        String name = "i_" + "ä".repeat(40);
        assertThat(
                        up(
                                "1_a.sql",
                                "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY "
                                        + name
                                        + " ON a (id);"))
                .isEqualTo(done("1 a"));
    }

    @Test
    void a_smaller_token_changes_nothing() throws Exception {
        assertThat(runner(database).seal(7)).isPresent();
        MigrationSet files = set("1_a.sql", "CREATE TABLE a (id int)");
        for (long old : List.of(1L, 7L)) {
            assertThat(runner(database).up(files, claim(old)))
                    .isEqualTo(new MigrationOutcome.Stale(7));
        }
        assertThat(schema()).isEmpty();
        assertThat(runner(database).up(files, claim(8))).isEqualTo(done("1 a"));
    }

    @Test
    void whoever_is_overtaken_on_the_way_stops() throws Exception {
        MigrationOutcome outcome =
                up(
                        "1_a.sql",
                                "CREATE TABLE a (id int); UPDATE belay_ledger.runner SET token = 99",
                        "2_b.sql", "CREATE TABLE b (id int)",
                        "3_i.sql", "CREATE INDEX CONCURRENTLY i ON a (id)");
        assertThat(outcome).isEqualTo(new MigrationOutcome.Stale(99));
        assertThat(schema()).containsExactly("r a id integer");
    }

    @Test
    void a_way_back_that_fails_changes_nothing_and_can_be_mended() throws Exception {
        String[] files = {
            "1_a.up.sql", "CREATE TABLE a (id int)", "1_a.down.sql", "DROP TABLE a; DROP TABLE b"
        };
        up(files);
        assertThat(runner(database).down(BOTH, claim(++token)))
                .isInstanceOf(MigrationOutcome.Failed.class);
        assertThat(schema()).containsExactly("r a id integer");
        files[3] = "DROP TABLE a";
        assertThat(up(files)).isEqualTo(done());
        assertThat(runner(database).down(BOTH, claim(++token))).isEqualTo(done("1 a"));
        assertThat(schema()).isEmpty();
    }

    @Test
    void a_way_back_that_stopped_half_way_is_finished_by_the_mended_file() throws Exception {
        String up = "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY i ON a (id);";
        String gone = "DROP INDEX CONCURRENTLY i;\n";
        String[] files = {"1_a.up.sql", up, "1_a.down.sql", gone + "DROP TABLE typo;"};
        up(files);
        MigrationOutcome half = runner(database).down(BOTH, claim(++token));
        assertThat(half)
                .isInstanceOfSatisfying(
                        MigrationOutcome.Partial.class,
                        partial ->
                                assertThat(partial.state())
                                        .isEqualTo(
                                                "migration 1 a, way back: line 1: done; line 2: not"
                                                        + " done"));
        var next = new MigrationRunner.Claim(++token, "r2");
        // The same file stops where it stopped, and what is done may not change.
        assertThat(runner(database).up(set(files), next)).isInstanceOf(half.getClass());
        String[] changed = {"1_a.up.sql", up, "1_a.down.sql", "DROP TABLE a"};
        assertThat(up(changed).toString()).contains("was changed where it is carried out already");
        files[3] = gone + "DROP TABLE a;";
        var last = new MigrationRunner.Claim(++token, "r3");
        assertThat(runner(database).up(set(files), last))
                .isEqualTo(done("1 a (taken back)", "1 a"));
        assertThat(schema()).containsExactly("i i id integer true", "r a id integer");
        var back = new MigrationRunner.Claim(++token, "r3");
        assertThat(runner(database).down(BOTH, back)).isEqualTo(done("1 a"));
        assertThat(schema()).isEmpty();
    }

    @Test
    void a_file_that_is_gone_has_its_way_back_finished_all_the_same() throws Exception {
        String first = "CREATE TABLE b (id int)";
        String up = "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY i ON a (id);";
        String down = "DROP INDEX CONCURRENTLY i;\nDROP TABLE c;\nDROP TABLE a;";
        up("1_b.sql", first, "2_a.up.sql", up, "2_a.down.sql", down);
        Set<MigrationVersion> second = Set.of(new MigrationVersion("2"));
        assertThat(runner(database).down(second, claim(++token)))
                .isInstanceOf(MigrationOutcome.Partial.class);
        run(database, "CREATE TABLE c (id int)");
        var next = new MigrationRunner.Claim(++token, "r2");
        assertThat(runner(database).up(set("1_b.sql", first), next))
                .isEqualTo(done("2 a (taken back)"));
        assertThat(schema()).containsExactly("r b id integer");
    }

    @Test
    void what_passes_is_told_from_what_has_to_be_mended() throws Exception {
        up(
                "1_a.up.sql",
                "CREATE TABLE a (id int)",
                "1_a.down.sql",
                "SELECT pg_cancel_backend(pg_backend_pid()); SELECT pg_sleep(1)");
        assertThat(runner(database).down(BOTH, claim(++token)))
                .isInstanceOfSatisfying(
                        MigrationOutcome.Failed.class,
                        failed -> assertThat(failed.passes()).isTrue());
        up("1_a.up.sql", "CREATE TABLE a (id int)", "1_a.down.sql", "DROP TABLE b");
        assertThat(runner(database).down(BOTH, claim(++token)))
                .isInstanceOfSatisfying(
                        MigrationOutcome.Failed.class,
                        failed -> assertThat(failed.passes()).isFalse());
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
            return runner(database).up(files, claim(with));
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

    @Test
    void what_one_file_set_is_forgotten_before_the_next() throws Exception {
        run(database, "CREATE SCHEMA s");
        assertThat(
                        up(
                                "1_a.sql", "SET search_path = s; CREATE TABLE a (id int)",
                                "2_b.sql", "CREATE TABLE b (id int)"))
                .isEqualTo(done("1 a", "2 b"));
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
            boolean cut = interrupted(message, when, runner -> runner.up(set(LONG), claim(1)));
            MigrationOutcome outcome = runner(database).up(set(LONG), claim(2));
            assertThat(outcome).as("message %d", message).isInstanceOf(MigrationOutcome.Done.class);
            assertThat(schema()).as("message %d", message).isEqualTo(wanted);
            if (!cut) {
                break;
            }
            cuts++;
            if (message % 3 != 0) {
                continue;
            }
            boolean back = interrupted(message, when, runner -> runner.down(BOTH, claim(3)));
            assertThat(runner(database).down(BOTH, claim(4)))
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
        assertThatThrownBy(() -> runner.up(set, claim(1))).isInstanceOf(PostgresFailure.class);
        assertThat(schema()).isEmpty();
        assertThat(runner.up(set("1_a.sql", "CREATE TABLE a (id int)"), claim(2)))
                .isEqualTo(done("1 a"));
    }
}
