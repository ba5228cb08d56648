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
        whole.keeps(
                """
                events: {engine: clickhouse, url: "${EVENTS_URL}", backup: {to: kept}}
                """,
                "events");
        whole.start();
        whole.ship("v1");
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
        clickhouse.close();
    }

    @Test
    void it_is_kept_drilled_and_put_back() throws Exception {
        JsonNode kept = whole.get("/api/v1/environments/local/backups").json().path("backups");
        assertThat(kept).hasSize(1);
        assertThat(kept.path(0).path("verified").asLong()).isPositive();
        assertThat(kept.path(0).path("rows").asLong()).isEqualTo(1);
        whole.result("drills", Map.of("datastore", "events"));
        clickhouse.say("INSERT INTO words.word VALUES ('wrong')");

        JsonNode beside = whole.result("restores", Map.of("datastore", "events"));
        assertThat(clickhouse.say("SELECT * FROM %s.word".formatted(text(beside, "database"))))
                .isEqualTo("first");
        JsonNode done =
                whole.result(
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
