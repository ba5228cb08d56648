package dev.belay.wholes;

import static dev.belay.driver.postgres.TestDatabases.ask;
import static dev.belay.driver.postgres.TestDatabases.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.postgres.PostgresAddress;
import dev.belay.driver.postgres.TestDatabases;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A database on a server that others manage: the application's role is no superuser, does not own
/// the database, and cannot rename it.
class RepointedTest {
    private static final String ROWS = "SELECT count(*)::text FROM orders";
    private static final Map<String, Object> REPOINT =
            Map.of("datastore", "db", "repoint", true, "loseWritesOf", "db");

    @TempDir private Path temp;
    @TempDir private Path folder;
    private TestDatabases databases;
    private Whole whole;
    private PostgresAddress living;

    @BeforeEach
    void start() throws Exception {
        // Run by root, PostgreSQL runs as somebody else.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        databases = new TestDatabases(temp);
        PostgresAddress managed = databases.fresh();
        run(
                managed,
                """
                CREATE ROLE app LOGIN CREATEDB PASSWORD 'secret';
                GRANT CREATE ON DATABASE %s TO app;
                GRANT CREATE ON SCHEMA public TO app;
                """
                        .formatted(managed.database()));
        living = managed.as("app", "secret");
        whole = new Whole(folder);
        pointedTo(living);
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                datastores:
                  db: {engine: postgres, url: "${DATABASE_URL}", backup: {to: kept}}
                components:
                  api:
                    kind: service
                    build: {output: app}
                    run: sh run.sh
                    port: %d
                    uses: [db]
                    env: {secret: [DATABASE_URL]}
                    migrations: {datastore: db, dir: db}
                    health: {http: /, within: 3s}
                    stop: {grace: 2s, drain: 2s}
                environments:
                  local:
                    target: process
                    env-file: [.env]
                    gates: {backup: verified}
                    rollout: {soak: 0s}
                """
                        .formatted(whole.port()));
        Files.createDirectory(folder.resolve("db"));
        Files.writeString(
                folder.resolve("db/1_orders.up.sql"), "CREATE TABLE orders (id int PRIMARY KEY);");
        Files.writeString(folder.resolve("db/1_orders.down.sql"), "DROP TABLE orders;");
        whole.start();
        whole.ship("v1");
        run(living, "INSERT INTO orders SELECT generate_series(1, 500)");
        whole.result("backups", Map.of());
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
        databases.close();
    }

    private void pointedTo(PostgresAddress address) throws Exception {
        Files.writeString(
                folder.resolve(".env"),
                "DATABASE_URL=postgres://%s:%s@%s:%d/%s\n"
                        .formatted(
                                address.user(),
                                address.password(),
                                address.host(),
                                address.port(),
                                address.database()));
    }

    private JsonNode troubles() throws Exception {
        return whole.get("/api/v1/environments/local/status").json().path("backups");
    }

    private void isWritten(PostgresAddress address) throws Exception {
        run(address, "INSERT INTO orders SELECT max(id) + 1 FROM orders");
    }

    private int status() throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + whole.port()));
            return http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }

    @Test
    void writes_stop_until_the_address_leads_to_what_was_restored() throws Exception {
        whole.writes("v2");
        assertThat(
                        whole.post("/api/v1/plans", "{\"environment\": \"local\"}")
                                .json()
                                .path("plans")
                                .path(0)
                                .path("warnings")
                                .toString())
                .contains("`db`: `app` does not own `", "--repoint");
        run(living, "DELETE FROM orders WHERE id > 10");
        assertThat(
                        whole.ask(
                                        "restores",
                                        Map.of(
                                                "datastore",
                                                "db",
                                                "swap",
                                                true,
                                                "loseWritesOf",
                                                "db"))
                                .body())
                .contains("`app` does not own", "--repoint");
        assertThat(whole.ask("restores", Map.of("datastore", "db", "repoint", true)).body())
                .contains("request/loss-not-agreed");

        itIsGivenUp();
        whoIsKilledWhileWritesAreStoppedLeavesThemGoingOn();

        JsonNode done = whole.result("restores", REPOINT);
        PostgresAddress restored = living.at(done.path("database").asString());
        assertThat(done.path("lostSeconds").asLong()).isPositive();
        pointedTo(restored);
        assertThat(whole.ask("restores/give-up", Map.of("datastore", "db")).body())
                .contains("the address of `db` leads elsewhere now");
        assertThat(troubles()).as("nothing is released yet").isNotEmpty();
        whole.ship("v2");
        assertThat(status()).isEqualTo(503);
        whole.post("/api/v1/environments/local/open", "{\"components\": []}");
        assertThat(Traffic.once(whole.port())).isEqualTo("v2");
        whole.await("nothing waits any more", () -> troubles().isEmpty());

        assertThat(ask(restored, ROWS)).containsExactly("500");
        isWritten(restored);
        assertThat(ask(living, ROWS)).as("it stays to be looked at").containsExactly("12");
        assertThatThrownBy(() -> isWritten(living)).hasMessageContaining("read-only");
        assertThat(whole.ask("restores/give-up", Map.of("datastore", "db")).body())
                .contains("does not wait for another address");
        assertThat(whole.get("/api/v1/audit?limit=1000").body())
                .contains("restore-and-repoint-ended", "give-up-repointing-ended");
    }

    private void itIsGivenUp() throws Exception {
        try (Connection earlier = living.connect("an application")) {
            JsonNode done = whole.result("restores", REPOINT);
            assertThat(ask(living.at(done.path("database").asString()), ROWS))
                    .containsExactly("500");
            assertThat(done.path("remarks").toString())
                    .contains("does not own", "let the address of `db` lead to `");
            assertThatThrownBy(() -> earlier.createStatement().execute("SELECT 1"))
                    .as("a session of before")
                    .isInstanceOf(SQLException.class);
        }
        assertThatThrownBy(() -> isWritten(living)).hasMessageContaining("read-only");
        assertThat(ask(living, ROWS)).containsExactly("10");
        assertThat(status()).isEqualTo(503);
        assertThat(troubles().toString()).contains("db: writes to `" + living.database() + "` are");

        assertThat(whole.ask("restores", REPOINT).body()).contains("are stopped already");
        JsonNode given = whole.result("restores/give-up", Map.of("datastore", "db"));
        assertThat(given.path("opened").path(0).asString()).isEqualTo("api");
        isWritten(living);
        assertThat(troubles()).isEmpty();
        assertThat(Traffic.once(whole.port())).isEqualTo("v1");
    }

    private void whoIsKilledWhileWritesAreStoppedLeavesThemGoingOn() throws Exception {
        try (Connection session = living.connect("an application");
                var asking = session.createStatement();
                var row = asking.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            long backend = row.getLong(1);
            Processes.signal(backend, "STOP");
            try {
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                whole.ask("restores", REPOINT);
                            } catch (Exception _) {
                                // Whom it asks is killed.
                            }
                        });
                whole.await("writes are being stopped", () -> isReadOnly());
                whole.killServer();
            } finally {
                Processes.signal(backend, "CONT");
            }
        }
        whole.start();
        whole.await("it is written again", () -> !isReadOnly());
        whole.await("requests get through", () -> status() == 200);
        isWritten(living);
        assertThat(troubles()).isEmpty();
        try (var notes = Files.list(folder.resolve(".belay/repointings"))) {
            assertThat(notes).isEmpty();
        }
    }

    private boolean isReadOnly() throws Exception {
        return ask(living.at("postgres"), "SELECT count(*)::text FROM pg_db_role_setting")
                .equals(List.of("1"));
    }
}
