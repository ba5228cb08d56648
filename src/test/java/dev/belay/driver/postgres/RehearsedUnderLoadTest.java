package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Look;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.driver.backup.HashedJson;
import dev.belay.driver.configuration.Secret;
import dev.belay.release.BackupPolicy;
import dev.belay.release.Dependency;
import dev.belay.release.Digest;
import dev.belay.release.Migrations;
import dev.belay.release.SchemaVerdict;
import dev.belay.release.Work;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A database that somebody talks to, its backup, and a rehearsal with all that is part of one.
class RehearsedUnderLoadTest {
    private static final Dependency DB =
            new Dependency("db", Dependency.Engine.POSTGRES, "${DATABASE_URL}", false);
    private static final BackupPolicy POLICY = BackupPolicy.usual(DB);

    @TempDir private static Path folder;

    private static DatastoreBackups backups(PostgresAddress database) {
        var url =
                "postgres://%s:%s@%s:%d/%s"
                        .formatted(
                                database.user(),
                                database.password(),
                                database.host(),
                                database.port(),
                                database.database());
        var places =
                new DatastoreBackups.Places(
                        folder.resolve("kept"),
                        folder.resolve("seen"),
                        folder.resolve("scratch"),
                        1);
        return new DatastoreBackups(
                places,
                Map.of(Dependency.Engine.POSTGRES, new PostgresKind()),
                (_, _) -> Optional.of(new Secret(url)),
                InstantSource.system());
    }

    private static ArtifactStore artifacts() {
        return new ArtifactStore(folder.resolve("artifacts"));
    }

    private static RehearsalStore store() {
        return new RehearsalStore(folder.resolve("rehearsals"));
    }

    private static Migrations migrations() throws Exception {
        Path files = Files.createDirectory(folder.resolve("files"));
        Files.writeString(
                files.resolve("1_note.up.sql"),
                "CREATE TABLE notes (id int); ALTER TABLE visits ADD note text;");
        Files.writeString(
                files.resolve("1_note.down.sql"),
                "ALTER TABLE visits DROP note; DROP TABLE notes;");
        Digest digest = artifacts().put(files, List.of());
        return new Migrations("shop/api", DB, digest, List.of(new Migrations.One("1", "note", "")));
    }

    @Test
    void what_the_application_says_is_said_and_the_way_back_is_exact_all_the_same()
            throws Exception {
        // Run by root, PostgreSQL runs as somebody else.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        try (var databases =
                new TestDatabases(folder, "shared_preload_libraries=pg_stat_statements")) {
            PostgresAddress admin = databases.fresh();
            TestDatabases.run(
                    admin,
                    "CREATE ROLE api LOGIN PASSWORD 'known'; CREATE SCHEMA shop AUTHORIZATION api;"
                            + " CREATE EXTENSION pg_stat_statements; ALTER DATABASE "
                            + admin.database()
                            + " SET search_path = shop, public; GRANT CREATE ON DATABASE "
                            + admin.database()
                            + " TO api");
            PostgresAddress database = admin.as("api", "known");
            talk(database);
            DatastoreBackups backups = backups(database);
            assertThat(backups.make("local", POLICY, Duration.ZERO, _ -> {}))
                    .isInstanceOf(BackupOutcome.Verified.class);
            var rehearsals =
                    new Rehearsals(
                            backups,
                            artifacts(),
                            folder.resolve("rehearsals"),
                            InstantSource.system());
            Migrations migrations = migrations();

            RehearsalReport report = rehearsed(rehearsals, migrations);
            assertThat(report.refused()).isEmpty();
            assertThat(report.underLoad().unknown()).isEmpty();
            // And what backups ask, as the same role.
            assertThat(report.underLoad().statements()).isBetween(3, 5);
            assertThat(report.underLoad().living()).isPositive();
            assertThat(report.underLoad().felt())
                    .extracting(one -> one.access() + " " + one.relation())
                    .contains("reads shop.visits", "writes shop.visits");
            assertThat(report.tripFaults()).isEmpty();
            assertThat(report.verdict().backIsExact()).isTrue();
            assertThat(store().read("local", "shop/api")).contains(report);
            assertThat(said(report, migrations)).contains("under load ");

            TestDatabases.run(admin, "SELECT pg_stat_statements_reset()");
            assertThat(Workload.of(database).unknown())
                    .isEqualTo("`pg_stat_statements` saw nothing that the role `api` says");
            TestDatabases.run(admin, "DROP EXTENSION pg_stat_statements");
            assertThat(Workload.of(database).unknown())
                    .isEqualTo("`pg_stat_statements` is not there");
            assertThat(Workload.of(database).contract().statements()).isEmpty();
        }
    }

    /// As the service would, which leaves a sequence ahead of the rows.
    private static void talk(PostgresAddress database) throws Exception {
        try (Connection session = database.connect("belay/test")) {
            Databases.run(session, "CREATE TABLE shop.visits (id serial PRIMARY KEY, who text)");
            for (int i = 0; i < 20; i++) {
                Databases.run(
                        session,
                        "INSERT INTO visits (who) VALUES ('w" + i + "')",
                        "SELECT who FROM visits WHERE id = " + i,
                        "UPDATE visits SET who = 'again' WHERE id = " + i);
            }
        }
    }

    private static RehearsalReport rehearsed(Rehearsals rehearsals, Migrations migrations)
            throws Exception {
        var pending = List.of(new Rehearsals.Pending(migrations, List.of("1")));
        var outcome = rehearsals.rehearse("local", pending, POLICY, _ -> {});
        assertThat(outcome).isInstanceOf(RehearsalOutcome.Reported.class);
        return ((RehearsalOutcome.Reported) outcome).report();
    }

    /// By the step of a release.
    private static String said(RehearsalReport report, Migrations migrations) {
        var work =
                new Work.Rehearsed(
                        migrations, List.of("1"), POLICY, true, Work.Rehearsed.Back.STAYS);
        return RehearsalJudge.of(work, report) instanceof Look.Done(String detail) ? detail : "";
    }

    /// As it was written before anybody was replayed.
    private record Earlier(
            String set,
            String files,
            Instant at,
            Duration took,
            String refused,
            String hint,
            SchemaVerdict verdict,
            boolean hasWayBack,
            List<String> tripFaults,
            List<RehearsalReport.Held> held,
            int statements) {}

    @Test
    void a_report_of_an_earlier_version_is_read() throws Exception {
        var earlier =
                new Earlier(
                        "shop/web",
                        "sha256:x",
                        Instant.EPOCH,
                        Duration.ofSeconds(2),
                        "",
                        "",
                        new SchemaVerdict(List.of("1"), "compatible", true, true, "b", List.of()),
                        true,
                        List.of(),
                        List.of(),
                        3);
        Path file = folder.resolve("rehearsals/older/shop/web.json");
        Files.createDirectories(file.getParent());
        Files.write(file, HashedJson.bytes(earlier));
        RehearsalReport read = store().read("older", "shop/web").orElseThrow();
        assertThat(read.statements()).isEqualTo(3);
        assertThat(read.underLoad().known()).isFalse();
        assertThat(read.lines()).anyMatch(line -> line.contains("an earlier version did not"));
    }
}
