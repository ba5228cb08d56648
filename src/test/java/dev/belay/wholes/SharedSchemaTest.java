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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A schema that belongs to its datastore, on a real server: taken over, changed, taken back, tried
/// on a copy and left.
class SharedSchemaTest {
    @TempDir private static Path temp;
    @TempDir private static Path folder;
    private static final ByteArrayOutputStream OUT = new ByteArrayOutputStream();
    private static TestDatabases databases;
    private static Whole whole;
    private static PostgresAddress database;
    private static PostgresAddress later;

    @BeforeAll
    static void start() throws Exception {
        databases = new TestDatabases(temp);
        // Run by root, PostgreSQL runs as somebody else.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        whole = new Whole(folder);
        database = databases.fresh();
        run(database, "CREATE TABLE orders (id int PRIMARY KEY)");
        later = databases.fresh();
        environment(".env", database);
        environment(".env.later", later);
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                datastores:
                  db:
                    engine: postgres
                    url: "${DATABASE_URL}"
                    migrations: {dir: shared/sql}
                components:
                  api:
                    kind: service
                    build: {output: app}
                    run: sh run.sh
                    port: %d
                    instances: 2
                    uses: [db]
                    health: {http: /, within: 3s}
                    smoke: [{name: answers, http: [{request: GET /, status: 200}]}]
                    stop: {grace: 2s, drain: 2s}
                  ticker: {kind: worker, dir: tick, run: sleep 600, uses: [db]}
                environments:
                  local: {target: process, env-file: [.env], rollout: {soak: 0s}}
                  later:
                    target: process
                    port-offset: 1
                    env-file: [.env.later]
                    gates: {migrated-in: local}
                """
                        .formatted(whole.port()));
        Files.createDirectory(folder.resolve("tick"));
        Files.createDirectories(folder.resolve("shared/sql"));
        whole.writes("v1");
        whole.start();
    }

    private static void environment(String file, PostgresAddress address) throws Exception {
        Files.writeString(
                folder.resolve(file),
                "DATABASE_URL=postgres://%s:%s@%s:%d/%s\n"
                        .formatted(
                                address.user(),
                                address.password(),
                                address.host(),
                                address.port(),
                                address.database()));
    }

    @AfterAll
    static void stop() throws Exception {
        whole.end();
        databases.close();
    }

    private static void migration(String name, String up, String down) throws Exception {
        Files.writeString(folder.resolve("shared/sql/" + name + ".up.sql"), up);
        Files.writeString(folder.resolve("shared/sql/" + name + ".down.sql"), down);
    }

    private static void column(String name) throws Exception {
        migration(
                name,
                "ALTER TABLE orders ADD %s int;".formatted(name.substring(2)),
                "ALTER TABLE orders DROP %s;".formatted(name.substring(2)));
    }

    private static List<String> columns() throws Exception {
        return ask(
                database,
                "SELECT column_name::text FROM information_schema.columns WHERE table_name ="
                        + " 'orders' AND table_schema = 'public' ORDER BY ordinal_position");
    }

    private static void serves(String word) throws Exception {
        assertThat(Traffic.once(whole.port())).isEqualTo(word);
    }

    private static String belay(ExitCode expected, String... words) {
        OUT.reset();
        var stream = new PrintStream(OUT, true, StandardCharsets.UTF_8);
        int code =
                Main.run(
                        new Context(new Terminal(stream, stream, false, false), folder, Map.of()),
                        words);
        String said = OUT.toString(StandardCharsets.UTF_8);
        assertThat(code).as(said).isEqualTo(expected.number());
        return said;
    }

    @Test
    void it_is_one_for_all_who_use_the_datastore() throws Exception {
        migration("1_orders", "CREATE TABLE orders (id int PRIMARY KEY);", "DROP TABLE orders;");
        isTakenOverUnderTheDatastoresName();
        isChangedOnceBeforeAnythingThatUsesIt();
        isTakenBackWithTheReleaseOfOneOfThem();
        staysWhereARehearsalSaysSo();
        isShownToWaitWhereItIsLeftOut();
    }

    private static void isTakenOverUnderTheDatastoresName() throws Exception {
        assertThat(belay(ExitCode.DONE, "migrate", "adopt", "local", "db", "--to", "1"))
                .contains("db  in db, as `small/datastores/db`");
        column("2_price");
        assertThat(belay(ExitCode.DONE, "migrate", "status", "local"))
                .contains("applied  1 orders")
                .contains("pending  2 price");
        assertThat(belay(ExitCode.WAITING, "migrate", "adopt", "local", "api", "--to", "1"))
                .contains("`api` has no folder of migrations");
    }

    private static void isChangedOnceBeforeAnythingThatUsesIt() throws Exception {
        assertThat(belay(ExitCode.DONE, "plan", "local")).contains("migrate `db` by 2 price");
        String release = whole.begin();
        JsonNode shown = whole.awaitState(release, "completed");
        assertThat(shown.path("release").path("title").asString())
                .isEqualTo("migrate db; deploy api, ticker");
        assertThat(columns()).containsExactly("id", "price");
        assertThat(ask(database, "SELECT DISTINCT set_name FROM belay_ledger.migration"))
                .containsExactly("small/datastores/db");
        assertThat(belay(ExitCode.DONE, "plan", "local"))
                .contains("nothing to do")
                .contains("db: its schema has every migration");
    }

    private static void isTakenBackWithTheReleaseOfOneOfThem() throws Exception {
        column("3_note");
        whole.script("sleep 600");
        String release = whole.begin();
        JsonNode shown = whole.awaitState(release, "rolled-back");
        assertThat(shown.path("release").path("title").asString())
                .isEqualTo("migrate db; deploy api");
        assertThat(columns()).containsExactly("id", "price");
        serves("v1");
    }

    private static void staysWhereARehearsalSaysSo() throws Exception {
        assertThat(belay(ExitCode.DONE, "migrate", "plan", "local"))
                .contains("db  in db")
                .contains("pending  3 note")
                .contains("compatible; the release before runs on the new schema");
        assertThat(belay(ExitCode.DONE, "plan", "local", "--only", "api"))
                .contains("the schema of `db` changes under `ticker`, too")
                .contains("db → its schema stays as it is then");
        whole.awaitState(whole.begin(), "rolled-back");
        assertThat(columns()).containsExactly("id", "price", "note");
        serves("v1");
        whole.ship("v2");
        assertThat(columns()).containsExactly("id", "price", "note");
    }

    private static void isShownToWaitWhereItIsLeftOut() throws Exception {
        column("4_sum");
        whole.writes("v3");
        String plan = belay(ExitCode.DONE, "plan", "local", "--skip", "db", "--json");
        assertThat(plan)
                .contains("`api` is released without 4 sum of `db`, left out on request")
                .doesNotContain("migrate db");
        assertThat(belay(ExitCode.DONE, "plan", "local", "--only", "ticker"))
                .contains("db: left out on request, with 4 sum pending; `--only db` brings it");
        assertThat(belay(ExitCode.WAITING, "deploy", "later", "--only", "db"))
                .contains("these very migrations have not ended well in `local`");
        assertThat(belay(ExitCode.DONE, "deploy", "local", "--only", "db"))
                .contains("api: 1 smoke test through port " + whole.port());
        belay(ExitCode.DONE, "deploy", "later", "--only", "db");
        assertThat(ask(later, "SELECT DISTINCT set_name FROM belay_ledger.migration"))
                .containsExactly("small/datastores/db");
        assertThat(columns()).containsExactly("id", "price", "note", "sum");
        serves("v2");
        assertThat(belay(ExitCode.PROBLEM, "rollback", "local", "db"))
                .contains("rollback/schema-stays");
    }
}
