package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.configuration.Secret;
import dev.belay.release.BackupPolicy;
import dev.belay.release.Dependency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which backups may be relied on, with a datastore of PostgreSQL.
class DatastoreBackupsTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private static BackupDatabases databases;

    @TempDir private Path folder;
    private Path mounted;
    private DatastoreBackups backups;
    private BackupPolicy policy;
    private PostgresAddress database;

    @BeforeAll
    static void start() throws Exception {
        databases = new BackupDatabases();
    }

    @AfterAll
    static void stop() {
        databases.close();
    }

    @BeforeEach
    void aShop() throws Exception {
        database = databases.empty();
        BackupDatabases.run(database, "CREATE TABLE orders (id int)");
        mounted = folder.resolve("mounted");
        var datastore = new Dependency("db", Dependency.Engine.POSTGRES, "${DATABASE_URL}", false);
        policy = new BackupPolicy(datastore, mounted.toString(), Duration.ofDays(30), List.of());
        var places =
                new DatastoreBackups.Places(
                        folder.resolve("backups"),
                        folder.resolve("seen"),
                        databases.folder().resolve("scratch"),
                        2);
        backups =
                new DatastoreBackups(
                        places,
                        Map.of(Dependency.Engine.POSTGRES, new PostgresKind()),
                        (_, name) ->
                                name.equals("DATABASE_URL")
                                        ? Optional.of(new Secret(url(database)))
                                        : Optional.empty(),
                        InstantSource.system());
    }

    private static String url(PostgresAddress to) {
        return "postgres://%s:%s@%s:%d/%s"
                .formatted(
                        to.user(),
                        to.password(),
                        to.host(),
                        to.port(),
                        to.database().replace(" ", "%20").replace("\"", "%22"));
    }

    private StoredBackup made() throws Exception {
        return ((BackupOutcome.Verified) backups.make("local", policy, Duration.ZERO, _ -> {}))
                .backup();
    }

    @Test
    void what_was_made_of_another_database_is_not_relied_on() throws Exception {
        StoredBackup made = made();
        assertThat(backups.fresh("local", policy, HOUR).map(StoredBackup::name))
                .contains(made.name());
        PostgresAddress before = database;
        database = databases.empty();
        BackupDatabases.run(database, "CREATE TABLE orders (id int)");
        assertThat(backups.fresh("local", policy, HOUR)).isEmpty();
        assertThat(backups.ofThisSchema("local", policy, HOUR)).isEmpty();
        assertThat(backups.list("local", policy)).hasSize(1);

        // The very one is known, even when only its server is left of it.
        database = before;
        BackupDatabases.run(
                databases.server(), "DROP DATABASE " + Sql.identifier(database.database()));
        assertThat(backups.ours("local", policy)).hasSize(1);
    }

    @Test
    void what_was_made_before_the_ledger_was_told_is_of_another_schema() throws Exception {
        made();
        assertThat(backups.ofThisSchema("local", policy, HOUR)).isPresent();
        BackupDatabases.run(
                database,
                "CREATE SCHEMA belay_ledger; CREATE TABLE belay_ledger.history (id int);"
                        + " INSERT INTO belay_ledger.history VALUES (1)");
        assertThat(backups.ofThisSchema("local", policy, HOUR)).isEmpty();
        assertThat(backups.fresh("local", policy, HOUR)).isPresent();
        made();
        assertThat(backups.ofThisSchema("local", policy, HOUR)).isPresent();
    }

    @Test
    void a_folder_that_is_not_mounted_any_more_is_no_new_beginning() throws Exception {
        backups.list("local", policy);
        Files.move(mounted, folder.resolve("away"));
        Files.createDirectory(mounted);
        assertThatThrownBy(() -> backups.list("local", policy))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("`" + mounted + "` is not the folder that backups were in;");
        assertThatThrownBy(() -> backups.make("local", policy, Duration.ZERO, _ -> {}))
                .isInstanceOf(IOException.class);
        assertThat(mounted).isEmptyDirectory();

        Files.writeString(mounted.resolve(".belay-store"), "somebody else's");
        assertThatThrownBy(() -> backups.list("local", policy))
                .hasMessageContaining("but another one's");
        Files.delete(mounted.resolve(".belay-store"));
        Files.delete(mounted);
        Files.move(folder.resolve("away"), mounted);
        assertThat(backups.list("local", policy)).isEmpty();
    }
}
