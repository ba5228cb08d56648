package dev.belay.server.operations;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.driver.backup.Restorer;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.gateway.Door;
import dev.belay.manifest.Component;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.MigrationSource;
import dev.belay.release.Actor;
import dev.belay.release.Dependency;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts a backup back: into a database of its own for people to look at, or in the place of the
/// living one.
///
/// The latter is a person's decision and never a release's. The backup is restored beside the
/// living database and compared; then, while no release is under way, requests are held at the
/// gateway, the living database takes no connections, the two change names, and everything is open
/// again. Whatever fails before the names change leaves the living database as it was; what a
/// killed process leaves closed is opened by the next one ([#settle]).
public final class Restoring {
    private static final Logger LOG = LoggerFactory.getLogger(Restoring.class);
    private static final int REQUESTS = 1_000;
    private static final long BYTES = 8L << 20;
    private static final Duration AGE = Duration.ofSeconds(30);
    private final Vault vault;
    private final DatastoreBackups backups;
    private final Doorkeeper doors;
    private final Releases releases;
    private final ExchangeNotes notes;
    private final InstantSource clock;

    /// Exchanges of this process, which it ends itself.
    private final Set<ExchangeNotes.Note> ours = ConcurrentHashMap.newKeySet();

    /// @param notes a folder for what has to be opened again
    public Restoring(
            Vault vault,
            DatastoreBackups backups,
            Doorkeeper doors,
            Releases releases,
            Path notes,
            InstantSource clock) {
        this.notes = new ExchangeNotes(notes);
        this.releases = releases;
        this.vault = vault;
        this.backups = backups;
        this.doors = doors;
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
                        uninterrupted(() ->
                                releases.whileNothingGoesOn(
                                        view.environment(),
                                        releasing(view, datastore),
                                        () ->
                                                exchange(
                                                        view, datastore, backup, restorer, made,
                                                        progress)));
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

    /// On a thread that nobody interrupts: it takes seconds, and half of it is an outage.
    private static Vault.Ending uninterrupted(Supplier<Vault.Ending> doing)
            throws InterruptedException {
        var task = new FutureTask<Vault.Ending>(doing::get);
        Thread.ofPlatform().name("restore").start(task);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Denied denied) {
                return new Vault.Ending.Wrong(denied.no());
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Vault.Ending exchange(
            EnvironmentView view,
            Datastore datastore,
            StoredBackup backup,
            Restorer restorer,
            Restorer.Outcome.Restored made,
            Consumer<String> progress) {
        ExchangeNotes.Note note;
        try {
            note = note(view, datastore, restorer, made);
        } catch (DataFailure e) {
            return lost(e, made);
        }
        var held = new ArrayList<String>();
        boolean closed = false;
        boolean swapping = false;
        Instant stopped = clock.instant();
        try {
            ours.add(note);
            notes.write(note);
            hold(view, note, held, progress);
            stopped = clock.instant();
            progress.accept("`" + restorer.living() + "` takes no connections");
            closed = true;
            restorer.fence();
            progress.accept(
                    "`%s` takes the place of `%s`".formatted(made.database(), restorer.living()));
            swapping = true;
            restorer.swap(made.database(), note.aside());
            closed = false;
            return done(backup, restorer, made, note, stopped);
        } catch (DataFailure e) {
            // The answer may be lost, and not what was asked.
            if (swapping && swappedAfterAll(restorer, note)) {
                closed = false;
                return done(backup, restorer, made, note, stopped);
            }
            return lost(e, made);
        } catch (IOException e) {
            return new Vault.Ending.Bad(
                    "it cannot be written down what is about to be closed: %s; the backup is restored as `%s`"
                            .formatted(e.getMessage(), made.database()),
                    "make room for the state folder, and swap again");
        } finally {
            boolean opened =
                    !closed || reopened(view.environment(), datastore.dependency(), restorer);
            boolean doorsOpen = open(view, held);
            ended(note, opened && doorsOpen);
        }
    }

    private static Vault.Ending lost(DataFailure e, Restorer.Outcome.Restored made) {
        return new Vault.Ending.Bad(
                "%s; the backup is restored as `%s`".formatted(e.reason(), made.database()),
                e.hint());
    }

    private static boolean swappedAfterAll(Restorer restorer, ExchangeNotes.Note note) {
        try {
            return restorer.settle(note.restored(), note.aside());
        } catch (DataFailure e) {
            LOG.warn("it is not known whether the swap was done: {}", e.reason());
            return false;
        }
    }

    private static Vault.Ending done(
            StoredBackup backup,
            Restorer restorer,
            Restorer.Outcome.Restored made,
            ExchangeNotes.Note note,
            Instant stopped) {
        Instant instant = backup.manifest().instant();
        return new Vault.Ending.Good(
                new Restored(
                        backup.name(),
                        restorer.living(),
                        note.aside(),
                        instant.toEpochMilli(),
                        Duration.between(instant, stopped).toSeconds(),
                        Stream.concat(made.remarks().stream(), restorer.afterSwap().stream())
                                .toList()));
    }

    private ExchangeNotes.Note note(
            EnvironmentView view,
            Datastore datastore,
            Restorer restorer,
            Restorer.Outcome.Restored made)
            throws DataFailure {
        Instant began = clock.instant();
        return new ExchangeNotes.Note(
                view.environment(),
                datastore.dependency(),
                backups.origin(view.environment(), datastore.dependency()),
                restorer.living(),
                made.database(),
                restorer.asideName(began),
                openUsers(view, datastore),
                began.toEpochMilli());
    }

    /// What could not be opened stays written down: it is tried again.
    private void ended(ExchangeNotes.Note note, boolean opened) {
        try {
            if (opened) {
                notes.remove(note);
            }
        } catch (IOException e) {
            LOG.warn("a note of an exchange that has ended stays: {}", e.getMessage());
        } finally {
            ours.remove(note);
        }
    }

    /// Opens what a control plane left closed that was killed in the middle of an exchange: the
    /// living database, or the restored one under its name, and the components' doors. Asked again
    /// and again, since the server may be away.
    public void settle() {
        for (ExchangeNotes.Note note : notes.all()) {
            if (!ours.contains(note)) {
                try {
                    releases.alone(note.environment(), () -> settle(note));
                } catch (Denied busy) {
                    LOG.debug("{} is planned for; later", note.environment());
                }
            }
        }
    }

    /// No other exchange begins or ends in the environment meanwhile.
    private boolean settle(ExchangeNotes.Note note) {
        if (ours.contains(note) || !notes.all().contains(note)) {
            return false;
        }
        String trouble = "";
        boolean swapped = false;
        try {
            String now = backups.origin(note.environment(), note.datastore());
            if (!now.equals(note.origin())) {
                throw new DataFailure(
                        "its address leads elsewhere now", "let it lead there until it is open");
            }
            swapped =
                    backups.opener(note.datastore(), note.environment())
                            .settle(note.restored(), note.aside());
        } catch (DataFailure e) {
            trouble = e.reason();
        }
        try {
            doors.openHolds(note.environment(), note.components(), note.since());
            if (trouble.isEmpty()) {
                notes.remove(note);
            }
        } catch (IOException | Denied e) {
            trouble = trouble + " " + e.getMessage();
        }
        if (trouble.isEmpty()) {
            LOG.warn(
                    "an exchange of `{}` for `{}` in {} was cut off: the names {}; the database is open",
                    note.restored(),
                    note.living(),
                    note.environment(),
                    swapped ? "had changed" : "had not changed");
        } else {
            LOG.error(
                    "the database `{}` of {} in {} may be closed since {}: {}",
                    note.living(),
                    note.datastore().name(),
                    note.environment(),
                    Instant.ofEpochMilli(note.since()),
                    trouble);
        }
        return true;
    }

    private static boolean reopened(String environment, Dependency datastore, Restorer restorer) {
        try {
            restorer.unfence();
            return true;
        } catch (DataFailure e) {
            LOG.error(
                    "the datastore {} in {} stays closed: {}; {}",
                    datastore.name(),
                    environment,
                    e.reason(),
                    e.hint());
            return false;
        }
    }

    /// One after the other: one that is gone meanwhile keeps no other shut.
    ///
    /// @return whether all are open
    private boolean open(EnvironmentView view, List<String> held) {
        boolean all = true;
        for (String one : held) {
            try {
                doors.open(view, List.of(one));
            } catch (Denied gone) {
                LOG.error("{} is not opened: {}", one, gone.getMessage());
                all = false;
            }
        }
        return all;
    }

    /// Everything that uses the datastore and is open; what a person has shut stays as it is.
    private List<String> openUsers(EnvironmentView view, Datastore datastore) {
        return doors.openOnes(view).stream()
                .filter(name -> users(view, datastore).contains(name))
                .toList();
    }

    private void hold(
            EnvironmentView view,
            ExchangeNotes.Note note,
            List<String> held,
            Consumer<String> progress) {
        if (!note.components().isEmpty()) {
            progress.accept("requests for " + String.join(", ", note.components()) + " are held");
        }
        for (String one : note.components()) {
            held.add(one);
            // By its time it is known as ours.
            doors.shut(view, List.of(one), _ -> new Door.Hold(note.since(), REQUESTS, BYTES, AGE));
        }
    }

    private static Set<String> users(EnvironmentView view, Datastore datastore) {
        return view.components().values().stream()
                .filter(one -> uses(one, datastore.name()))
                .map(Component::name)
                .collect(Collectors.toSet());
    }

    /// What a release owns that has to do with it: who uses it, and its own schema.
    private static Set<String> releasing(EnvironmentView view, Datastore datastore) {
        Set<String> names = new HashSet<>(users(view, datastore));
        names.add(datastore.name());
        return names;
    }

    private static boolean uses(Component component, String datastore) {
        MigrationSource migrations = component.migrations();
        return component.uses().contains(datastore)
                || (migrations != null && migrations.datastore().equals(datastore));
    }

    private String name(Restorer restorer, Wish wish) {
        return wish.into().isEmpty() ? restorer.freshName(clock.instant()) : wish.into();
    }
}
