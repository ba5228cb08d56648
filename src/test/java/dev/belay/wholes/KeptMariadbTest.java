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
        whole.keeps(
                """
                words: {engine: mysql, url: "${DATABASE_URL}", backup: {to: kept}}
                """,
                "words");
        whole.start();
        whole.ship("v1");
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
        server.close();
    }

    @Test
    void it_is_kept_drilled_and_put_back() throws Exception {
        JsonNode backups = whole.get("/api/v1/environments/local/backups").json().path("backups");
        assertThat(backups).hasSize(1);
        assertThat(backups.get(0).path("verified").asLong()).isPositive();
        whole.result("drills", Map.of("datastore", "words"));
        server.say("shop", "UPDATE word SET word = 'wrong'");

        JsonNode beside = whole.result("restores", Map.of("datastore", "words"));
        assertThat(server.say(beside.path("database").asString(), "SELECT word FROM word"))
                .isEqualTo("first");
        assertThat(server.say("shop", "SELECT word FROM word")).isEqualTo("wrong");

        JsonNode done =
                whole.result(
                        "restores",
                        Map.of("datastore", "words", "swap", true, "loseWritesOf", "words"));
        assertThat(server.say("shop", "SELECT word FROM word")).isEqualTo("first");
        assertThat(server.say(done.path("aside").asString(), "SELECT word FROM word"))
                .isEqualTo("wrong");
        assertThat(Traffic.once(whole.port())).isEqualTo("v1");
    }
}
