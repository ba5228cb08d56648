package dev.belay.driver.postgres;

import static dev.belay.driver.postgres.TestDatabases.ask;
import static dev.belay.driver.postgres.TestDatabases.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.schema.migration.Adoption;
import dev.belay.schema.migration.EarlierTool;
import dev.belay.schema.migration.MigrationSet;
import dev.belay.schema.migration.MigrationVersion;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Databases that others brought where they are.
class LedgerAdoptionTest {
    private static final String ORDERS = "CREATE TABLE orders (id int PRIMARY KEY);\n-- größer\n";
    private static final String PRICE = "\uFEFFALTER TABLE orders\r\n  ADD price int;\r\n";
    private static final String NOTE = "ALTER TABLE orders ADD note text;";
    private static final String ADDED = "ALTER TABLE orders ADD added date";

    /// As Flyway 9.22.3 wrote it when it applied the three files.
    private static final String FLYWAY =
            """
            CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50),
              description varchar(200) NOT NULL, type varchar(20) NOT NULL,
              script varchar(1000) NOT NULL, checksum int, installed_by varchar(100) NOT NULL,
              installed_on timestamp NOT NULL DEFAULT now(), execution_time int NOT NULL,
              success boolean NOT NULL);
            INSERT INTO flyway_schema_history VALUES
              (1, '1', 'orders', 'SQL', 'V1__orders.sql', -1334823293, 'o', now(), 14, true),
              (2, '1.1', 'price', 'SQL', 'V1.1__price.sql', -1857642421, 'o', now(), 11, true),
              (3, '2.0', 'note', 'SQL', 'V2_0__note.sql', 12536967, 'o', now(), 21, true),
              (4, null, 'views', 'SQL', 'R__views.sql', -861875769, 'o', now(), 9, true);
            """;

    private static final String GOLANG =
            "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);";

    @TempDir private static Path temp;
    private static TestDatabases databases;

    private PostgresAddress database;
    private final Map<String, String> files = new TreeMap<>();

    @BeforeAll
    static void server() throws Exception {
        databases = new TestDatabases(temp);
    }

    @AfterAll
    static void noServer() {
        databases.close();
    }

    @BeforeEach
    void byHand() throws Exception {
        database = databases.fresh();
        run(
                database,
                "CREATE TABLE orders (id int PRIMARY KEY, price int, note text);"
                        + " INSERT INTO orders VALUES (1, 2, 'three')");
        files.put("V1__orders.sql", ORDERS);
        files.put("V1.1__price.sql", PRICE);
        files.put("U1.1__price.sql", "ALTER TABLE orders DROP price");
        files.put("V2_0__note.sql", NOTE);
        files.put("U2_0__note.sql", "ALTER TABLE orders DROP note");
        files.put("V3__added.sql", ADDED);
        files.put("U3__added.sql", "ALTER TABLE orders DROP added");
    }

    private MigrationRunner runner() {
        return new MigrationRunner(
                database, "shop/api", LockPatience.DEFAULT, Duration.ofSeconds(20));
    }

    private MigrationSet set() {
        MigrationSet.Read read = MigrationSet.read(files);
        assertThat(read.problems()).isEmpty();
        return read.set();
    }

    private AdoptionWish wish(EarlierTool from, @Nullable String to, String... shown) {
        return new AdoptionWish(
                set(), files, from, to == null ? null : new MigrationVersion(to), List.of(shown));
    }

    private MigrationOutcome adopt(EarlierTool from, @Nullable String to) throws Exception {
        return runner().adopt(wish(from, to), 7, "anna");
    }

    /// That it is refused for a reason, by whoever looks and by whoever writes, and nothing is
    /// written.
    private void refuses(EarlierTool from, @Nullable String to, String... reasons)
            throws Exception {
        List<String> before = ledger();
        assertThat(runner().adoptable(wish(from, to)))
                .isInstanceOfSatisfying(
                        Adoption.Refused.class,
                        refused -> assertThat(refused.reason()).contains(reasons));
        assertThat(adopt(from, to))
                .isInstanceOfSatisfying(
                        MigrationOutcome.Refused.class,
                        refused -> assertThat(refused.reason()).contains(reasons));
        assertThat(ledger()).isEqualTo(before);
    }

    private List<String> ledger() throws Exception {
        return ask(database, "SELECT (to_regclass('belay_ledger.history') IS NOT NULL)::text")
                        .contains("true")
                ? ask(
                        database,
                        "SELECT set_name || ' ' || version || ' ' || direction || ' ' || actor"
                                + " FROM belay_ledger.history ORDER BY id")
                : List.of();
    }

    private List<String> columns() throws Exception {
        return ask(
                database,
                "SELECT attname::text FROM pg_attribute WHERE attrelid = 'orders'::regclass"
                        + " AND attnum > 0 AND NOT attisdropped ORDER BY attnum");
    }

    @Test
    void a_version_without_a_file_is_refused() throws Exception {
        refuses(EarlierTool.NONE, "9", "there is no file of version 9");
    }

    @Test
    void a_ledger_that_has_lines_of_the_set_is_left_alone() throws Exception {
        run(database, "DROP TABLE orders");
        assertThat(runner().up(set(), new MigrationRunner.Claim(3, "local-1")))
                .isInstanceOf(MigrationOutcome.Done.class);
        refuses(EarlierTool.NONE, "2", "lines of `shop/api` already: 1 orders, 1.1 price, 2 note");

        run(database, "DELETE FROM belay_ledger.migration");
        refuses(EarlierTool.NONE, "2", "Belay applied and took back", "1 orders");
    }

    @Test
    void lines_under_a_name_without_a_platform_are_asked_about() throws Exception {
        var bare = new MigrationRunner(database, "api", LockPatience.DEFAULT, Duration.ZERO);
        assertThat(bare.adopt(wish(EarlierTool.NONE, "1"), 1, "anna"))
                .isInstanceOf(MigrationOutcome.Done.class);
        refuses(EarlierTool.NONE, "2", "migrations of `api`, from before a platform's name");
    }

    @Test
    void another_runner_is_waited_for_and_named() throws Exception {
        try (Connection other = database.connect("belay/migrate/shop/api");
                var lock = other.createStatement()) {
            lock.execute("SELECT pg_advisory_lock(hashtextextended('belay/migrate/shop/api', 0))");
            assertThat(adopt(EarlierTool.NONE, "2"))
                    .isInstanceOfSatisfying(
                            MigrationOutcome.Busy.class,
                            busy ->
                                    assertThat(busy.because())
                                            .startsWith("another session migrates `shop/api`"));
        }
        assertThat(ledger()).isEmpty();
    }

    @Test
    void a_release_that_got_a_later_token_meanwhile_comes_first() throws Exception {
        assertThat(runner().seal(8)).isPresent();
        assertThat(adopt(EarlierTool.NONE, "2")).isEqualTo(new MigrationOutcome.Stale(8));
        assertThat(ledger()).isEmpty();
    }

    @Test
    void nothing_is_written_with_a_token_that_was_overtaken() throws Exception {
        assertThat(runner().seal(8)).isPresent();
        try (Connection connection = database.connect("belay/test")) {
            var adoption = new LedgerAdoption(connection, new Ledger(connection, "shop/api"));
            assertThat(adoption.write(wish(EarlierTool.NONE, "2"), 7, "anna"))
                    .isEqualTo(new MigrationOutcome.Stale(8));
        }
        assertThat(ledger()).isEmpty();
    }

    @Test
    void what_was_not_shown_is_not_written() throws Exception {
        assertThat(runner().adopt(wish(EarlierTool.NONE, "2", "1", "1.1"), 7, "anna"))
                .isInstanceOfSatisfying(
                        MigrationOutcome.Refused.class,
                        refused -> assertThat(refused.reason()).contains("1, 1.1, 2"));
        assertThat(ledger()).isEmpty();
    }

    @Test
    void flyway_s_history_must_be_there_and_say_something() throws Exception {
        refuses(EarlierTool.FLYWAY, null, "no table `flyway_schema_history`", "\"$user\", public");
        run(database, FLYWAY + "DELETE FROM flyway_schema_history");
        refuses(EarlierTool.FLYWAY, null, "of no file");
    }

    @Test
    void what_differs_from_flyway_s_history_is_refused_all_of_it() throws Exception {
        run(
                database,
                FLYWAY
                        + """
                        INSERT INTO flyway_schema_history VALUES
                          (5, '2.5', 'gone', 'SQL', 'V2.5__gone.sql', 1, 'o', now(), 9, true),
                          (6, '3', 'added', 'SQL', 'V3__added.sql', 1, 'o', now(), 9, false);
                        """);
        files.put("V1__orders.sql", ORDERS.replace("int", "bigint"));
        files.put("V1.5__between.sql", "SELECT 1");
        refuses(
                EarlierTool.FLYWAY,
                null,
                "`V1__orders.sql` is not what was applied",
                "and was -1334823293",
                "of `V2.5__gone.sql` is no file",
                "`V3__added.sql` failed there",
                "`V1.5__between.sql` was never applied");
    }

    @Test
    void a_version_beside_a_tool_s_history_must_be_the_same() throws Exception {
        run(database, FLYWAY);
        refuses(EarlierTool.FLYWAY, "1.1", "the schema is at 2, and not at 1.1");
    }

    @Test
    void golang_migrate_s_dirty_and_unknown_versions_are_refused() throws Exception {
        refuses(EarlierTool.GOLANG_MIGRATE, null, "no table `schema_migrations`");
        run(database, "CREATE TABLE schema_migrations (version varchar PRIMARY KEY)");
        refuses(EarlierTool.GOLANG_MIGRATE, null, "with `version`, `dirty`");
        run(database, "DROP TABLE schema_migrations;" + GOLANG);
        refuses(EarlierTool.GOLANG_MIGRATE, null, "0 versions");
        run(database, "INSERT INTO schema_migrations VALUES (2, true)");
        refuses(EarlierTool.GOLANG_MIGRATE, null, "version 2 is dirty");
        run(database, "UPDATE schema_migrations SET version = 5, dirty = false");
        refuses(EarlierTool.GOLANG_MIGRATE, null, "there is no file of version 5");
    }

    @Test
    void what_golang_migrate_applied_is_taken_over() throws Exception {
        run(database, GOLANG + "INSERT INTO schema_migrations VALUES (2, false)");
        assertThat(adopt(EarlierTool.GOLANG_MIGRATE, "2"))
                .isInstanceOfSatisfying(
                        MigrationOutcome.Done.class,
                        done ->
                                assertThat(done.moved())
                                        .containsExactly("1 orders", "1.1 price", "2 note"));
    }

    @Test
    void what_flyway_undid_or_began_above_counts_as_it_does_there() throws Exception {
        run(
                database,
                FLYWAY
                        + """
                        UPDATE flyway_schema_history SET type = 'BASELINE', version = '1.1',
                          checksum = null WHERE installed_rank = 1;
                        DELETE FROM flyway_schema_history WHERE installed_rank = 2;
                        """);
        assertThat(runner().adoptable(wish(EarlierTool.FLYWAY, null)))
                .isInstanceOfSatisfying(
                        Adoption.Ready.class,
                        ready -> {
                            assertThat(ready.migrations())
                                    .map(Object::toString)
                                    .containsExactly("1 orders", "1.1 price", "2 note");
                            assertThat(ready.remarks())
                                    .containsExactly(
                                            "up to the baseline 1.1 nothing is compared",
                                            "`R__views.sql` is repeated by Flyway whenever it"
                                                    + " changes, and not by Belay");
                        });
        run(
                database,
                "INSERT INTO flyway_schema_history VALUES"
                        + " (5, '2.0', 'note', 'UNDO_SQL', 'U2_0__note.sql', 1, 'o', now(), 1, true)");
        assertThat(runner().adoptable(wish(EarlierTool.FLYWAY, "1.1")))
                .isInstanceOf(Adoption.Ready.class);
    }

    @Test
    void only_what_is_newer_is_applied_and_a_falling_release_takes_only_its_own_back()
            throws Exception {
        run(database, FLYWAY);
        assertThat(runner().adoptable(wish(EarlierTool.FLYWAY, null)))
                .isInstanceOf(Adoption.Ready.class);
        assertThat(ask(database, "SELECT coalesce(to_regnamespace('belay_ledger')::text, '-')"))
                .containsExactly("-");
        assertThat(runner().adopt(wish(EarlierTool.FLYWAY, null, "1", "1.1", "2"), 0, "anna"))
                .isInstanceOf(MigrationOutcome.Done.class);
        assertThat(ledger())
                .containsExactly(
                        "shop/api 1 adopted anna",
                        "shop/api 1.1 adopted anna",
                        "shop/api 2 adopted anna");
        refuses(EarlierTool.FLYWAY, null, "already: 1 orders");

        // A way back that was mended since makes it nobody's either.
        files.put("U2_0__note.sql", "ALTER TABLE orders DROP COLUMN note");
        var all = Set.copyOf(set().migrations().stream().map(one -> one.version()).toList());
        var release = new MigrationRunner.Claim(8, "local-1");
        assertThat(runner().up(set(), release))
                .isEqualTo(new MigrationOutcome.Done(List.of("3 added"), List.of()));
        assertThat(columns()).containsExactly("id", "price", "note", "added");
        assertThat(runner().down(all, new MigrationRunner.Claim(9, "local-1")))
                .isEqualTo(new MigrationOutcome.Done(List.of("3 added"), List.of()));
        assertThat(columns()).containsExactly("id", "price", "note");
        assertThat(ask(database, "SELECT note FROM orders")).containsExactly("three");
        assertThat(
                        ask(
                                database,
                                "SELECT down_text FROM belay_ledger.migration WHERE version = '2'"))
                .containsExactly("ALTER TABLE orders DROP COLUMN note");
    }

    @Test
    void a_ledger_of_before_there_were_adoptions_is_widened() throws Exception {
        var other =
                new MigrationRunner(database, "shop/other", LockPatience.DEFAULT, Duration.ZERO);
        assertThat(other.adopt(wish(EarlierTool.NONE, "1"), 1, "anna"))
                .isInstanceOf(MigrationOutcome.Done.class);
        run(database, "ALTER TABLE belay_ledger.history DROP COLUMN actor");
        assertThat(adopt(EarlierTool.NONE, "1.1")).isInstanceOf(MigrationOutcome.Done.class);
        assertThat(ledger()).contains("shop/api 1.1 adopted anna", "shop/other 1 adopted ");
    }
}
