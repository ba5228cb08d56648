package dev.belay.driver.postgres;

import static dev.belay.driver.postgres.TestDatabases.ask;
import static dev.belay.driver.postgres.TestDatabases.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.schema.migration.MigrationSet;
import dev.belay.schema.migration.MigrationVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Several sets of migrations in one database.
class SharedLedgerTest {
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
    }

    private MigrationRunner runner(String set) {
        return new MigrationRunner(database, set, LockPatience.DEFAULT, Duration.ofSeconds(20));
    }

    private MigrationOutcome up(String set, String table) throws Exception {
        MigrationSet files =
                MigrationSet.read(
                                Map.of(
                                        "1_a.up.sql", "CREATE TABLE " + table + " (id int)",
                                        "1_a.down.sql", "DROP TABLE " + table))
                        .set();
        return runner(set).up(files, new MigrationRunner.Claim(++token, "local-1"));
    }

    private static MigrationOutcome done(String... moved) {
        return new MigrationOutcome.Done(List.of(moved), List.of());
    }

    private List<String> tables() throws Exception {
        return ask(
                database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
    }

    @Test
    void two_platforms_with_one_component_s_name_do_not_see_each_other() throws Exception {
        assertThat(up("one/shop", "a")).isEqualTo(done("1 a"));
        assertThat(up("two/shop", "b")).isEqualTo(done("1 a"));
        assertThat(
                        runner("one/shop")
                                .down(
                                        Set.of(new MigrationVersion("1")),
                                        new MigrationRunner.Claim(++token, "local-1")))
                .isEqualTo(done("1 a"));
        assertThat(tables()).containsExactly("b");
    }

    @Test
    void whose_those_without_a_platform_are_is_asked() throws Exception {
        assertThat(up("shop", "a")).isEqualTo(done("1 a"));
        MigrationOutcome outcome = up("one/shop", "a");
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        MigrationOutcome.Refused.class,
                        refused ->
                                assertThat(refused.hint())
                                        .contains(
                                                "UPDATE belay_ledger.migration SET set_name ="
                                                        + " 'one/shop' WHERE set_name = 'shop'"));
        for (String table : List.of("migration", "portion", "history")) {
            run(
                    database,
                    "UPDATE belay_ledger.%s SET set_name = 'one/shop' WHERE set_name = 'shop'"
                            .formatted(table));
        }
        assertThat(up("one/shop", "a")).isEqualTo(done());
        assertThat(up("two/shop", "b")).isEqualTo(done("1 a"));
    }
}
