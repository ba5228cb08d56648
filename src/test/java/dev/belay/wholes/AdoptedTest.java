package dev.belay.wholes;

import static dev.belay.driver.postgres.TestDatabases.ask;
import static dev.belay.driver.postgres.TestDatabases.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Main;
import dev.belay.cli.Terminal;
import dev.belay.driver.postgres.PostgresAddress;
import dev.belay.driver.postgres.TestDatabases;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A service whose schema was brought where it is by hand, before Belay came.
class AdoptedTest {
    @TempDir private static Path temp;
    private static TestDatabases databases;

    @TempDir private Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private Whole whole;
    private PostgresAddress database;

    @BeforeAll
    static void server() throws Exception {
        databases = new TestDatabases(temp);
    }

    @AfterAll
    static void noServer() {
        databases.close();
    }

    @BeforeEach
    void start() throws Exception {
        whole = new Whole(folder);
        database = databases.fresh();
        run(database, "CREATE TABLE orders (id int PRIMARY KEY, price int)");
        Files.writeString(
                folder.resolve(".env"),
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
                    port: %d
                    uses: [db]
                    migrations: {datastore: db, dir: db}
                    health: {http: /, within: 3s}
                    stop: {grace: 2s, drain: 2s}
                  ticker: {kind: worker, build: {output: app}, run: sh run.sh}
                environments:
                  local: {target: process, env-file: [.env], rollout: {soak: 0s}}
                """
                        .formatted(whole.port()));
        Files.createDirectory(folder.resolve("db"));
        migration("1_orders", "CREATE TABLE orders (id int PRIMARY KEY);", "DROP TABLE orders;");
        migration("2_price", "ALTER TABLE orders ADD price int;", "ALTER TABLE orders DROP price;");
        migration("3_note", "ALTER TABLE orders ADD note text;", "ALTER TABLE orders DROP note;");
        whole.start();
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
    }

    private void migration(String name, String up, String down) throws Exception {
        Files.writeString(folder.resolve("db/" + name + ".up.sql"), up);
        Files.writeString(folder.resolve("db/" + name + ".down.sql"), down);
    }

    private List<String> columns() throws Exception {
        return ask(
                database,
                "SELECT column_name::text FROM information_schema.columns WHERE table_name ="
                        + " 'orders' AND table_schema = 'public' ORDER BY ordinal_position");
    }

    private int belay(String... words) {
        out.reset();
        var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        return Main.run(
                new Context(new Terminal(stream, stream, false, false), folder, Map.of()), words);
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private void problem(String says, String... words) {
        assertThat(belay(words)).as(said()).isEqualTo(ExitCode.PROBLEM.number());
        assertThat(said()).contains(says);
    }

    @Test
    void what_cannot_be_adopted_is_a_problem() throws Exception {
        problem("cli/version-missing", "migrate", "adopt", "local", "api");
        problem("request/unknown-version", "migrate", "adopt", "local", "api", "--to", "9");
        problem("request/unknown-version", "migrate", "adopt", "local", "api", "--to", "new");
        problem("request/unknown-word", "migrate", "adopt", "local", "api", "--from", "liquibase");
        problem("did you mean `api`", "migrate", "adopt", "local", "apu", "--to", "1");
        problem("manifest/unknown-environment", "migrate", "adopt", "lokal", "api", "--to", "1");
        assertThat(belay("migrate", "adopt", "local", "ticker", "--to", "1"))
                .isEqualTo(ExitCode.WAITING.number());
        assertThat(said()).contains("`ticker` has no folder of migrations");
        assertThat(
                        whole.post(
                                        "/api/v1/environments/local/adoptions",
                                        "{\"component\": \"api\"}")
                                .status())
                .isEqualTo(422);
        assertThat(ask(database, "SELECT count(*) FROM pg_namespace WHERE nspname ~ 'belay'"))
                .containsExactly("0");
    }

    @Test
    void a_release_applies_what_is_newer_and_takes_back_only_its_own() throws Exception {
        assertThat(belay("migrate", "adopt", "local", "api", "--to", "002", "--dry-run")).isZero();
        assertThat(said())
                .isEqualTo(
                        """
                        api  in db, as `small/api`
                          applied  1 orders
                          applied  2 price
                          pending  3 note
                        """);
        assertThat(ask(database, "SELECT count(*) FROM pg_namespace WHERE nspname ~ 'belay'"))
                .containsExactly("0");
        assertThat(belay("migrate", "adopt", "local", "api", "--to", "2", "--json")).isZero();
        assertThat(said()).contains("\"written\":true");
        assertThat(belay("migrate", "adopt", "local", "api", "--to", "2"))
                .isEqualTo(ExitCode.WAITING.number());
        assertThat(said()).contains("lines of `small/api` already: 1 orders, 2 price");

        whole.script("sleep 600");
        whole.awaitState(whole.begin(), "rolled-back");
        assertThat(columns()).containsExactly("id", "price");
        whole.ship("v1");
        assertThat(columns()).containsExactly("id", "price", "note");
        assertThat(
                        ask(
                                database,
                                "SELECT version || direction || actor FROM belay_ledger.history"
                                        + " ORDER BY id"))
                .containsExactly(
                        "1adopted" + System.getProperty("user.name"),
                        "2adopted" + System.getProperty("user.name"),
                        "3up",
                        "3down",
                        "3up");
    }
}
