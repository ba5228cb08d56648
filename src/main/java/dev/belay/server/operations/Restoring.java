package dev.belay.server.operations;

import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.driver.backup.PastInstant;
import dev.belay.driver.backup.Restorer;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.probe.DependencyUrl;
import dev.belay.driver.probe.ProbeFailure;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.release.Actor;
import dev.belay.release.Dependency;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Puts a backup back: into a database of its own for people to look at, or in the place of the
/// living one.
///
/// The latter is a person's decision and never a release's: the backup is restored beside the
/// living database and compared before anybody has to wait for it ([Exchange]).
public final class Restoring {
    private final Vault vault;
    private final DatastoreBackups backups;
    private final Exchange exchange;
    private final Repointing repointing;
    private final InstantSource clock;

    /// @param notes a folder for what has to be opened again, and one for what waits for an address
    public Restoring(
            Vault vault,
            DatastoreBackups backups,
            Doorkeeper doors,
            Releases releases,
            NoteFolders notes,
            InstantSource clock) {
        this.vault = vault;
        this.backups = backups;
        this.exchange = new Exchange(backups, doors, releases, notes.exchanges(), clock);
        this.repointing = new Repointing(backups, doors, releases, notes.repointings(), clock);
        this.clock = clock;
    }

    /// Where it is written down what is closed for a while.
    public record NoteFolders(Path exchanges, Path repointings) {}

    /// What becomes of the living database.
    public enum Place {
        /// It is left alone.
        BESIDE,
        /// The restored one takes its name.
        SWAP,
        /// It is written no more, until its address leads to the restored one.
        REPOINT
    }

    /// What is wanted.
    ///
    /// @param datastore its name, or empty for the only one
    /// @param backup its name, or empty for the newest that was verified
    /// @param into what the restored database is called; empty for a name with the time in it
    /// @param at the instant that is wanted, in place of a backup's; or null
    public record Wish(
            String datastore, String backup, String into, Place place, @Nullable Instant at) {}

    /// What was done.
    ///
    /// @param database that holds the backup now
    /// @param aside what the database that lived before is called now; empty when it lives still
    /// @param lostSeconds so much time before the writes stopped is not in it; 0 when they were not
    public record Restored(
            String backup,
            String database,
            String aside,
            long instant,
            long lostSeconds,
            List<String> remarks) {
        public Restored {
            remarks = List.copyOf(remarks);
        }
    }

    /// Does it; what takes long goes on when its asker has gone.
    public Object restore(EnvironmentView view, Wish wish, Actor by, Consumer<String> progress) {
        Datastore datastore = vault.one(view, wish.datastore());
        if (wish.place() != Place.BESIDE) {
            repointing.demandNotWaiting(view, datastore.name());
        }
        checkInside(datastore, wish.into());
        Instant at = wish.at();
        if (at != null) {
            return restoreAt(
                    view, datastore, ArchiveWatch.past(view, datastore, at), wish, by, progress);
        }
        StoredBackup backup = vault.find(view, datastore, wish.backup(), true, progress);
        return vault.follow(
                "restore %s %s %s %s"
                        .formatted(view.environment(), datastore.name(), backup.name(), wish),
                Vault.deed(
                        by,
                        deed(wish),
                        view,
                        Map.of(
                                "datastore", datastore.name(),
                                "backup", backup.name(),
                                "into", masked(wish.into()))),
                says -> putBack(view, datastore, backup, wish, says),
                progress);
    }

    /// Only of Redis it is an address, and leads anywhere.
    private static void checkInside(Datastore datastore, String into) {
        if (datastore.dependency().engine() != Dependency.Engine.REDIS || !into.contains("://")) {
            return;
        }
        try {
            DependencyUrl to = DependencyUrl.parse(Dependency.Engine.REDIS, into);
            datastore
                    .backup()
                    .policy()
                    .boundary()
                    .obstacle(
                            to.hosts().stream().map(DependencyUrl.Host::name).toList(),
                            // It proves its name, or no session comes to be.
                            to.tls() ? "verify-full" : "")
                    .ifPresent(why -> {
                        throw Denied.refusal(
                                "a backup would leave the environment's boundary: " + why,
                                "restore it inside");
                    });
        } catch (ProbeFailure e) {
            throw Denied.refusal("`--into`: " + e.reason(), e.hint());
        }
    }

    /// Makes a backup of the instant first, unless there is one.
    private Object restoreAt(
            EnvironmentView view,
            Datastore datastore,
            PastInstant past,
            Wish wish,
            Actor by,
            Consumer<String> progress) {
        return vault.follow(
                "restore %s %s %s".formatted(view.environment(), datastore.name(), wish),
                Vault.deed(
                        by,
                        deed(wish),
                        view,
                        Map.of(
                                "datastore", datastore.name(),
                                "at", past.instant().toString(),
                                "into", masked(wish.into()))),
                says ->
                        switch (backups.recover(
                                view.environment(), datastore.backup().policy(), past, says)) {
                            case BackupOutcome.Refused(String reason, String hint) ->
                                    new Vault.Ending.Bad(reason, hint);
                            case BackupOutcome.Verified(StoredBackup backup, var _) ->
                                    putBack(view, datastore, backup, wish, says);
                        },
                progress);
    }

    private Vault.Ending putBack(
            EnvironmentView view,
            Datastore datastore,
            StoredBackup backup,
            Wish wish,
            Consumer<String> progress)
            throws DataFailure, IOException, InterruptedException {
        return wish.place() == Place.BESIDE
                ? beside(view, datastore, backup, wish, progress)
                : inPlace(view, datastore, backup, wish, progress);
    }

    private static String deed(Wish wish) {
        return switch (wish.place()) {
            case BESIDE -> "restore";
            case SWAP -> "restore-in-place";
            case REPOINT -> "restore-and-repoint";
        };
    }

    /// Of Redis it is an address, which may hold a password.
    private static String masked(String into) {
        return into.replaceFirst("(?<=://)[^/?#]*@", "***@");
    }

    private Vault.Ending beside(
            EnvironmentView view,
            Datastore datastore,
            StoredBackup backup,
            Wish wish,
            Consumer<String> progress)
            throws DataFailure, IOException, InterruptedException {
        try (DatastoreBackups.Held held = hold(view, datastore, backup)) {
            Restorer restorer = restorer(view, datastore, held, progress);
            String name = name(restorer, wish);
            if (restorer.obstacle(backup, name, false).orElse(null)
                    instanceof Restorer.Outcome.Refused(String reason, String hint)) {
                return new Vault.Ending.Bad(reason, hint);
            }
            return switch (restorer.restore(backup, name)) {
                case Restorer.Outcome.Refused(String reason, String hint) ->
                        new Vault.Ending.Bad(reason, hint);
                case Restorer.Outcome.Restored(String database, List<String> remarks) ->
                        new Vault.Ending.Good(
                                new Restored(
                                        backup.name(),
                                        database,
                                        "",
                                        backup.manifest().instant().toEpochMilli(),
                                        0,
                                        remarks));
            };
        }
    }

    private Vault.Ending inPlace(
            EnvironmentView view,
            Datastore datastore,
            StoredBackup backup,
            Wish wish,
            Consumer<String> progress)
            throws DataFailure, IOException, InterruptedException {
        try (DatastoreBackups.Held held = hold(view, datastore, backup)) {
            Restorer restorer = restorer(view, datastore, held, progress);
            String name = name(restorer, wish);
            boolean swap = wish.place() == Place.SWAP;
            if (restorer.obstacle(backup, name, swap).orElse(null)
                    instanceof Restorer.Outcome.Refused(String reason, String hint)) {
                return new Vault.Ending.Bad(reason, hint);
            }
            // What the backup holds does not depend on what lives: nobody has to wait for this.
            return switch (restorer.restore(backup, name)) {
                case Restorer.Outcome.Refused(String reason, String hint) ->
                        new Vault.Ending.Bad(reason, hint);
                case Restorer.Outcome.Restored made ->
                        swap
                                ? exchange.exchange(
                                        view, datastore, backup, restorer, made, progress)
                                : repointing.repoint(
                                        view, datastore, backup, restorer, made, progress);
            };
        }
    }

    private DatastoreBackups.Held hold(
            EnvironmentView view, Datastore datastore, StoredBackup backup) throws IOException {
        return backups.hold(view.environment(), datastore.backup().policy(), backup);
    }

    private Restorer restorer(
            EnvironmentView view,
            Datastore datastore,
            DatastoreBackups.Held held,
            Consumer<String> progress)
            throws DataFailure {
        return backups.restorer(
                held, datastore.dependency(), view.environment(), backups.shop(progress));
    }

    /// Lets a living database be written again that waited for its address to lead elsewhere.
    public Object giveUp(EnvironmentView view, String named, Actor by, Consumer<String> progress) {
        String datastore = vault.one(view, named).name();
        return vault.follow(
                "give up re-pointing %s %s".formatted(view.environment(), datastore),
                Vault.deed(by, "give-up-repointing", view, Map.of("datastore", datastore)),
                _ -> new Vault.Ending.Good(repointing.giveUp(view, datastore)),
                progress);
    }

    /// What waits for another address, a sentence for each.
    public List<String> troubles(EnvironmentView view) {
        return repointing.troubles(view);
    }

    /// Opens what a control plane left closed that was killed in the middle of an exchange, and
    /// looks after what waits for an address.
    public void settle() {
        exchange.settle();
        repointing.settle();
    }

    private String name(Restorer restorer, Wish wish) {
        return wish.into().isEmpty() ? restorer.freshName(clock.instant()) : wish.into();
    }
}
