package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.driver.configuration.Secret;
import dev.belay.release.BackupPolicy;
import dev.belay.release.Dependency;
import dev.belay.release.Digest;
import dev.belay.release.Migrations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two components that migrate one database, in one release: what the one needs of the other is on
/// the copy, too.
class RehearsedTogetherTest {
    private static final Dependency DB =
            new Dependency("db", Dependency.Engine.POSTGRES, "${DATABASE_URL}", false);
    private static final BackupPolicy POLICY = BackupPolicy.usual(DB);

    @TempDir private static Path folder;

    private static ArtifactStore artifacts() {
        return new ArtifactStore(folder.resolve("artifacts"));
    }

    private static Rehearsals.Pending pending(String component, String up, String down)
            throws Exception {
        Path files = Files.createDirectory(folder.resolve(component));
        Files.writeString(files.resolve("1_next.up.sql"), up);
        Files.writeString(files.resolve("1_next.down.sql"), down);
        Digest digest = artifacts().put(files, List.of());
        var one = new Migrations.One("1", "next", "");
        return new Rehearsals.Pending(
                new Migrations("shop/" + component, DB, digest, List.of(one)), List.of("1"));
    }

    @Test
    void they_meet_on_one_copy_in_the_order_of_the_plan() throws Exception {
        // Run by root, PostgreSQL runs as somebody else.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        try (var databases = new TestDatabases(folder)) {
            PostgresAddress database = databases.fresh();
            TestDatabases.run(database, "CREATE TABLE orders (id int PRIMARY KEY)");
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
            var backups =
                    new DatastoreBackups(
                            places,
                            Map.of(Dependency.Engine.POSTGRES, new PostgresKind()),
                            (_, _) -> Optional.of(new Secret(url)),
                            InstantSource.system());
            assertThat(backups.make("local", POLICY, Duration.ZERO, _ -> {}))
                    .isInstanceOf(BackupOutcome.Verified.class);
            meet(
                    new Rehearsals(
                            backups,
                            artifacts(),
                            folder.resolve("rehearsals"),
                            InstantSource.system()));
        }
    }

    private static void meet(Rehearsals rehearsals) throws Exception {
        var api = pending("api", "CREATE TABLE items (id int PRIMARY KEY);", "DROP TABLE items;");
        var web =
                pending(
                        "web",
                        "ALTER TABLE orders ADD item int REFERENCES items;",
                        "ALTER TABLE orders DROP item;");

        assertThat(report(rehearsals, List.of(web)).refused()).contains("items");
        RehearsalReport both = report(rehearsals, List.of(api, web));
        assertThat(both.refused()).isEmpty();
        assertThat(both.tripFaults()).isEmpty();
        assertThat(both.verdict().backIsExact()).isTrue();
        assertThat(List.of(api, web))
                .extracting(one -> rehearsals.verdict("local", one.to()))
                .extracting(verdict -> verdict.together())
                .containsOnly(List.of("shop/api 1", "shop/web 1"));
        assertThat(report(rehearsals, List.of(web, api)).refused()).contains("items");
        assertThat(report(rehearsals, List.of(api)).verdict().together()).isEmpty();
    }

    private static RehearsalReport report(Rehearsals rehearsals, List<Rehearsals.Pending> pending)
            throws Exception {
        var outcome = rehearsals.rehearse("local", pending, POLICY, _ -> {});
        assertThat(outcome).isInstanceOf(RehearsalOutcome.Reported.class);
        return ((RehearsalOutcome.Reported) outcome).report();
    }
}
