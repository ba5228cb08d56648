package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.postgres.Workload.Said;
import dev.belay.schema.Signals.Seen;
import dev.belay.schema.migration.Migration;
import dev.belay.schema.script.Script;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadRunTest {
    private static final String READS = "SELECT total FROM orders WHERE id = $1";
    private static final String WRITES = "UPDATE orders SET total = total + $1 WHERE id = $2";
    private static final String ADDS =
            "INSERT INTO orders (customer, total, code) VALUES ($1, $2, $3)";
    private static final String ELSEWHERE = "SELECT name FROM customers WHERE id = ANY ($1)";
    private static final List<String> SHOP = List.of(READS, WRITES, ADDS, ELSEWHERE);

    @TempDir private static Path temp;
    private static ScratchCluster cluster;
    private static int made;

    /// The application may not log in: on the copy of a backup no role may.
    @BeforeAll
    static void a_shop() throws Exception {
        cluster = Databases.cluster(temp);
        Databases.run(
                cluster.address("postgres"), "CREATE ROLE app NOLOGIN", "CREATE DATABASE shop");
        Databases.run(
                cluster.address("shop"),
                "CREATE TABLE customers (id int PRIMARY KEY, name text)",
                "INSERT INTO customers SELECT i, 'c' || i FROM generate_series(1, 1000) i",
                """
                CREATE TABLE orders (
                  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, gone int,
                  customer int NOT NULL REFERENCES customers, total numeric NOT NULL,
                  code uuid NOT NULL UNIQUE)
                """,
                "ALTER TABLE orders DROP gone",
                """
                INSERT INTO orders (customer, total, code)
                SELECT 1 + i % 1000, i, gen_random_uuid() FROM generate_series(1, 100000) i
                """,
                """
                CREATE FUNCTION slowly(n numeric) RETURNS numeric LANGUAGE plpgsql AS
                'BEGIN PERFORM pg_sleep(0.5); RETURN n; END'
                """,
                "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO app",
                "REVOKE CONNECT ON DATABASE shop FROM PUBLIC");
    }

    @AfterAll
    static void ends() {
        cluster.close();
    }

    private static synchronized PostgresAddress copy() throws Exception {
        return PostgresVerification.copy(cluster, "shop", "copy" + ++made);
    }

    private static Workload workload(List<String> statements) {
        return new Workload(
                "app", statements.stream().map(one -> new Said(one, 100, 50, 0.0005)).toList(), "");
    }

    private static LoadReport run(Workload workload, LockPatience patience, String up)
            throws Exception {
        return run(copy(), workload, patience, up);
    }

    private static LoadReport run(
            PostgresAddress copy, Workload workload, LockPatience patience, String up)
            throws Exception {
        return new LoadRun(copy, "", workload, patience, _ -> {})
                .run(List.of(new Migration.Part("1_next.up.sql", 0, up, Script.of(up))));
    }

    private static LoadReport.Felt felt(LoadReport report, String relation, String access) {
        return report.felt().stream()
                .filter(one -> one.relation().equals(relation) && one.access().equals(access))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void who_uses_a_table_waits_while_it_is_written_anew() throws Exception {
        String rewrite = "SELECT 1;\nALTER TABLE orders ADD token uuid DEFAULT gen_random_uuid()";
        Duration alone;
        try (var reader = new SignalReader(copy(), "")) {
            alone =
                    reader.run(Script.of(rewrite)).statements().stream()
                            .map(Seen::took)
                            .reduce(Duration.ZERO, Duration::plus);
        }

        LoadReport report = run(workload(SHOP), LockPatience.DEFAULT, rewrite);

        assertThat(report.unknown()).isEmpty();
        assertThat(report.blocked()).isEmpty();
        assertThat(report.failures()).isEmpty();
        assertThat(report.statements()).isEqualTo(4);
        for (String access : List.of("reads", "writes")) {
            LoadReport.Felt felt = felt(report, "public.orders", access);
            assertThat(felt.waited()).isBetween(alone.toMillis() / 2, report.took() + 100);
            assertThat(felt.longest()).isGreaterThanOrEqualTo(felt.waited());
            assertThat(felt.before()).isLessThan(felt.waited());
            assertThat(felt.behind()).isEqualTo("line 2 of `1_next.up.sql`");
            assertThat(felt.statement()).contains("orders");
        }
        assertThat(felt(report, "public.customers", "reads").waited()).isZero();
    }

    @Test
    void an_index_that_is_built_beside_them_makes_nobody_wait() throws Exception {
        PostgresAddress copy = copy();
        String rows = "SELECT count(*) || ' ' || sum(total) FROM orders";
        List<String> before = TestDatabases.ask(copy, rows);
        LoadReport report =
                run(
                        copy,
                        workload(SHOP),
                        LockPatience.DEFAULT,
                        "CREATE INDEX CONCURRENTLY by_total ON orders (total)");
        assertThat(TestDatabases.ask(copy, rows)).isEqualTo(before);
        assertThat(report.unknown()).isEmpty();
        assertThat(report.blocked()).isEmpty();
        assertThat(report.failures()).isEmpty();
        assertThat(felt(report, "public.orders", "writes").said()).isPositive();
        assertThat(report.waited()).isZero();
    }

    @Test
    void what_fails_from_then_on_is_counted_and_what_always_failed_is_not() throws Exception {
        // Its own values break it, before and after.
        String always = "INSERT INTO customers (name) VALUES ($1)";
        String raises = "UPDATE customers SET name = $1 WHERE id = $2";
        LoadReport report =
                run(
                        workload(List.of(READS, always, raises)),
                        LockPatience.DEFAULT,
                        """
                        ALTER TABLE orders RENAME total TO amount;
                        CREATE FUNCTION frozen() RETURNS trigger LANGUAGE plpgsql AS
                        'BEGIN RAISE EXCEPTION ''not %'', NEW.name; END';
                        CREATE TRIGGER frozen BEFORE UPDATE ON customers
                        FOR EACH ROW EXECUTE FUNCTION frozen();
                        """);
        assertThat(report.failures())
                .extracting(LoadReport.Failed::state)
                .containsExactly("42703", "P0001");
        LoadReport.Failed failed = report.failures().getFirst();
        assertThat(failed.times()).isPositive();
        assertThat(failed.statement()).isEqualTo(READS);
        assertThat(failed.message()).contains("total").contains("does not exist");
        // What a function says may hold what stands in the row.
        assertThat(report.failures().getLast().message())
                .isEqualTo("a function or a trigger raises it");
    }

    @Test
    void a_migration_that_never_gets_its_lock_is_told_with_who_kept_it() throws Exception {
        String slow = "SELECT slowly(total) FROM orders WHERE id = $1";
        var impatient =
                new LockPatience(
                        Duration.ofMillis(20), Duration.ofMillis(20), 3, Duration.ofMillis(20));
        var always = new Workload("app", List.of(new Said(slow, 100, 500, 0.5)), "");
        LoadReport report = run(always, impatient, "ALTER TABLE orders ADD note text");
        // On a machine that is busy with others all sessions may rest at once.
        for (int i = 0; i < 3 && report.blocked().isEmpty(); i++) {
            report = run(always, impatient, "ALTER TABLE orders ADD note text");
        }
        assertThat(report.unknown()).isEmpty();
        assertThat(report.blocked())
                .isEqualTo(
                        "the statements from line 1 of `1_next.up.sql` on got no lock in 3 attempts");
        assertThat(report.steppedBack()).isEqualTo(2);
        assertThat(report.inTheWay()).isEqualTo(slow);
    }

    @Test
    void nothing_is_said_where_that_could_reach_beyond_the_copy() throws Exception {
        PostgresAddress copy = copy();
        Databases.run(copy, "CREATE EXTENSION dblink");
        assertThat(run(copy, workload(SHOP), LockPatience.DEFAULT, "SELECT 1").unknown())
                .isEqualTo("functions of `dblink` reach beyond the copy");
        assertThat(LoadStatements.leadsOut("SELECT pg_reload_conf()")).isTrue();
        assertThat(LoadStatements.leadsOut("SELECT pg_advisory_lock($1) FROM orders")).isFalse();
        var gone = new Workload("nobody_here", workload(SHOP).statements(), "");
        assertThat(run(gone, LockPatience.DEFAULT, "SELECT 1").unknown()).contains("nobody_here");
    }

    @Test
    void values_are_those_of_rows_that_are_there() throws Exception {
        PostgresAddress copy = copy();
        try (Connection session = copy.connect("belay/test");
                Connection application = copy.connect("belay/test")) {
            StatementReplay.become(application, "app");
            var samples = new RowSamples(session);
            var statements = new LoadStatements(application, Relations.of(session), samples);
            var unsayable =
                    List.of(
                            "SELECT now() - interval $1 FROM orders",
                            "DELETE FROM orders WHERE id = $1",
                            "SELECT pg_sleep(0) FROM orders",
                            "SELECT $1");
            var all =
                    java.util.stream.Stream.concat(SHOP.stream(), unsayable.stream())
                            .map(one -> new Said(one, 1, 0, 0))
                            .toList();
            List<LoadStatement> made = statements.of(all);
            samples.take();
            application.setAutoCommit(true);

            assertThat(made).extracting(LoadStatement::text).containsExactlyElementsOf(SHOP);
            // A syntax without a place for values, a right that is missing, and a function of the
            // server; what is about no table is nobody's loss.
            assertThat(statements.leftOut()).isEqualTo(3);
            var random = new Random(7);
            for (int i = 0; i < 50; i++) {
                for (LoadStatement one : made) {
                    assertThat(touched(application, one.spoken(samples, random)))
                            .as(one.text())
                            .isOne();
                }
            }
            assertThat(made.get(2).tables())
                    .containsEntry("public.orders", LoadStatement.Access.WRITE);
        }
    }

    /// Rows that it found or changed.
    private static int touched(Connection session, String statement) throws Exception {
        try (var it = session.createStatement()) {
            if (!it.execute(statement)) {
                return it.getUpdateCount();
            }
            int rows = 0;
            try (var row = it.getResultSet()) {
                while (row.next()) {
                    rows++;
                }
            }
            return rows;
        }
    }

    @Test
    void the_pace_is_the_living_one_within_bounds() {
        assertThat(pace(100, 0.001)).isEqualTo(100);
        assertThat(pace(5_000, 0.001)).isEqualTo(500);
        assertThat(pace(1, 0.001)).isEqualTo(20);
        // Where few would be busy in earnest, not all are here.
        assertThat(pace(0.1, 1)).isEqualTo(0.5);
        assertThat(pace(0, 0.001)).isEqualTo(50);
    }

    private static double pace(double perSecond, double seconds) {
        return LoadRun.perSecond(
                List.of(
                        new LoadStatement(
                                new Said("SELECT", 10, perSecond, seconds),
                                List.of(),
                                java.util.Map.of())));
    }

    @Test
    void a_second_copy_has_the_settings_of_the_first() throws Exception {
        PostgresAddress first = copy();
        String name = first.database();
        Databases.run(
                first,
                "ALTER DATABASE " + name + " SET search_path = one, \"Two\"",
                "ALTER ROLE app IN DATABASE " + name + " SET my.own = 'a, b'");
        String query =
                "SELECT string_agg(coalesce(rolname, '') || setconfig::text, ';' ORDER BY 1)"
                        + " FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = setrole"
                        + " JOIN pg_database d ON d.oid = setdatabase"
                        + " WHERE datname = current_database()";
        Optional<PostgresAddress> gone;
        try (var second = SecondCopy.of(cluster, name, name + "_load")) {
            gone = Optional.of(second.address());
            assertThat(TestDatabases.ask(second.address(), query))
                    .isEqualTo(TestDatabases.ask(first, query));
            assertThat(TestDatabases.ask(first, query).getFirst()).contains("Two", "my.own");
        }
        assertThat(
                        TestDatabases.ask(
                                cluster.address("postgres"),
                                "SELECT datname FROM pg_database WHERE datname = '"
                                        + gone.get().database()
                                        + "'"))
                .isEmpty();
    }
}
