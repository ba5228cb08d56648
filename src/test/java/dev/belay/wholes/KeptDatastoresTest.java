package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.redis.TestRedis;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A platform that keeps its data in Redis and in a file of SQLite, and releases nothing without a
/// backup of both that was restored.
class KeptDatastoresTest {
    @TempDir private Path folder;
    private Whole whole;
    private TestRedis redis;
    private Path file;

    @BeforeEach
    void start() throws Exception {
        whole = new Whole(folder);
        redis = TestRedis.start();
        redis.say("SET word first");
        file = folder.resolve("app.db");
        sqlite(
                "PRAGMA journal_mode = wal; CREATE TABLE word (word); INSERT INTO word VALUES ('first');");
        Files.writeString(folder.resolve(".env"), "REDIS_URL=" + redis.url() + "\n");
        whole.keeps(
                """
                cache: {engine: redis, url: "${REDIS_URL}", backup: {to: kept}}
                words: {engine: sqlite, url: "sqlite:app.db", backup: {to: kept, drill: 1s}}
                queue: {engine: nats, url: "nats://127.0.0.1:1", optional: true}
                """,
                "cache, words, queue");
        whole.start();
        whole.ship("v1");
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
        redis.close();
    }

    private String sqlite(String statements) throws Exception {
        Process process =
                new ProcessBuilder("sqlite3", "-bail", file.toString(), statements)
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.strip();
    }

    private JsonNode backups() throws Exception {
        return whole.get("/api/v1/environments/local/backups").json().path("backups");
    }

    @Test
    void both_are_kept_drilled_and_put_back_and_a_kill_leaves_nothing() throws Exception {
        assertThat(backups()).hasSize(2);
        for (JsonNode one : backups()) {
            assertThat(one.path("verified").asLong()).isPositive();
            assertThat(one.path("rows").asLong()).isEqualTo(1);
        }
        whole.writes("v2");
        String release = whole.begin();
        whole.awaitState(release, "completed");
        assertThat(whole.show(release).toString())
                .contains("`queue` is not backed up: this version knows no backups of `nats`");
        for (String one : List.of("cache", "words")) {
            whole.result("drills", Map.of("datastore", one));
        }
        redis.say("SET word wrong");
        sqlite("UPDATE word SET word = 'wrong'");

        putBack();
        killed();
        // Nobody asked for this one.
        Path drilled = folder.resolve("kept/local/words/drilled");
        whole.await("a drill", () -> Files.exists(drilled));
    }

    private void putBack() throws Exception {
        assertThat(whole.ask("restores", Map.of("datastore", "cache")).body())
                .contains("unless it is to take its place");
        assertThat(whole.ask("restores", Map.of("datastore", "cache", "swap", true)).body())
                .contains("request/loss-not-agreed");
        try (TestRedis other = TestRedis.start("requirepass a-secret")) {
            String into = other.url().replace("redis://", "redis://:a-secret@");
            whole.result("restores", Map.of("datastore", "cache", "into", into));
        }
        assertThat(whole.get("/api/v1/audit?limit=1000").body())
                .contains("redis://***@")
                .doesNotContain("a-secret");
        JsonNode file = whole.result("restores", Map.of("datastore", "words"));
        assertThat(Path.of(file.path("database").asString())).exists();
        assertThat(redis.say("GET word")).isEqualTo("wrong");
        assertThat(sqlite("SELECT word FROM word")).isEqualTo("wrong");

        for (String one : List.of("cache", "words")) {
            JsonNode done =
                    whole.result(
                            "restores",
                            Map.of("datastore", one, "swap", true, "loseWritesOf", one));
            assertThat(done.path("aside").asString()).isNotEmpty();
        }
        assertThat(redis.say("GET word")).isEqualTo("first");
        assertThat(sqlite("SELECT word FROM word")).isEqualTo("first");
        assertThat(Traffic.once(whole.port())).isEqualTo("v2");
    }

    private void killed() throws Exception {
        // So long it waits for more replicas before it sends itself to any.
        redis.say("CONFIG SET repl-diskless-sync-delay 60");
        Thread asking =
                Thread.startVirtualThread(() -> {
                    try {
                        whole.ask("backups", Map.of("datastore", "cache"));
                    } catch (Exception gone) {
                        // The control plane is killed under it.
                    }
                });
        whole.await("a copy is being made", () -> !scratchServers().isEmpty());
        whole.killServer();
        asking.join();
        assertThat(scratchServers()).isNotEmpty();
        redis.say("CONFIG SET repl-diskless-sync-delay 0");

        whole.start();

        assertThat(scratchServers()).isEmpty();
        assertThat(folder.resolve(".belay/scratch"))
                .isDirectoryNotContaining(one -> one.getFileName().toString().startsWith("redis"));
        assertThat(backups()).hasSize(2);
        whole.result("backups", Map.of("datastore", "cache"));
        assertThat(backups()).hasSize(3);
    }

    /// Processes whose configuration lies in the scratch folder.
    private List<Long> scratchServers() throws IOException {
        String scratch = folder.toRealPath().resolve(".belay/scratch").toString();
        return ProcessHandle.allProcesses()
                .filter(one -> one.info().commandLine().orElse("").contains(scratch))
                .map(ProcessHandle::pid)
                .toList();
    }
}
