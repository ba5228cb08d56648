package dev.belay.wholes;

import static dev.belay.driver.postgres.TestDatabases.ask;
import static dev.belay.driver.postgres.TestDatabases.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.postgres.PostgresAddress;
import dev.belay.driver.postgres.TestDatabases;
import dev.belay.driver.s3.ObjectStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An environment that migrates nothing without a backup that was restored and a rehearsal on it,
/// on a real server.
class SafeguardedTest {
    private static final String COLUMNS =
            "SELECT column_name::text FROM information_schema.columns WHERE table_name = 'orders'"
                    + " AND table_schema = 'public' ORDER BY ordinal_position";

    @TempDir private static Path temp;
    @TempDir private static Path another;
    private static TestDatabases databases;
    private static ObjectStorage storage;

    @TempDir private Path folder;
    private Whole whole;
    private PostgresAddress database;

    @BeforeAll
    static void server() throws Exception {
        databases = new TestDatabases(temp);
        storage = new ObjectStorage();
    }

    @AfterAll
    static void noServer() {
        databases.close();
        storage.close();
    }

    @BeforeEach
    void start() throws Exception {
        // Run by root, PostgreSQL runs as somebody else.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        whole = new Whole(folder);
        database = databases.fresh();
        Files.writeString(
                folder.resolve(".env"),
                "DATABASE_URL=postgres://%s:%s@%s:%d/%s\n"
                                .formatted(
                                        database.user(),
                                        database.password(),
                                        database.host(),
                                        database.port(),
                                        database.database())
                        + "AWS_ENDPOINT_URL=%s\nAWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\n"
                                .formatted(
                                        storage.url(), ObjectStorage.KEY_ID, ObjectStorage.SECRET));
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                datastores:
                  db: {engine: postgres, url: "${DATABASE_URL}", backup: {to: kept, keep: 30d, copy: "s3://kept/%s"}}
                components:
                  api:
                    kind: service
                    build: {output: app}
                    run: sh run.sh
                    port: %d
                    instances: 2
                    uses: [db]
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
                        .formatted(database.database(), whole.port()));
        Files.createDirectory(folder.resolve("db"));
        migration("1_orders", "CREATE TABLE orders (id int PRIMARY KEY);", "DROP TABLE orders;");
        whole.start();
        whole.ship("v1");
        run(database, "INSERT INTO orders SELECT generate_series(1, 500)");
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
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

    private JsonNode backups() throws Exception {
        return whole.get("/api/v1/environments/local/backups").json().path("backups");
    }

    private String failure(String path, Map<String, Object> body) throws Exception {
        Whole.Answer answer = whole.ask(path, body);
        assertThat(answer.body()).doesNotContain("\"result\"");
        return answer.body();
    }

    private String because(String word, String state) throws Exception {
        whole.writes(word);
        return whole.awaitState(whole.begin(), state).path("because").asString();
    }

    @Test
    void what_a_copy_shows_to_be_wrong_touches_nothing() throws Exception {
        migration(
                "2_next",
                "ALTER TABLE orders RENAME id TO number;",
                "ALTER TABLE orders RENAME number TO id;");
        assertThat(because("v2", "rolled-back"))
                .contains("the release before fails on the new schema")
                .contains("orders.id");

        migration(
                "2_next",
                "ALTER TABLE orders ADD price int;\nALTER TABLE orders ADD sum int;",
                "ALTER TABLE orders DROP price;");
        assertThat(because("v3", "rolled-back"))
                .contains("the way back does not lead back")
                .contains("sum");

        migration(
                "2_next",
                "ALTER TABLE orders ADD CONSTRAINT small CHECK (id < 400);",
                "ALTER TABLE orders DROP CONSTRAINT small;");
        assertThat(because("v4", "rolled-back"))
                .contains("refused on a copy of the data")
                .contains("small");
        assertThat(columns()).containsExactly("id");
        whole.runsOnly("v1");

        migration("2_next", "ALTER TABLE orders ADD price int;", "ALTER TABLE orders DROP price;");
        whole.ship("v5");
        assertThat(columns()).containsExactly("id", "price");
        assertThat(folder.resolve(".belay/scratch"))
                .isDirectoryNotContaining(
                        one -> !one.getFileName().toString().startsWith("empty-"));
        // One for each schema that was there; the attempts in between found it young enough.
        assertThat(backups()).hasSize(2);
        assertThat(backups().path(0).path("verified").asLong()).isPositive();
    }

    @Test
    void what_nobody_can_go_back_from_is_released_by_name_or_not_at_all() throws Exception {
        migration("2_price", "ALTER TABLE orders ADD price int;", "");
        whole.writes("v2");
        Whole.Answer refused = whole.deploy();
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body()).contains("there is no way back from step").contains("2 price");
        assertThat(accepting("").status()).isEqualTo(422);
        assertThat(columns()).containsExactly("id");

        Whole.Answer accepted = accepting("nobody reads it yet");
        assertThat(accepted.status()).as(accepted.body()).isEqualTo(202);
        String release = accepted.json().path("releases").path(0).asString();
        JsonNode shown = whole.awaitState(release, "completed");
        assertThat(columns()).containsExactly("id", "price");
        assertThat(shown.path("overrides").path(0).asString())
                .startsWith("way back, asked by ")
                .endsWith(": nobody reads it yet");
        assertThat(whole.get("/api/v1/releases/" + release + "/why").json().path("overrides"))
                .isEqualTo(shown.path("overrides"));
    }

    private Whole.Answer accepting(String why) throws Exception {
        return whole.post(
                "/api/v1/releases",
                JsonMapper.shared()
                        .writeValueAsString(
                                Map.of(
                                        "environment",
                                        "local",
                                        "requestKey",
                                        "accepting-" + why.length(),
                                        "acceptNoWayBack",
                                        true,
                                        "reason",
                                        why)));
    }

    @Test
    void once_it_is_rehearsed_the_plan_leaves_a_compatible_schema_where_it_is() throws Exception {
        migration("2_price", "ALTER TABLE orders ADD price int;", "ALTER TABLE orders DROP price;");
        JsonNode result = whole.result("rehearsals", Map.of());
        assertThat(result.path("components").path(0).path("migrations").path(0).asString())
                .isEqualTo("2 price");
        assertThat(result.path("components").path(0).path("lines").path(0).asString())
                .startsWith("compatible; the release before runs on the new schema");
        whole.script("sleep 600");
        whole.awaitState(whole.begin(), "rolled-back");
        assertThat(columns()).containsExactly("id", "price");
        whole.runsOnly("v1");
        whole.ship("v2");
        assertThat(columns()).containsExactly("id", "price");
    }

    @Test
    void by_choice_a_rollback_takes_the_schema_back_as_it_was_tried_on_a_copy() throws Exception {
        migration("2_price", "ALTER TABLE orders ADD price int;", "ALTER TABLE orders DROP price;");
        whole.script(
                "[ -e %s ] && exit 1; exec %s"
                        .formatted(folder.resolve("broken"), Whole.service("v1")));
        whole.awaitState(whole.begin(), "completed");
        migration("3_note", "ALTER TABLE orders ADD note text;", "ALTER TABLE orders DROP note;");
        whole.ship("v3");
        assertThat(columns()).containsExactly("id", "price", "note");
        assertThat(rollingBack("").status()).isEqualTo(422);

        run(database, "UPDATE orders SET note = 'n'");
        JsonNode back = whole.awaitState(begun("notes are wrong"), "completed");
        assertThat(columns()).containsExactly("id", "price");
        whole.runsOnly("v1");
        assertThat(ask(database, "SELECT count(*)::text FROM orders")).containsExactly("500");
        assertThat(back.toString())
                .contains("lost by it is what only the newer schema holds, in `public.orders`")
                .contains("take 3 note back from `db`");

        // Forward again; then the older does not start: everything of the newer is there again.
        whole.ship("v3");
        assertThat(columns()).containsExactly("id", "price", "note");
        Files.createFile(folder.resolve("broken"));
        whole.awaitState(begun("once more"), "rolled-back");
        assertThat(columns()).containsExactly("id", "price", "note");
        whole.runsOnly("v3");

        // What the rows of today do not let through is seen before anything is touched.
        run(database, "UPDATE orders SET note = NULL");
        run(
                database,
                "UPDATE belay_ledger.migration SET down_text = 'ALTER TABLE orders ALTER note SET NOT NULL; '"
                        + " || down_text WHERE version = '3'");
        JsonNode refused = whole.awaitState(begun("a third time"), "rolled-back");
        assertThat(refused.path("because").asString())
                .contains("on a copy of the data the way back is refused")
                .contains("note");
        whole.runsOnly("v3");
    }

    private Whole.Answer rollingBack(String why) throws Exception {
        return whole.post(
                "/api/v1/rollbacks",
                JsonMapper.shared()
                        .writeValueAsString(
                                Map.of(
                                        "environment",
                                        "local",
                                        "schema",
                                        true,
                                        "reason",
                                        why,
                                        "requestKey",
                                        "back-" + why.length())));
    }

    private String begun(String why) throws Exception {
        Whole.Answer answer = rollingBack(why);
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        return answer.json().path("releases").path(0).asString();
    }

    @Test
    void copies_are_made_where_the_environment_declares_and_are_written_down() throws Exception {
        try (var elsewhere = new TestDatabases(another)) {
            PostgresAddress on = elsewhere.fresh();
            Path env = folder.resolve(".env");
            Files.writeString(
                    env,
                    Files.readString(env)
                            + "SCRATCH_URL=postgres://%s:%s@%s:%d/%s\n"
                                    .formatted(
                                            on.user(),
                                            on.password(),
                                            on.host(),
                                            on.port(),
                                            on.database()));
            bounded("127.0.0.1");
            migration(
                    "2_price",
                    "ALTER TABLE orders ADD price int;",
                    "ALTER TABLE orders DROP price;");
            whole.ship("v2");
            assertThat(columns()).containsExactly("id", "price");
            assertThat(backups().path(0).path("where").asString())
                    .startsWith("scratch server 127.0.0.1:" + on.port() + ", PostgreSQL ");
            List<String> copies =
                    whole.get("/api/v1/audit?limit=1000")
                            .json()
                            .path("leaves")
                            .valueStream()
                            .map(one -> one.path("body").asString())
                            .filter(one -> one.contains("belay_scratch_"))
                            .toList();
            assertThat(copies)
                    .hasSize(4)
                    .allMatch(one -> one.contains("127.0.0.1:" + on.port()))
                    .satisfiesExactly(
                            one -> assertThat(one).contains("copy-made", "\"backup\""),
                            one -> assertThat(one).contains("copy-destroyed", "\"dropped\""),
                            one -> assertThat(one).contains("copy-made", "\"rehearsal\""),
                            one -> assertThat(one).contains("copy-destroyed", "\"dropped\""));
            assertThat(ask(on, "SELECT datname FROM pg_database WHERE datname ~ 'belay'"))
                    .isEmpty();

            bounded("db-scratch.internal");
            whole.writes("v3");
            assertThat(whole.deploy().body())
                    .contains("manifest/boundary")
                    .contains("`127.0.0.1` is not one of the boundary's servers");
        }
    }

    private void bounded(String host) throws Exception {
        Path manifest = folder.resolve("belay.yaml");
        Files.writeString(
                manifest,
                Files.readString(manifest)
                                .replaceFirst(
                                        ", copy: \"[^\"]*\"", ", scratch: \"\\${SCRATCH_URL}\"")
                                .replaceFirst("\n    boundary: .*", "")
                                .stripTrailing()
                        + "\n    boundary: {scratch: [%s], encrypted: false}\n".formatted(host));
    }

    @Test
    void killed_while_it_backs_up_it_begins_anew_and_leaves_nothing() throws Exception {
        run(
                database,
                "CREATE TABLE wide AS SELECT i, repeat(md5(i::text), 20) t FROM generate_series(1, 60000) i");
        for (Path one : kept()) {
            delete(one);
        }
        migration("2_price", "ALTER TABLE orders ADD price int;", "ALTER TABLE orders DROP price;");
        whole.writes("v2");
        String release = whole.begin();
        whole.await(
                "the backup is being made",
                () -> kept().stream().anyMatch(one -> one.toString().endsWith(".partial")));
        whole.killServer();
        whole.start();
        whole.awaitState(release, "completed");
        assertThat(kept()).hasSize(1).noneMatch(one -> one.toString().endsWith(".partial"));
        assertThat(folder.resolve(".belay/scratch"))
                .isDirectoryNotContaining(
                        one -> !one.getFileName().toString().startsWith("empty-"));
    }

    private List<Path> kept() throws Exception {
        try (var all = Files.list(folder.resolve("kept/local/db"))) {
            return all.filter(one -> one.getFileName().toString().startsWith("2")).toList();
        }
    }

    private static void delete(Path folder) throws Exception {
        try (var all = Files.walk(folder)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        }
    }

    @Test
    void a_backup_is_restored_beside_what_lives_and_in_its_place() throws Exception {
        JsonNode made = whole.result("backups", Map.of()).path("backup");
        assertThat(made.path("rows").asLong()).isGreaterThanOrEqualTo(500);
        run(database, "DELETE FROM orders WHERE id > 10");

        JsonNode beside = whole.result("restores", Map.of("datastore", "db", "into", "look_here"));
        assertThat(beside.path("database").asString()).isEqualTo("look_here");
        assertThat(ask(database.at("look_here"), "SELECT count(*)::text FROM orders"))
                .containsExactly("500");
        assertThat(ask(database, "SELECT count(*)::text FROM orders")).containsExactly("10");

        JsonNode swapped =
                whole.result(
                        "restores", Map.of("datastore", "db", "swap", true, "loseWritesOf", "db"));
        assertThat(swapped.path("database").asString()).isEqualTo(database.database());
        assertThat(ask(database, "SELECT count(*)::text FROM orders")).containsExactly("500");
        String aside = swapped.path("aside").asString();
        assertThat(whole.get("/api/v1/audit?limit=1000").body())
                .contains("restore-begun", "\\\"into\\\":\\\"look_here\\\"")
                .contains("restore-in-place-begun", "restore-in-place-ended");
        assertThat(
                        ask(
                                database,
                                "SELECT datallowconn::text FROM pg_database WHERE datname = '"
                                        + aside
                                        + "'"))
                .containsExactly("false");
        assertThat(Traffic.once(whole.port())).isEqualTo("v1");

        assertThat(failure("restores", Map.of("datastore", "db", "swap", true)))
                .contains("request/loss-not-agreed");
        // Refused, it leaves the living database open.
        assertThat(
                        failure(
                                "restores",
                                Map.of(
                                        "datastore",
                                        "db",
                                        "into",
                                        database.database(),
                                        "swap",
                                        true,
                                        "loseWritesOf",
                                        "db")))
                .contains("nothing is restored over a database");
        assertThat(ask(database, "SELECT count(*)::text FROM orders")).containsExactly("500");
        assertThat(Traffic.once(whole.port())).isEqualTo("v1");

        whatARestoreTookBackTheNextReleaseBringsAgain();
        whoIsKilledInTheMiddleOfAnExchangeLeavesNothingClosed();
        whatIsOnlyElsewhereIsBroughtBack();
        drillsAndDamageAreTold();
    }

    private void whatIsOnlyElsewhereIsBroughtBack() throws Exception {
        whole.await(
                "all are copied",
                () -> backups().valueStream().allMatch(one -> one.path("copied").asBoolean()));
        Path newest = kept().stream().max(Comparator.naturalOrder()).orElseThrow();
        String name = newest.getFileName().toString();
        delete(newest);
        JsonNode gone =
                backups()
                        .valueStream()
                        .filter(one -> one.path("name").asString().equals(name))
                        .findFirst()
                        .orElseThrow();
        assertThat(gone.path("here").asBoolean()).isFalse();
        assertThat(gone.path("bytes").asLong()).isPositive();
        whole.result("restores", Map.of("datastore", "db", "backup", name, "into", "from_afar"));
        assertThat(ask(database.at("from_afar"), "SELECT count(*)::text FROM orders"))
                .containsExactly("500");
        assertThat(newest).isDirectory();
    }

    private void whatARestoreTookBackTheNextReleaseBringsAgain() throws Exception {
        String before = whole.result("backups", Map.of()).path("backup").path("name").asString();
        migration("2_price", "ALTER TABLE orders ADD price int;", "ALTER TABLE orders DROP price;");
        whole.ship("v2");
        whole.result(
                "restores",
                Map.of("datastore", "db", "backup", before, "swap", true, "loseWritesOf", "db"));
        assertThat(columns()).containsExactly("id");

        whole.awaitState(whole.begin(), "completed");
        assertThat(columns()).containsExactly("id", "price");
        whole.runsOnly("v2");
    }

    private void whoIsKilledInTheMiddleOfAnExchangeLeavesNothingClosed() throws Exception {
        String open =
                "SELECT datallowconn::text FROM pg_database WHERE datname = '%s'"
                        .formatted(database.database());
        PostgresAddress server = database.at("postgres");
        // A session that does not end keeps the database fenced and the names as they are.
        try (var session = database.connect("belay/test");
                var asking = session.createStatement();
                var row = asking.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            long backend = row.getLong(1);
            List<String> before = ask(server, "SELECT datname FROM pg_database");
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            whole.ask(
                                    "restores",
                                    Map.of("datastore", "db", "swap", true, "loseWritesOf", "db"));
                        } catch (Exception _) {
                            // Whom it asks is killed.
                        }
                    });
            // Earlier, PostgreSQL would wait for the session before it makes a database.
            whole.await(
                    "it is being restored",
                    () -> ask(server, "SELECT datname FROM pg_database").size() > before.size());
            Processes.signal(backend, "STOP");
            try {
                whole.await("it is fenced", () -> ask(server, open).equals(List.of("false")));
                whole.killServer();
            } finally {
                Processes.signal(backend, "CONT");
            }
        }
        assertThat(ask(server, open)).containsExactly("false");
        whole.start();
        whole.await("it is open", () -> ask(server, open).equals(List.of("true")));
        whole.await("nothing is left to be opened", () -> notes().isEmpty());
        assertThat(columns()).containsExactly("id", "price");
        assertThat(Traffic.once(whole.port())).isEqualTo("v2");
    }

    private List<Path> notes() throws Exception {
        try (var all = Files.list(folder.resolve(".belay/exchanges"))) {
            return all.toList();
        }
    }

    private void drillsAndDamageAreTold() throws Exception {
        assertThat(whole.result("drills", Map.of()).path("backup").path("verified").asLong())
                .isPositive();
        Path data;
        try (var all = Files.walk(kept().stream().max(Comparator.naturalOrder()).orElseThrow())) {
            data =
                    all.filter(one -> one.toString().endsWith(".zst"))
                            .max(Comparator.comparingLong(one -> one.toFile().length()))
                            .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(data);
        bytes[bytes.length / 2] ^= 1;
        Files.write(data, bytes);
        assertThat(failure("drills", Map.of())).contains("is damaged");
        Whole.Answer unknown =
                whole.post("/api/v1/environments/local/drills", "{\"backup\": \"../../etc\"}");
        assertThat(unknown.status()).isEqualTo(404);
    }
}
