package dev.belay.wholes;

import static dev.belay.driver.postgres.TestDatabases.ask;
import static dev.belay.driver.postgres.TestDatabases.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.postgres.ArchivedDatabases;
import dev.belay.driver.postgres.PostgresAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A platform whose database's log is archived, and that goes back to an instant between two
/// backups.
class RecoveredTest {
    @TempDir private Path folder;
    @TempDir private Path temp;
    private Whole whole;
    private ArchivedDatabases databases;
    private PostgresAddress database;

    @BeforeEach
    void start() throws Exception {
        // Run by root, PostgreSQL runs as another user, who has to get through to scratch.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        databases = new ArchivedDatabases(temp);
        run(databases.server(), "CREATE DATABASE shop");
        database = databases.server().at("shop");
        run(database, "CREATE TABLE orders (id int); INSERT INTO orders VALUES (1), (2), (3)");
        whole = new Whole(folder);
        Files.writeString(
                folder.resolve(".env"),
                "DATABASE_URL=postgres://%s:%s@%s:%d/%s\n"
                        .formatted(
                                database.user(),
                                database.password(),
                                database.host(),
                                database.port(),
                                database.database()));
        stanza("main");
        whole.start();
        whole.ship("v1");
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
        databases.close();
    }

    private void stanza(String name) throws IOException {
        whole.keeps(
                """
                db: {engine: postgres, url: "${DATABASE_URL}", backup: {to: kept, archive: {tool: pgbackrest, stanza: %s, config: "%s"}}}
                """
                        .formatted(name, databases.config()),
                "db");
        Path manifest = folder.resolve("belay.yaml");
        Files.writeString(
                manifest, Files.readString(manifest).replace("gates: {backup: verified}", ""));
    }

    @Test
    void an_instant_takes_the_place_of_what_went_wrong_after_it() throws Exception {
        JsonNode archive =
                whole.get("/api/v1/environments/local/backups").json().path("archives").path(0);
        assertThat(archive.path("archive").asString()).isEqualTo("pgbackrest main");
        assertThat(archive.path("spans")).hasSize(1);
        assertThat(archive.path("trouble").asString()).isEmpty();

        Instant good = databases.now();
        run(database, "DELETE FROM orders; INSERT INTO orders VALUES (99)");
        Instant harmed = databases.now();
        whoIsKilledMeanwhileLeavesNothing(good);
        JsonNode swapped =
                whole.result(
                        "restores",
                        Map.of(
                                "datastore",
                                "db",
                                "at",
                                good.toString(),
                                "swap",
                                true,
                                "loseWritesOf",
                                "db"));
        assertThat(ask(database, "SELECT id::text FROM orders ORDER BY 1"))
                .containsExactly("1", "2", "3");
        assertThat(swapped.path("instant").asLong()).isEqualTo(good.toEpochMilli());
        long lost = swapped.path("lostSeconds").asLong();
        assertThat(lost)
                .isBetween(
                        harmed.getEpochSecond() - good.getEpochSecond(),
                        databases.now().getEpochSecond() - good.getEpochSecond());
        assertThat(Traffic.once(whole.port())).isEqualTo("v1");
        assertThat(whole.get("/api/v1/audit?limit=1000").body())
                .contains("restore-in-place-begun", good.toString());
        JsonNode backups = whole.get("/api/v1/environments/local/backups").json().path("backups");
        assertThat(backups.path(0).path("recoveredBy").asString()).isEqualTo("pgbackrest main");
        assertThat(folder.resolve(".belay/scratch")).isDirectoryNotContaining("glob:**past-*");

        whatCannotBeHadIsTold();
    }

    private void whoIsKilledMeanwhileLeavesNothing(Instant good) throws Exception {
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        whole.ask("backups", Map.of("datastore", "db", "at", good.toString()));
                    } catch (Exception _) {
                        // Whom it asks is killed.
                    }
                });
        Path scratch = folder.resolve(".belay/scratch");
        whole.await("the log is replayed", () -> !pids(scratch).isEmpty());
        List<Path> servers = pids(scratch);
        whole.killServer();
        long server = Long.parseLong(Files.readAllLines(servers.getFirst()).getFirst().strip());
        whole.start();
        // A process is there until its new parent has heard of its end.
        whole.await("what a killed one left is gone", () -> ProcessHandle.of(server).isEmpty());
        assertThat(scratch).isDirectoryNotContaining("glob:**past-*");
    }

    private static List<Path> pids(Path scratch) throws IOException {
        if (!Files.isDirectory(scratch)) {
            return List.of();
        }
        try (var all = Files.list(scratch)) {
            return all.filter(one -> one.getFileName().toString().startsWith("past-"))
                    .map(one -> one.resolve("data/postmaster.pid"))
                    .filter(Files::exists)
                    .toList();
        }
    }

    private void whatCannotBeHadIsTold() throws Exception {
        Whole.Answer zoneless =
                whole.ask("backups", Map.of("datastore", "db", "at", "2026-01-31T02:16:30"));
        assertThat(zoneless.status()).isEqualTo(422);
        assertThat(zoneless.body()).contains("request/wrong-time", "an instant with its zone");
        assertThat(whole.ask("backups", Map.of("at", "2026-01-31T02:16:30Z")).body())
                .contains("does not hold 2026-01-31T02:16:30Z: it covers 20");

        stanza("mian");
        JsonNode broken =
                whole.get("/api/v1/environments/local/backups").json().path("archives").path(0);
        assertThat(broken.path("trouble").asString()).contains("missing stanza path");
        assertThat(whole.get("/api/v1/environments/local/status").json().path("backups").toString())
                .contains("db: the archive `pgbackrest mian`", "missing stanza path");
    }
}
