package dev.belay.driver.postgres;

import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import dev.belay.release.BackupPolicy;
import dev.belay.release.Migrations;
import dev.belay.release.SchemaVerdict;
import dev.belay.schema.migration.MigrationSet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Rehearsals of migrations on databases made of backups, and what the last of them showed.
public final class Rehearsals {
    /// The data change, and with them what can be said of migrations.
    private static final Duration RELIED_ON = Duration.ofHours(24);

    private final DatastoreBackups backups;
    private final ArtifactStore artifacts;
    private final RehearsalStore rehearsals;
    private final InstantSource clock;

    /// @param folder where it is written down what they showed
    public Rehearsals(
            DatastoreBackups backups, ArtifactStore artifacts, Path folder, InstantSource clock) {
        this.backups = backups;
        this.artifacts = artifacts;
        this.rehearsals = new RehearsalStore(folder);
        this.clock = clock;
    }

    /// A set that is to be tried.
    ///
    /// @param versions that a release would bring
    public record Pending(Migrations to, List<String> versions) {
        public Pending {
            versions = List.copyOf(versions);
        }
    }

    /// Tries migrations on the newest verified backup, and writes down what it showed.
    ///
    /// @param pending all that a release would do to the datastore, in the order in which it does;
    ///   they meet on one copy
    public RehearsalOutcome rehearse(
            String environment,
            List<Pending> pending,
            BackupPolicy policy,
            Consumer<String> progress)
            throws DataFailure, IOException, InterruptedException {
        Optional<StoredBackup> newest = backups.ours(environment, policy).stream().findFirst();
        if (newest.isEmpty()) {
            return new RehearsalOutcome.Refused(
                    "there is no verified backup of `%s` to rehearse on"
                            .formatted(policy.datastore().name()),
                    "`belay backup " + environment + " " + policy.datastore().name() + "`");
        }
        var parts = new ArrayList<RehearsalRun.Part>();
        for (Pending one : pending) {
            MigrationSet files =
                    MigrationSet.read(MigrationTexts.read(artifacts.unpack(one.to().files())))
                            .set()
                            .only(one.to().versions());
            parts.add(new RehearsalRun.Part(one.to(), one.versions(), files));
        }
        PostgresAddress source =
                PostgresAddress.of(backups.address(environment, policy.datastore()));
        Workshop shop = backups.shop(environment, policy, "rehearsal", progress);
        RehearsalOutcome made;
        try (DatastoreBackups.Held held = backups.hold(environment, policy, newest.get());
                DatastoreBackups.Trace _ = backups.trace(environment, policy, "rehearsal")) {
            var from = new RehearsalRun.From(held.store(), held.backup(), held.keys());
            made = new RehearsalRun(source, shop, progress).run(from, parts);
        }
        if (made instanceof RehearsalOutcome.Reported(RehearsalReport report)) {
            for (RehearsalRun.Part part : parts) {
                rehearsals.write(environment, report.of(part));
            }
        }
        return made;
    }

    /// Tries to take applied migrations back, on the newest verified backup.
    ///
    /// @param applied with the versions to take back
    public ReturnRehearsal.Outcome rehearseReturn(
            String environment, Pending applied, BackupPolicy policy, Consumer<String> progress)
            throws DataFailure, IOException, InterruptedException {
        Optional<StoredBackup> newest = backups.ours(environment, policy).stream().findFirst();
        if (newest.isEmpty()) {
            return new ReturnRehearsal.Outcome.Refused(
                    "there is no verified backup of `%s` to rehearse on"
                            .formatted(policy.datastore().name()),
                    "`belay backup " + environment + " " + policy.datastore().name() + "`");
        }
        PostgresAddress source =
                PostgresAddress.of(backups.address(environment, policy.datastore()));
        MigrationSet files =
                MigrationSet.read(MigrationTexts.read(artifacts.unpack(applied.to().files())))
                        .set();
        Workshop shop = backups.shop(environment, policy, "rehearsal", progress);
        try (DatastoreBackups.Held held = backups.hold(environment, policy, newest.get());
                DatastoreBackups.Trace _ = backups.trace(environment, policy, "rehearsal")) {
            var from = new RehearsalRun.From(held.store(), held.backup(), held.keys());
            return new ReturnRehearsal(source, shop, progress)
                    .run(from, applied.to().set(), applied.versions(), files);
        }
    }

    /// What the last rehearsal of these very files showed; null when there was none within a day,
    /// or it did not come to a verdict.
    public @Nullable SchemaVerdict verdict(String environment, Migrations migrations) {
        Instant limit = clock.instant().minus(RELIED_ON);
        return rehearsals
                .read(environment, migrations.set())
                .filter(one -> one.files().equals(migrations.files().text()))
                .filter(one -> one.refused().isEmpty() && one.at().isAfter(limit))
                .map(RehearsalReport::verdict)
                .orElse(null);
    }
}
