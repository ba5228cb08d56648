package dev.belay.server;

import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.driver.backup.DatastoreKind;
import dev.belay.driver.check.DataChecks;
import dev.belay.driver.clickhouse.ClickhouseKind;
import dev.belay.driver.configuration.ValueProvider;
import dev.belay.driver.mariadb.MariadbKind;
import dev.belay.driver.postgres.PostgresKind;
import dev.belay.driver.postgres.Rehearsals;
import dev.belay.driver.redis.RedisKind;
import dev.belay.driver.s3.S3Opener;
import dev.belay.driver.sqlite.SqliteKind;
import dev.belay.journal.SqliteJournal;
import dev.belay.release.Dependency.Engine;
import dev.belay.server.operations.ArchiveWatch;
import dev.belay.server.operations.AuditedCopies;
import dev.belay.server.operations.BackupCopies;
import dev.belay.server.operations.BackupWatch;
import dev.belay.server.operations.Platform;
import dev.belay.server.operations.Vault;
import java.io.IOException;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a control plane has for keeping data safe, wired: backups of every engine that is known,
/// and rehearsals on them.
record Safekeeping(
        DatastoreBackups backups,
        BackupCopies copies,
        ArchiveWatch archives,
        BackupWatch watch,
        Rehearsals rehearsals,
        DataChecks checks,
        Vault vault) {
    private static final Logger LOG = LoggerFactory.getLogger(Safekeeping.class);

    /// Dumped and restored side by side.
    private static final int TABLES_AT_ONCE = 2;

    static Safekeeping of(
            StateFolder state,
            ArtifactStore artifacts,
            Platform platform,
            ValueProvider values,
            SqliteJournal journal,
            InstantSource clock) {
        var places =
                new DatastoreBackups.Places(
                        state.backups(), state.stores(), state.scratch(), TABLES_AT_ONCE);
        var backups =
                new DatastoreBackups(places, kinds(), values, clock, new AuditedCopies(journal));
        try {
            backups.sweep();
        } catch (IOException e) {
            LOG.warn("what was left of earlier trials cannot be removed: {}", e.getMessage());
        }
        var rehearsals = new Rehearsals(backups, artifacts, state.rehearsals(), clock);
        var copies = new BackupCopies(platform, journal, backups, new S3Opener(values), clock);
        var archives = new ArchiveWatch(platform, journal, backups, clock);
        return new Safekeeping(
                backups,
                copies,
                archives,
                new BackupWatch(
                        platform,
                        journal,
                        backups,
                        copies,
                        archives,
                        clock,
                        ZoneId.systemDefault()),
                rehearsals,
                new DataChecks(backups, rehearsals),
                new Vault(backups, copies, archives, journal));
    }

    private static Map<Engine, DatastoreKind> kinds() {
        return Map.of(
                Engine.POSTGRES, new PostgresKind(),
                Engine.MYSQL, new MariadbKind(),
                Engine.REDIS, new RedisKind(),
                Engine.SQLITE, new SqliteKind(),
                Engine.CLICKHOUSE, new ClickhouseKind());
    }

    /// Ends what goes on.
    void close() {
        vault.close();
        checks.close();
    }
}
