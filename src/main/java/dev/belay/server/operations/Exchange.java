package dev.belay.server.operations;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.driver.backup.Restorer;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.gateway.Door;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.release.Dependency;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets a restored database take the living one's place: while no release is under way, requests
/// are held at the gateway, the living database takes no connections, the two change names, and
/// everything is open again.
///
/// Whatever fails before the names change leaves the living database as it was; what a killed
/// process leaves closed is opened by the next one ([#settle]).
final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final int REQUESTS = 1_000;
    private static final long BYTES = 8L << 20;
    private static final Duration AGE = Duration.ofSeconds(30);
    private final DatastoreBackups backups;
    private final Doorkeeper doors;
    private final Releases releases;
    private final Notes<Note> notes;
    private final InstantSource clock;

    /// Exchanges of this process, which it ends itself.
    private final Set<Note> ours = ConcurrentHashMap.newKeySet();

    /// @param notes a folder for what has to be opened again
    Exchange(
            DatastoreBackups backups,
            Doorkeeper doors,
            Releases releases,
            Path notes,
            InstantSource clock) {
        this.backups = backups;
        this.doors = doors;
        this.releases = releases;
        this.notes = new Notes<>(notes, Note.class, Note::aside);
        this.clock = clock;
    }

    /// One exchange that has begun.
    ///
    /// @param origin what the datastore is known by, wherever its address leads tomorrow
    /// @param living the database that is to be replaced
    /// @param restored what replaces it
    /// @param aside what the old one is called when it is done, which may be a path
    /// @param components whose requests are held
    /// @param since milliseconds of the epoch, of every hold of the exchange
    record Note(
            String environment,
            Dependency datastore,
            String origin,
            String living,
            String restored,
            String aside,
            List<String> components,
            long since) {
        Note {
            components = List.copyOf(components);
        }
    }

    /// Does it, on a thread that nobody interrupts: it takes seconds, and half of it is an outage.
    Vault.Ending exchange(
            EnvironmentView view,
            Datastore datastore,
            StoredBackup backup,
            Restorer restorer,
            Restorer.Outcome.Restored made,
            Consumer<String> progress)
            throws InterruptedException {
        return uninterrupted(() ->
                releases.whileNothingGoesOn(
                        view.environment(),
                        DatastoreUsers.releasing(view, datastore.name()),
                        () -> exchanged(view, datastore, backup, restorer, made, progress)));
    }

    static Vault.Ending uninterrupted(Supplier<Vault.Ending> doing) throws InterruptedException {
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

    private Vault.Ending exchanged(
            EnvironmentView view,
            Datastore datastore,
            StoredBackup backup,
            Restorer restorer,
            Restorer.Outcome.Restored made,
            Consumer<String> progress) {
        Note note;
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

    private static boolean swappedAfterAll(Restorer restorer, Note note) {
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
            Note note,
            Instant stopped) {
        Instant instant = backup.manifest().instant();
        return new Vault.Ending.Good(
                new Restoring.Restored(
                        backup.name(),
                        restorer.living(),
                        note.aside(),
                        instant.toEpochMilli(),
                        Duration.between(instant, stopped).toSeconds(),
                        Stream.concat(made.remarks().stream(), restorer.afterSwap().stream())
                                .toList()));
    }

    private Note note(
            EnvironmentView view,
            Datastore datastore,
            Restorer restorer,
            Restorer.Outcome.Restored made)
            throws DataFailure {
        Instant began = clock.instant();
        return new Note(
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
    private void ended(Note note, boolean opened) {
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
    void settle() {
        for (Note note : notes.all()) {
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
    private boolean settle(Note note) {
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
            doors.openOurs(note.environment(), note.components(), note.since());
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
                .filter(name -> DatastoreUsers.of(view, datastore.name()).contains(name))
                .toList();
    }

    private void hold(
            EnvironmentView view, Note note, List<String> held, Consumer<String> progress) {
        if (!note.components().isEmpty()) {
            progress.accept("requests for " + String.join(", ", note.components()) + " are held");
        }
        for (String one : note.components()) {
            held.add(one);
            // By its time it is known as ours.
            doors.shut(view, List.of(one), _ -> new Door.Hold(note.since(), REQUESTS, BYTES, AGE));
        }
    }
}
