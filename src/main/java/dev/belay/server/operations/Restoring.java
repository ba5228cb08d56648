package dev.belay.server.operations;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.driver.backup.Restorer;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.release.Actor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Puts a backup back: into a database of its own for people to look at, or in the place of the
/// living one.
///
/// The latter is a person's decision and never a release's: the backup is restored beside the
/// living database and compared before anybody has to wait for it ([Exchange]).
public final class Restoring {
    private final Vault vault;
    private final DatastoreBackups backups;
    private final Exchange exchange;
    private final InstantSource clock;

    /// @param notes a folder for what has to be opened again
    public Restoring(
            Vault vault,
            DatastoreBackups backups,
            Doorkeeper doors,
            Releases releases,
            Path notes,
            InstantSource clock) {
        this.vault = vault;
        this.backups = backups;
        this.exchange = new Exchange(backups, doors, releases, notes, clock);
        this.clock = clock;
    }

    /// What is wanted.
    ///
    /// @param datastore its name, or empty for the only one
    /// @param backup its name, or empty for the newest that was verified
    /// @param into what the restored database is called; empty for a name with the time in it
    /// @param swap whether it takes the living one's place
    public record Wish(String datastore, String backup, String into, boolean swap) {}

    /// What was done.
    ///
    /// @param database that holds the backup now
    /// @param aside what the database that lived before is called now; empty when it lives still
    /// @param lostSeconds so much time before the writes stopped is not in it; 0 when nothing was
    ///   swapped
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
        StoredBackup backup = vault.find(view, datastore, wish.backup(), true, progress);
        return vault.follow(
                "restore %s %s %s %s"
                        .formatted(view.environment(), datastore.name(), backup.name(), wish),
                Vault.deed(
                        by,
                        wish.swap() ? "restore-in-place" : "restore",
                        view,
                        Map.of(
                                "datastore", datastore.name(),
                                "backup", backup.name(),
                                "into", masked(wish.into()))),
                says ->
                        wish.swap()
                                ? swapped(view, datastore, backup, wish, says)
                                : beside(view, datastore, backup, wish, says),
                progress);
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

    private Vault.Ending swapped(
            EnvironmentView view,
            Datastore datastore,
            StoredBackup backup,
            Wish wish,
            Consumer<String> progress)
            throws DataFailure, IOException, InterruptedException {
        try (DatastoreBackups.Held held = hold(view, datastore, backup)) {
            Restorer restorer = restorer(view, datastore, held, progress);
            String name = name(restorer, wish);
            if (restorer.obstacle(backup, name, true).orElse(null)
                    instanceof Restorer.Outcome.Refused(String reason, String hint)) {
                return new Vault.Ending.Bad(reason, hint);
            }
            // What the backup holds does not depend on what lives: nobody has to wait for this.
            return switch (restorer.restore(backup, name)) {
                case Restorer.Outcome.Refused(String reason, String hint) ->
                        new Vault.Ending.Bad(reason, hint);
                case Restorer.Outcome.Restored made ->
                        exchange.exchange(view, datastore, backup, restorer, made, progress);
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

    /// Opens what a control plane left closed that was killed in the middle of an exchange.
    public void settle() {
        exchange.settle();
    }

    private String name(Restorer restorer, Wish wish) {
        return wish.into().isEmpty() ? restorer.freshName(clock.instant()) : wish.into();
    }
}
