package dev.belay.wholes;

import static dev.belay.driver.postgres.TestDatabases.ask;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.postgres.PostgresAddress;
import dev.belay.driver.postgres.TestDatabases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A service that comes with its schema, on a real server.
class MigratedTest {
    private static final String COLUMNS =
            "SELECT column_name::text FROM information_schema.columns WHERE table_name = 'orders'"
                    + " AND table_schema = 'public' ORDER BY ordinal_position";

    @TempDir private static Path temp;
    private static TestDatabases databases;

    @TempDir private static Path folder;
    private static Whole whole;
    private static int environments;

    private PostgresAddress database;

    @BeforeAll
    static void servers() throws Exception {
        databases = new TestDatabases(temp);
        whole = new Whole(folder);
    }

    @AfterAll
    static void noServers() throws Exception {
        whole.end();
        databases.close();
    }

    /// Each test has an environment and a database to itself.
    @BeforeEach
    void start() throws Exception {
        environments++;
        whole.turnsTo("local" + environments, "db", "app");
        database = databases.fresh();
        Files.writeString(
                folder.resolve(whole.environment() + ".env"),
                "DATABASE_URL=postgres://%s:%s@%s:%d/%s\n"
                        .formatted(
                                database.user(),
                                database.password(),
                                database.host(),
                                database.port(),
                                database.database()));
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                datastores:
                  db: {engine: postgres, url: "${DATABASE_URL}"}
                components:
                  api:
                    kind: service
                    build: {output: app}
                    run: sh run.sh
                    port: %1$d
                    instances: 2
                    uses: [db]
                    migrations: {datastore: db, dir: db}
                    health: {http: /, within: 3s}
                    stop: {grace: 2s, drain: 2s}
                environments:
                  %2$s: {target: process, env-file: [%2$s.env], rollout: {soak: 0s}}
                """
                        .formatted(whole.port(), whole.environment()));
        Files.createDirectory(folder.resolve("db"));
        migration("1_orders", "CREATE TABLE orders (id int PRIMARY KEY);", "DROP TABLE orders;");
        whole.ship("v1");
        assertThat(columns()).containsExactly("id");
    }

    private void migration(String name, String up, String down) throws Exception {
        Files.writeString(folder.resolve("db/" + name + ".up.sql"), up);
        if (!down.isEmpty()) {
            Files.writeString(folder.resolve("db/" + name + ".down.sql"), down);
        }
    }

    private List<String> columns() throws Exception {
        return ask(database, COLUMNS);
    }

    @Test
    void a_release_that_falls_takes_its_schema_back_and_the_next_one_applies_it() throws Exception {
        migration(
                "2_price",
                "ALTER TABLE orders ADD price int;\nCREATE INDEX CONCURRENTLY i ON orders (price);",
                "DROP INDEX CONCURRENTLY i;\nALTER TABLE orders DROP price;");
        whole.script("sleep 600");
        JsonNode shown = whole.awaitState(whole.begin(), "rolled-back");
        assertThat(shown.path("because").asString()).contains("ready");
        assertThat(columns()).containsExactly("id");
        whole.runsOnly("v1");

        assertThat(standing()).isEqualTo("1 applied, 2 pending");

        try (var traffic = new Traffic(whole.port())) {
            whole.ship("v2");
            assertThat(traffic.stop()).isEmpty();
        }
        assertThat(columns()).containsExactly("id", "price");
        whole.runsOnly("v2");
        assertThat(
                        ask(
                                database,
                                "SELECT version || direction FROM belay_ledger.history WHERE"
                                        + " set_name = 'small/api' ORDER BY id"))
                .containsExactly("1up", "2up", "2down", "2up");
    }

    private String standing() throws Exception {
        JsonNode schema =
                whole.get("/api/v1/environments/" + whole.environment() + "/migrations")
                        .json()
                        .path("schemas")
                        .path(0);
        assertThat(schema.path("trouble").asString()).isEmpty();
        return schema.path("migrations")
                .valueStream()
                .map(one -> one.path("version").asString() + " " + one.path("state").asString())
                .collect(Collectors.joining(", "));
    }

    @Test
    void a_migration_that_fails_starts_nothing_and_says_where() throws Exception {
        migration(
                "2_price",
                "ALTER TABLE orders ADD price int;\n\nALTER TABLE orders ADD id int;",
                "SELECT 1;");
        whole.writes("v2");
        JsonNode shown = whole.awaitState(whole.begin(), "rolled-back");
        assertThat(shown.path("because").asString())
                .contains("2_price.up.sql, line 3")
                .contains("already exists");
        assertThat(columns()).containsExactly("id");
        whole.runsOnly("v1");
    }

    @Test
    void without_a_way_back_a_person_decides_and_the_old_revision_serves() throws Exception {
        migration("2_price", "ALTER TABLE orders ADD price int;", "");
        whole.script("sleep 600");
        String release = whole.begin();
        JsonNode shown = whole.awaitState(release, "held");
        assertThat(shown.path("because").asString()).contains("2 price");
        assertThat(columns()).containsExactly("id", "price");
        assertThat(Traffic.once(whole.port())).isEqualTo("v1");
    }

    @Test
    void a_slip_of_the_pen_without_a_way_back_holds_nobody() throws Exception {
        migration("2_price", "ALTER TABLE orders ADD price innt;", "");
        whole.writes("v2");
        JsonNode shown = whole.awaitState(whole.begin(), "rolled-back");
        assertThat(shown.path("because").asString())
                .contains("2_price.up.sql, line 1")
                .contains("nothing of it is left");
        whole.runsOnly("v1");
        migration("2_price", "ALTER TABLE orders ADD price int;", "");
        whole.ship("v2");
        assertThat(columns()).containsExactly("id", "price");
    }

    @Test
    void what_is_applied_before_the_slip_of_the_pen_and_has_no_way_back_holds() throws Exception {
        migration("2_price", "ALTER TABLE orders ADD price int;", "");
        migration("3_vat", "ALTER TABLE orders ADD vat innt;", "");
        whole.writes("v2");
        JsonNode shown = whole.awaitState(whole.begin(), "held");
        assertThat(shown.path("because").asString()).contains("2 price");
        assertThat(columns()).containsExactly("id", "price");
    }

    @Test
    void a_way_back_that_is_refused_holds_at_once_and_says_why() throws Exception {
        migration("2_price", "ALTER TABLE orders ADD price int;", "ALTER TABLE orders DROP prise;");
        whole.script("sleep 600");
        String release = whole.begin();
        JsonNode shown = whole.awaitState(release, "held");
        assertThat(shown.path("because").asString())
                .contains("the way back of 2 price, line 1: ")
                .contains("\"prise\"")
                .contains("it stays as it was");
        whole.runsOnly("v1");
    }

    @Test
    void a_way_back_that_stopped_half_way_is_mended_by_the_next_release() throws Exception {
        String up =
                "ALTER TABLE orders ADD price int;\nCREATE INDEX CONCURRENTLY i ON orders (price);";
        String gone = "DROP INDEX CONCURRENTLY i;\n";
        migration("2_price", up, gone + "ALTER TABLE orders DROP prise;");
        whole.script("sleep 600");
        String release = whole.begin();
        JsonNode shown = whole.awaitState(release, "held");
        assertThat(shown.path("because").asString())
                .contains("way back: line 1: done; line 2: not done");
        var left = Map.of("command", "decide", "decision", "mark-done", "reason", "the next one");
        assertThat(whole.command(release, Map.copyOf(left)).status()).isEqualTo(200);
        whole.awaitState(release, "rolled-back");
        migration("2_price", up, gone + "ALTER TABLE orders DROP price;");
        whole.ship("v2");
        assertThat(columns()).containsExactly("id", "price");
        assertThat(ask(database, "SELECT 1 FROM pg_class WHERE relname = 'i'")).hasSize(1);
    }

    @Test
    void killed_while_it_migrates_it_goes_on() throws Exception {
        migration("2_price", "ALTER TABLE orders ADD price int;", "ALTER TABLE orders DROP price;");
        whole.writes("v2");
        try (Connection reader = database.connect("report")) {
            reader.setAutoCommit(false);
            reader.createStatement().execute("SELECT * FROM orders");
            String release = whole.begin();
            whole.await(
                    "the migration waits for a lock",
                    () ->
                            ask(
                                                    database,
                                                    "SELECT 1 FROM pg_stat_activity WHERE"
                                                            + " application_name ="
                                                            + " 'belay/migrate/small/api'"
                                                            + " AND wait_event_type = 'Lock'")
                                            .size()
                                    == 1);
            whole.killServer();
            whole.start();
            reader.rollback();
            whole.awaitState(release, "completed");
        }
        assertThat(columns()).containsExactly("id", "price");
        whole.runsOnly("v2");
    }

    @Test
    void what_is_wrong_with_the_files_is_said_before_anything_is_planned() throws Exception {
        migration("2_price", "ALTER TABLE orders DROP id CASCADE;", "COMMIT;");
        Whole.Answer answer = whole.deploy();
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.body())
                .contains("db/2_price.up.sql")
                .contains("`CASCADE` takes along")
                .contains("db/2_price.down.sql")
                .contains("migrations/statement");
        Files.delete(folder.resolve("db/2_price.up.sql"));
        Files.delete(folder.resolve("db/2_price.down.sql"));
        aFileThatLiesTooDeepIsNotPassedOver();
        aWrongFileCostsNoBuild();
    }

    private void aFileThatLiesTooDeepIsNotPassedOver() throws Exception {
        Files.createDirectories(folder.resolve("db/2_price/more"));
        migration("2_price/more/3_vat", "SELECT 1;", "");
        Whole.Answer answer = whole.deploy();
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.body())
                .contains("db/2_price/more/3_vat.up.sql")
                .contains("deeper than a folder of one migration");
        Files.delete(folder.resolve("db/2_price/more/3_vat.up.sql"));
        Files.delete(folder.resolve("db/2_price/more"));
        Files.delete(folder.resolve("db/2_price"));
    }

    private void aWrongFileCostsNoBuild() throws Exception {
        Path manifest = folder.resolve("belay.yaml");
        Files.writeString(
                manifest,
                Files.readString(manifest)
                        .replace("build: {output: app}", "build: {run: sh build.sh, output: app}"));
        Files.writeString(folder.resolve("build.sh"), "touch built\n");
        migration("2_price", "ALTER TABLE orders DROP id CASCADE;", "");
        assertThat(whole.deploy().body()).contains("`CASCADE` takes along");
        assertThat(folder.resolve("built")).doesNotExist();
        // What a build writes is looked at once it is written.
        Files.delete(folder.resolve("db/2_price.up.sql"));
        Files.writeString(folder.resolve("build.sh"), "touch built; mv db.new db\n");
        Files.move(folder.resolve("db"), folder.resolve("db.new"));
        whole.ship("v2");
        assertThat(folder.resolve("built")).exists();
    }
}
