package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.clickhouse.TestClickhouse;
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

/// A platform that keeps its data in ClickHouse, and releases nothing without a backup of it that
/// was restored.
class KeptClickhouseTest {
    @TempDir private Path folder;
    private Whole whole;
    private TestClickhouse clickhouse;

    @BeforeEach
    void start() throws Exception {
        // The server in scratch is another user's.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        whole = new Whole(folder);
        clickhouse = TestClickhouse.start();
        clickhouse.say("CREATE DATABASE words");
        clickhouse.say("CREATE TABLE words.word (word String) ENGINE = MergeTree ORDER BY word");
        clickhouse.say("INSERT INTO words.word VALUES ('first')");
        Files.writeString(folder.resolve(".env"), "EVENTS_URL='" + clickhouse.url("words") + "'\n");
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                datastores:
                  events: {engine: clickhouse, url: "${EVENTS_URL}", backup: {to: kept}}
                components:
                  api:
                    kind: service
                    build: {output: app}
                    run: sh run.sh
                    port: %d
                    uses: [events]
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
        clickhouse.close();
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
        JsonNode kept = whole.get("/api/v1/environments/local/backups").json().path("backups");
        assertThat(kept).hasSize(1);
        assertThat(kept.path(0).path("verified").asLong()).isPositive();
        assertThat(kept.path(0).path("rows").asLong()).isEqualTo(1);
        result("drills", Map.of("datastore", "events"));
        clickhouse.say("INSERT INTO words.word VALUES ('wrong')");

        JsonNode beside = result("restores", Map.of("datastore", "events"));
        assertThat(clickhouse.say("SELECT * FROM %s.word".formatted(text(beside, "database"))))
                .isEqualTo("first");
        JsonNode done =
                result(
                        "restores",
                        Map.of("datastore", "events", "swap", true, "loseWritesOf", "events"));

        assertThat(clickhouse.say("SELECT * FROM words.word")).isEqualTo("first");
        assertThat(clickhouse.say("SELECT count() FROM %s.word".formatted(text(done, "aside"))))
                .isEqualTo("2");
        assertThat(Traffic.once(whole.port())).isEqualTo("v1");
    }

    private static String text(JsonNode of, String field) {
        return of.path(field).asString();
    }
}
