package dev.belay.wholes;

import static dev.belay.driver.postgres.TestDatabases.ask;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.FreePort;
import dev.belay.driver.postgres.PostgresAddress;
import dev.belay.driver.postgres.TestDatabases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Two environments, of which one takes what soaked in the other.
class PromotedTest {
    @TempDir private Path folder;
    @TempDir private Path servers;
    private Whole whole;
    private int productionPort;

    @BeforeEach
    void start() throws Exception {
        whole = new Whole(folder);
        int other = FreePort.choose();
        int low = Math.min(whole.port(), other);
        int offset = Math.abs(whole.port() - other);
        productionPort = low + offset;
        manifest("0s", low, offset);
        whole.start();
    }

    private void manifest(String soak, int port, int offset) throws Exception {
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                components:
                  api:
                    kind: service
                    build: {output: app}
                    run: sh run.sh
                    port: %d
                    health: {http: /, within: 20s}
                    stop: {grace: 2s, drain: 2s}
                environments:
                  staging: {target: process, rollout: {soak: %s}}
                  production:
                    target: process
                    port-offset: %d
                    promotes: {from: staging}
                    rollout: {soak: 0s}
                """
                        .formatted(port, soak, offset));
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
    }

    @Test
    void what_soaked_below_is_released_by_its_digest_and_nothing_else() throws Exception {
        whole.writes("v1");
        assertThat(whole.asked("production", Map.of("promote", true)).body())
                .contains("promotion/nothing-below", "nothing of `api` runs in `staging`");
        assertThat(whole.asked("staging", Map.of("promote", true)).body())
                .contains("`staging` promotes from nowhere");
        JsonNode staged = whole.released("staging", Map.of());

        // What lies in the folder now was tried nowhere.
        whole.writes("v2");
        JsonNode promoted =
                whole.released("production", Map.of("promote", true, "only", new String[] {"api"}));
        assertThat(Traffic.once(productionPort)).isEqualTo("v1");
        String artifact = artifact(staged);
        assertThat(artifact).startsWith("sha256:").isEqualTo(artifact(promoted));
        assertThat(whole.asked("production", Map.of()).json().path("releases")).isEmpty();

        assertThat(whole.asked("production", Map.of("skip", new String[] {"promotion"})).body())
                .contains("promotion/no-reason");
        JsonNode hotfix =
                whole.released(
                        "production",
                        Map.of("skip", new String[] {"promotion"}, "reason", "users cannot pay"));
        assertThat(Traffic.once(productionPort)).isEqualTo("v2");
        assertThat(hotfix.path("overrides").path(0).asString())
                .startsWith("promotion, asked by ")
                .contains(" until ")
                .endsWith(": users cannot pay");
        assertThat(hotfix.toString())
                .contains("`api`: built here, and not promoted from `staging`");

        assertThat(whole.get("/api/v1/environments/production/status").body())
                .contains(
                        "api runs by %s without `promotion`, asked by "
                                .formatted(hotfix.path("release").path("id").asString()));
        assertThat(
                        whole.asked(
                                        "production",
                                        Map.of(
                                                "skip",
                                                new String[] {"promotion"},
                                                "reason",
                                                "for ever",
                                                "until",
                                                "2099-01-01"))
                                .body())
                .contains("request/until", "30 days at most");

        nothingLooserIsReleased();
        whatSoakedComesByItselfUntilSomebodyHasToLook();
    }

    private void nothingLooserIsReleased() throws Exception {
        Path manifest = folder.resolve("belay.yaml");
        String alike = Files.readString(manifest);
        Files.writeString(
                manifest,
                alike.replace(
                        "rollout: {soak: 0s}}",
                        "rollout: {soak: 0s}, gates: {way-back: required}}"));
        assertThat(whole.asked("production", Map.of("promote", true)).body())
                .contains(
                        "parity/looser",
                        "`gates.way-back` of `production`",
                        "asked for in `staging`");
        JsonNode parity = whole.get("/api/v1/environments/production/parity").json();
        assertThat(parity.path("differences").path(0).path("refused").asBoolean()).isTrue();
        assertThat(parity.toString()).contains("api.version");
        Files.writeString(manifest, alike);
    }

    private void whatSoakedComesByItselfUntilSomebodyHasToLook() throws Exception {
        assertThat(steered(false, "why not").body())
                .contains("`production` takes nothing by itself");
        Path manifest = folder.resolve("belay.yaml");
        Files.writeString(
                manifest,
                Files.readString(manifest)
                        .replace("{from: staging}", "{from: staging, automatically: true}"));
        // The fix is in production alone: what soaks below would take it away.
        assertThat(held()).contains("went past the promotion", "users cannot pay");
        whole.writes("v3");
        whole.released("staging", Map.of());
        assertThat(steered(false, " ").body()).contains("promotion/no-reason");
        assertThat(Traffic.once(productionPort)).isEqualTo("v2");

        assertThat(steered(false, "v3 has the fix").status()).isEqualTo(200);
        serves("v3");
        JsonNode brought = whole.get("/api/v1/releases").json().path("releases").path(0);
        assertThat(brought.path("createdBy").asString()).isEqualTo("belay");
        whole.awaitState(brought.path("id").asString(), "completed");

        Whole.Answer back =
                whole.post(
                        "/api/v1/rollbacks",
                        "{\"environment\": \"production\", \"reason\": \"slow\", \"requestKey\": \"back\"}");
        assertThat(back.status()).as(back.body()).isEqualTo(202);
        whole.awaitState(back.json().path("releases").path(0).asString(), "completed");
        serves("v2");
        assertThat(held()).contains("took a release back");
        assertThat(whole.get("/api/v1/environments/production/status").body())
                .contains("nothing is taken from `staging` by itself");
        whole.writes("v4");
        whole.released("staging", Map.of());
        assertThat(steered(true, "not before Monday").status()).isEqualTo(200);
        assertThat(held()).contains("holds it: not before Monday");
        whole.killServer();
        whole.start();
        assertThat(held()).contains("holds it: not before Monday");
        assertThat(Traffic.once(productionPort)).isEqualTo("v2");
        assertThat(steered(false, "it is Monday").status()).isEqualTo(200);
        serves("v4");
        assertThat(whole.get("/api/v1/audit?limit=1000").body())
                .contains("promotion-held", "promotion-resumed", "it is Monday");
    }

    private Whole.Answer steered(boolean hold, String reason) throws Exception {
        return whole.post(
                "/api/v1/environments/production/promotion",
                JsonMapper.shared().writeValueAsString(Map.of("hold", hold, "reason", reason)));
    }

    private String held() throws Exception {
        return whole.get("/api/v1/environments/production/promotion")
                .json()
                .path("held")
                .asString();
    }

    private void serves(String word) throws Exception {
        whole.await("production serves " + word, () -> Traffic.once(productionPort).equals(word));
    }

    @Test
    void jobs_and_shared_schemas_are_promoted_too() throws Exception {
        try (var databases = new TestDatabases(servers)) {
            PostgresAddress low = databases.fresh();
            PostgresAddress high = databases.fresh();
            Files.writeString(folder.resolve(".env.staging"), "DATABASE_URL=" + url(low) + "\n");
            Files.writeString(
                    folder.resolve(".env.production"), "DATABASE_URL=" + url(high) + "\n");
            Path sql = Files.createDirectories(folder.resolve("sql"));
            Files.writeString(sql.resolve("1_a.up.sql"), "CREATE TABLE a (id int PRIMARY KEY);");
            Files.writeString(sql.resolve("1_a.down.sql"), "DROP TABLE a;");
            whole.script("exit 0");
            Files.writeString(
                    folder.resolve("belay.yaml"),
                    """
                    platform: small
                    prepare: [touch prepared]
                    datastores:
                      db: {engine: postgres, url: "${DATABASE_URL}", migrations: {dir: sql}}
                    components:
                      seed: {kind: job, build: {output: app}, run: sh run.sh, uses: [db]}
                    environments:
                      staging: {target: process, env-file: [.env.staging], rollout: {soak: 0s}}
                      production:
                        target: process
                        env-file: [.env.production]
                        promotes: {from: staging}
                        rollout: {soak: 0s}
                    """);
            whole.released("staging", Map.of());
            Files.writeString(sql.resolve("2_b.up.sql"), "CREATE TABLE b (id int PRIMARY KEY);");
            Files.writeString(sql.resolve("2_b.down.sql"), "DROP TABLE b;");
            Files.delete(folder.resolve("prepared"));

            whole.released("production", Map.of("promote", true));
            assertThat(
                            ask(
                                    high,
                                    "SELECT to_regclass('a')::text || coalesce(to_regclass('b')::text, '')"))
                    .as("what staging has, and no file of the folder")
                    .containsExactly("a");
            assertThat(folder.resolve("prepared")).as("nothing is built").doesNotExist();
        }
    }

    private static String url(PostgresAddress address) {
        return "postgres://%s:%s@%s:%d/%s"
                .formatted(
                        address.user(),
                        address.password(),
                        address.host(),
                        address.port(),
                        address.database());
    }

    private String artifact(JsonNode shown) throws Exception {
        String id = shown.path("release").path("id").asString();
        return whole.get("/api/v1/releases/" + id + "/plan")
                .json()
                .findValue("artifact")
                .asString();
    }
}
