package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.mariadb.TestMariadb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A platform that keeps its data in MariaDB, and releases nothing without a backup of it that was
/// restored.
class KeptMariadbTest {
    @TempDir private Path folder;
    @TempDir private Path temp;
    private Whole whole;
    private TestMariadb server;

    @BeforeEach
    void start() throws Exception {
        // Run by root, MariaDB runs as another user, who has to get through to scratch.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        whole = new Whole(folder);
        server = TestMariadb.start(temp);
        server.say(
                "mysql",
                "CREATE DATABASE shop; CREATE TABLE shop.word (word TEXT); INSERT INTO shop.word VALUES ('first')");
        Files.writeString(folder.resolve(".env"), "DATABASE_URL=" + server.url("shop") + "\n");
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                datastores:
                  words: {engine: mysql, url: "${DATABASE_URL}", backup: {to: kept}}
                components:
                  api:
                    kind: service
                    build: {output: app}
                    run: sh run.sh
                    port: %d
                    uses: [words]
                    health: {http: /, within: 20s}
                    stop: {grace: 2s, drain: 2s}
                environments:
                  local:
                    target: process
                    env-file: [.env]
                    gates: {backup: verified}
                    rollout: {soak: 0s}
                """
                        .formatted(whole.port()));
        whole.start();
        whole.ship("v1");
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
        server.close();
    }

    private JsonNode result(String path, Map<String, Object> body) throws Exception {
        String answer =
                whole.post(
                                "/api/v1/environments/local/" + path,
                                JsonMapper.shared().writeValueAsString(body))
                        .body();
        JsonNode last = JsonMapper.shared().readTree(answer.lines().toList().getLast());
        assertThat(last.has("result")).as(answer).isTrue();
        return last.path("result");
    }

    @Test
    void it_is_kept_drilled_and_put_back() throws Exception {
        JsonNode backups = whole.get("/api/v1/environments/local/backups").json().path("backups");
        assertThat(backups).hasSize(1);
        assertThat(backups.get(0).path("verified").asLong()).isPositive();
        result("drills", Map.of("datastore", "words"));
        server.say("shop", "UPDATE word SET word = 'wrong'");

        JsonNode beside = result("restores", Map.of("datastore", "words"));
        assertThat(server.say(beside.path("database").asString(), "SELECT word FROM word"))
                .isEqualTo("first");
        assertThat(server.say("shop", "SELECT word FROM word")).isEqualTo("wrong");

        JsonNode done =
                result(
                        "restores",
                        Map.of("datastore", "words", "swap", true, "loseWritesOf", "words"));
        assertThat(server.say("shop", "SELECT word FROM word")).isEqualTo("first");
        assertThat(server.say(done.path("aside").asString(), "SELECT word FROM word"))
                .isEqualTo("wrong");
        assertThat(Traffic.once(whole.port())).isEqualTo("v1");
    }
}
