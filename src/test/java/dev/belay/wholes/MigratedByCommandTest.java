package dev.belay.wholes;

import static dev.belay.driver.postgres.TestDatabases.ask;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.postgres.PostgresAddress;
import dev.belay.driver.postgres.TestDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A service whose schema a tool of its own sees to: a small one, with files in the artifact and a
/// table of what it applied, on a real server.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MigratedByCommandTest {
    /// Every call is written down, outside of what is rolled back with a migration that fails.
    private static final String TOOL =
            """
            set -eu
            sql() { psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -qAtX "$@"; }
            at() { sql -c 'SELECT coalesce(max(version), 0) FROM tool'; }
            case $1 in
              at) at ;;
              plan)
                for file in $(ls versions | grep up.sql | sort -n); do
                  [ "${file%%.*}" -le "$(at)" ] || cat "versions/$file"
                done
                # The third time that it is asked.
                [ ! -e ../../../../moves ] || { echo x >> ../../../../moves
                  [ "$(wc -l < ../../../../moves)" -lt 3 ] || echo DROP everything; } ;;
              up)
                sql -c "INSERT INTO calls (what) VALUES ('up')"
                for file in $(ls versions | grep up.sql | sort -n); do
                  version=${file%%.*}
                  [ "$version" -le "$(at)" ] ||
                    sql -1 -f "versions/$file" -c "INSERT INTO tool VALUES ($version)"
                done ;;
              down)
                sql -c "INSERT INTO calls (what) VALUES ('down to $2')"
                while [ "$(at)" -gt "$2" ]; do
                  version=$(at)
                  sql -1 -f "versions/$version.down.sql" -c "DELETE FROM tool WHERE version = $version"
                done ;;
            esac
            """;

    private static final String DOWN = "down: [sh, -c, 'sh tool.sh down \"$BELAY_MIGRATED_FROM\"']";

    private static final String WELL = "http: [{request: GET /, contains: v}]";
    private static final String ILL = "http: [{request: GET /, contains: something else}]";

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
        whole.turnsTo("local" + environments, "app");
        database = databases.fresh();
        try (Connection connection = database.connect("test");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE tool (version int PRIMARY KEY);"
                            + " CREATE TABLE calls (id serial, what text)");
        }
        Files.writeString(
                folder.resolve(whole.environment() + ".env"),
                "DATABASE_URL=postgres://%s:%s@%s:%d/%s\n"
                        .formatted(
                                database.user(),
                                database.password(),
                                database.host(),
                                database.port(),
                                database.database()));
        Files.createDirectory(folder.resolve("app/versions"));
        Files.writeString(folder.resolve("app/tool.sh"), TOOL);
        migration(1, "CREATE TABLE orders (id int PRIMARY KEY);", "DROP TABLE orders;");
        manifest(DOWN, WELL);
        whole.ship("v1");
        assertThat(calls()).containsExactly("up");
        assertThat(columns()).containsExactly("id");
    }

    private void manifest(String down, String smoke) throws Exception {
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
                    env: {secret: [DATABASE_URL]}
                    migrations:
                      datastore: db
                      up: sh tool.sh up
                      status: sh tool.sh at
                      %2$s
                    health: {http: /, within: 20s}
                    stop: {grace: 2s, drain: 2s}
                    smoke: [{name: works, %3$s}]
                environments:
                  %4$s: {target: process, env-file: [%4$s.env], rollout: {soak: 0s}}
                """
                        .formatted(whole.port(), down, smoke, whole.environment()));
    }

    /// Ships with the next deploy.
    private void migration(int version, String up, String down) throws Exception {
        Files.writeString(folder.resolve("app/versions/" + version + ".up.sql"), up);
        Files.writeString(folder.resolve("app/versions/" + version + ".down.sql"), down);
    }

    private void price() throws Exception {
        migration(2, "ALTER TABLE orders ADD price int;", "ALTER TABLE orders DROP price;");
    }

    private List<String> columns() throws Exception {
        return ask(
                database,
                "SELECT column_name::text FROM information_schema.columns WHERE table_name ="
                        + " 'orders' ORDER BY ordinal_position");
    }

    private List<String> calls() throws Exception {
        return ask(database, "SELECT what FROM calls ORDER BY id");
    }

    private void awaitLockWaiter() throws Exception {
        whole.await(
                "the tool waits for a lock",
                () ->
                        ask(
                                                database,
                                                "SELECT 1 FROM pg_stat_activity WHERE"
                                                        + " application_name = 'psql' AND"
                                                        + " wait_event_type = 'Lock'")
                                        .size()
                                == 1);
    }

    /// Has read the table and does not let go of it.
    private Connection reader() throws Exception {
        Connection reader = database.connect("report");
        reader.setAutoCommit(false);
        reader.createStatement().execute("SELECT * FROM orders");
        return reader;
    }

    @Test
    void what_the_tool_would_do_is_part_of_the_plan_and_still_so_when_it_begins() throws Exception {
        manifest(DOWN + "\n      plan: sh tool.sh plan", WELL);
        price();
        whole.writes("v2");
        Whole.Answer planned = plan();
        assertThat(planned.body()).contains("ALTER TABLE orders ADD price int");
        assertThat(calls()).containsExactly("up");
        assertThat(plan().json().path("digest")).isEqualTo(planned.json().path("digest"));

        Files.createFile(folder.resolve("moves"));
        JsonNode shown = whole.awaitState(whole.begin(), "rolled-back");
        assertThat(shown.path("because").asString())
                .contains("prints something else than when this release was planned");
        assertThat(calls()).containsExactly("up");
        assertThat(columns()).containsExactly("id");
        Files.delete(folder.resolve("moves"));

        whole.awaitState(whole.begin(), "completed");
        assertThat(columns()).containsExactly("id", "price");
        assertThat(plan().body()).doesNotContain("foreseen");

        manifest(DOWN + "\n      plan: date +%N", WELL);
        assertThat(plan().status()).isEqualTo(502);
        assertThat(plan().body()).contains("prints something else every time");
        manifest(DOWN + "\n      plan: sh -c 'echo no database >&2; exit 3'", WELL);
        assertThat(plan().body()).contains("`plan` ended with status 3").contains("no database");
    }

    private Whole.Answer plan() throws Exception {
        return whole.post(
                "/api/v1/plans", "{\"environment\": \"%s\"}".formatted(whole.environment()));
    }

    @Test
    void a_failing_smoke_test_takes_the_schema_back_and_the_next_release_applies_it()
            throws Exception {
        price();
        manifest(DOWN, ILL);
        whole.writes("v2");
        whole.awaitState(whole.begin(), "rolled-back");
        assertThat(columns()).containsExactly("id");
        assertThat(calls()).containsExactly("up", "up", "down to 1");
        whole.runsOnly("v1");

        manifest(DOWN, WELL);
        try (var traffic = new Traffic(whole.port())) {
            whole.ship("v3");
            assertThat(traffic.stop()).isEmpty();
        }
        assertThat(columns()).containsExactly("id", "price");
        whole.runsOnly("v3");

        // Nothing new: nothing runs.
        assertThat(whole.deploy().json().path("releases").size()).isZero();
        assertThat(calls()).containsExactly("up", "up", "down to 1", "up");
    }

    @Test
    void a_release_without_a_migration_falls_and_leaves_the_schema_alone() throws Exception {
        manifest(DOWN, ILL);
        whole.writes("v2");
        whole.awaitState(whole.begin(), "rolled-back");
        assertThat(calls()).containsExactly("up", "up");
        assertThat(columns()).containsExactly("id");
    }

    @Test
    void a_command_that_fails_starts_nothing_and_what_it_did_is_taken_back() throws Exception {
        price();
        migration(3, "ALTER TABLE orders ADD id int;", "SELECT 1;");
        whole.writes("v2");
        JsonNode shown = whole.awaitState(whole.begin(), "rolled-back");
        assertThat(shown.path("because").asString())
                .contains("migrate `db` by `sh tool.sh up`")
                .contains("already exists");
        assertThat(calls()).containsExactly("up", "up", "down to 1");
        assertThat(columns()).containsExactly("id");
        whole.runsOnly("v1");
    }

    @Test
    void without_a_way_back_a_person_decides_and_the_old_revision_serves() throws Exception {
        manifest("timeout: 5s", ILL);
        price();
        whole.writes("v2");
        String release = whole.begin();
        JsonNode shown = whole.awaitState(release, "held");
        assertThat(shown.path("because").asString())
                .contains("`status` printed `1` before, prints `2` now, and there is no `down`");
        assertThat(columns()).containsExactly("id", "price");
        whole.runsOnly("v1");

        try (Connection connection = database.connect("test");
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER TABLE orders DROP price; DELETE FROM tool WHERE version = 2");
        }
        decide(release, "retry");
        whole.awaitState(release, "rolled-back");
    }

    private void decide(String release, String decision) throws Exception {
        Map<String, Object> body =
                new HashMap<>(
                        Map.of("command", "decide", "decision", decision, "reason", "it is so"));
        assertThat(whole.command(release, body).status()).isEqualTo(200);
    }

    @Test
    void it_goes_on_while_the_control_plane_is_dead_and_is_not_repeated() throws Exception {
        price();
        whole.writes("v2");
        String release;
        try (Connection reader = reader()) {
            release = whole.begin();
            awaitLockWaiter();
            whole.killServer();
            reader.rollback();
        }
        whole.await("it is done", () -> columns().contains("price"));
        whole.start();
        whole.awaitState(release, "completed");
        assertThat(calls()).containsExactly("up", "up");
        whole.runsOnly("v2");
    }

    /// First, as it starts the control plane so often, while there is nothing else to look after.
    @Test
    @Order(1)
    void killed_at_any_line_of_its_journal_it_goes_there_once_and_back_once() throws Exception {
        price();
        manifest(DOWN, ILL);
        boolean ended = false;
        for (int line = 2; !ended; line += 7) {
            int before = calls().size();
            whole.writes("v" + line);
            String release = whole.begin();
            int lines = line;
            whole.await(
                    "line " + line,
                    () ->
                            whole.journal(release) >= lines
                                    || whole.state(release).equals("rolled-back"));
            ended = whole.state(release).equals("rolled-back");
            whole.killServer();
            whole.start();
            whole.awaitState(release, "rolled-back");
            assertThat(calls().subList(before, calls().size()))
                    .as("killed at line " + line)
                    .containsExactly("up", "down to 1");
            assertThat(columns()).containsExactly("id");
        }
        whole.runsOnly("v1");
    }

    @Test
    void cut_off_with_its_machine_it_is_held_with_the_state_and_can_be_taken_back()
            throws Exception {
        price();
        migration(3, "ALTER TABLE orders ADD weight int;", "ALTER TABLE orders DROP weight;");
        migration(4, "SELECT pg_sleep(1000);", "SELECT 1;");
        whole.writes("v2");
        String release = whole.begin();
        whole.await("two of three are applied", () -> columns().contains("weight"));
        // As when the machine dies: the launcher goes too, so nobody sees how it ended.
        whole.killServer();
        Processes.killAll(folder);
        whole.start();
        JsonNode shown = whole.awaitState(release, "held");
        assertThat(shown.path("because").asString())
                .contains("nobody saw how")
                .contains("`status` printed `1` before it, and prints `3` now");
        assertThat(calls()).containsExactly("up", "up");

        decide(release, "roll-back");
        whole.awaitState(release, "rolled-back");
        assertThat(calls()).containsExactly("up", "up", "down to 1");
        assertThat(columns()).containsExactly("id");
        // Its instances died with the machine, and were started again.
        whole.await("v1 serves again", () -> serves("v1"));
        whole.runsOnly("v1");
    }

    private boolean serves(String word) {
        try {
            return Traffic.once(whole.port()).equals(word);
        } catch (IOException notYet) {
            return false;
        }
    }

    @Test
    void killed_while_it_takes_back_it_goes_on_and_takes_back_once() throws Exception {
        price();
        Path falls = folder.resolve("falls");
        manifest(
                DOWN,
                "command: [sh, -c, 'while [ ! -e " + falls + " ]; do sleep 0.05; done; exit 1']");
        whole.writes("v2");
        String release = whole.begin();
        whole.await("its schema has changed", () -> columns().contains("price"));
        try (Connection reader = reader()) {
            Files.createFile(falls);
            awaitLockWaiter();
            whole.killServer();
            whole.start();
            reader.rollback();
        }
        whole.awaitState(release, "rolled-back");
        assertThat(calls()).containsExactly("up", "up", "down to 1");
        assertThat(columns()).containsExactly("id");
        whole.runsOnly("v1");
    }
}
