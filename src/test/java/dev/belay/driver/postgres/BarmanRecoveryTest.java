package dev.belay.driver.postgres;

import static dev.belay.driver.postgres.BackupDatabases.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.archive.ArchiveTool;
import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.PastInstant;
import dev.belay.driver.backup.ProgressListener;
import dev.belay.driver.backup.Workshop;
import dev.belay.release.WalArchive;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A database as it was at an instant, out of what Barman keeps.
@Timeout(240)
class BarmanRecoveryTest {
    @TempDir private Path temp;

    @Test
    void an_instant_becomes_a_verified_backup_with_the_rows_of_then() throws Exception {
        try (var databases = new ArchivedDatabases(temp, WalArchive.Tool.BARMAN)) {
            PostgresAddress shop = databases.server().at("shop");
            run(
                    databases.server(),
                    "CREATE TABLESPACE elsewhere LOCATION '" + databases.space() + "'");
            run(databases.server(), "CREATE DATABASE shop");
            run(shop, "CREATE TABLE orders (id int); INSERT INTO orders VALUES (1), (2)");
            Instant good = databases.now();
            run(shop, "DELETE FROM orders");
            databases.archiveNow();

            var wrong =
                    new WalArchive(WalArchive.Tool.BARMAN, "mian", databases.config().toString());
            assertThatThrownBy(() -> ArchiveTool.of(wrong).look())
                    .hasMessageContaining("`barman mian` cannot be read: ERROR: Unknown server");
            var workshop = new Workshop(temp.resolve("scratch"), 2, ProgressListener.NONE);
            try (var recovered =
                    new PostgresRecovery(
                                    shop,
                                    new PastInstant(databases.archive(), good),
                                    workshop,
                                    PostgresRecovery.ARCHIVED_WITHIN)
                            .recover()) {
                var made =
                        recovered.make(
                                BackupStore.at(temp.resolve("backups")),
                                new BackupKeys(List.of(), List.of()),
                                workshop);
                assertThat(made.outcome())
                        .isInstanceOfSatisfying(
                                BackupOutcome.Verified.class,
                                it -> {
                                    assertThat(it.backup().manifest().total().rows()).isEqualTo(2);
                                    assertThat(it.backup().manifest().recoveredBy())
                                            .isEqualTo("barman main");
                                });
            }
        }
    }
}
