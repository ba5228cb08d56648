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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// For a restored database that cannot take the living one's name, as on many servers that others
/// manage: writes to the living one are stopped, and stay so until a person has let the datastore's
/// address lead to the restored one and released that.
///
/// A control plane that is killed while it stops them leaves a note, by which the next one lets
/// them go on ([#settle]). Once all is stopped nobody lets them go on but a person ([#giveUp]):
/// rows that are written then would be in neither.
final class Repointing {
    private static final Logger LOG = LoggerFactory.getLogger(Repointing.class);
    private static final Duration RETRY_AFTER = Duration.ofMinutes(2);

    private final DatastoreBackups backups;
    private final Doorkeeper doors;
    private final Releases releases;
    private final Notes<Note> notes;
    private final InstantSource clock;

    /// Those that this process is at.
    private final Set<Note> ours = ConcurrentHashMap.newKeySet();

    /// @param notes a folder for what waits
    Repointing(
            DatastoreBackups backups,
            Doorkeeper doors,
            Releases releases,
            Path notes,
            InstantSource clock) {
        this.backups = backups;
        this.doors = doors;
        this.releases = releases;
        this.notes =
                new Notes<>(
                        notes,
                        Note.class,
                        note -> note.environment() + "." + note.datastore().name());
        this.clock = clock;
    }

    /// One datastore that waits.
    ///
    /// @param origin what it is known by while its address leads where it led
    /// @param living what its address leads to
    /// @param restored what it is to lead to
    /// @param components whose doors were shut for it
    /// @param since milliseconds of the epoch, of every door that was shut for it
    /// @param stopped whether everything is stopped; else it was cut off on the way there
    record Note(
            String environment,
            Dependency datastore,
            String origin,
            String living,
            String restored,
            List<String> components,
            long since,
            boolean stopped) {
        Note {
            components = List.copyOf(components);
        }

        Note complete() {
            return new Note(
                    environment, datastore, origin, living, restored, components, since, true);
        }

        boolean isOf(String other, String name) {
            return environment.equals(other) && datastore.name().equals(name);
        }
    }

    /// What was given up.
    ///
    /// @param living is written again
    /// @param opened whose doors were shut for it, and are open
    public record GivenUp(String living, String restored, List<String> opened) {
        public GivenUp {
            opened = List.copyOf(opened);
        }
    }

    /// Stops writes, while no release is under way that has to do with the datastore.
    Vault.Ending repoint(
            EnvironmentView view,
            Datastore datastore,
            StoredBackup backup,
            Restorer restorer,
            Restorer.Outcome.Restored made,
            Consumer<String> progress)
            throws InterruptedException {
        return Exchange.uninterrupted(() ->
                releases.whileNothingGoesOn(
                        view.environment(),
                        DatastoreUsers.releasing(view, datastore.name()),
                        () -> stopped(view, datastore, backup, restorer, made, progress)));
    }

    private Vault.Ending stopped(
            EnvironmentView view,
            Datastore datastore,
            StoredBackup backup,
            Restorer restorer,
            Restorer.Outcome.Restored made,
            Consumer<String> progress) {
        // Another one may have come meanwhile: a restore takes its time.
        demandNotWaiting(view, datastore.name());
        Instant began = clock.instant();
        Note note = null;
        try {
            note = note(view, datastore, restorer, made, began);
            ours.add(note);
            notes.write(note);
            shut(view, note, progress);
            progress.accept("`" + restorer.living() + "` is kept from being written");
            List<String> remarks = new ArrayList<>(made.remarks());
            remarks.addAll(restorer.stopWrites());
            Instant stopped = clock.instant();
            notes.write(note.complete());
            remarks.addAll(next(view, datastore, made));
            Instant instant = backup.manifest().instant();
            return new Vault.Ending.Good(
                    new Restoring.Restored(
                            backup.name(),
                            made.database(),
                            restorer.living(),
                            instant.toEpochMilli(),
                            Duration.between(instant, stopped).toSeconds(),
                            remarks));
        } catch (DataFailure e) {
            undo(note, restorer);
            return bad(e.reason(), e.hint(), made);
        } catch (IOException e) {
            undo(note, restorer);
            return bad(
                    "it cannot be written down what is about to be stopped: " + e.getMessage(),
                    "make room for the state folder, and try again",
                    made);
        } finally {
            if (note != null) {
                ours.remove(note);
            }
        }
    }

    private static List<String> next(
            EnvironmentView view, Datastore datastore, Restorer.Outcome.Restored made) {
        String environment = view.environment();
        return List.of(
                "next: let the address of `%s` lead to `%s`, `belay deploy %s`, look, and `belay gateway open %s`"
                        .formatted(datastore.name(), made.database(), environment, environment),
                "or give it up: `belay restore %s %s --give-up`"
                        .formatted(environment, datastore.name()));
    }

    private static Vault.Ending bad(String why, String hint, Restorer.Outcome.Restored made) {
        return new Vault.Ending.Bad(
                "%s; the backup is restored as `%s`".formatted(why, made.database()), hint);
    }

    private Note note(
            EnvironmentView view,
            Datastore datastore,
            Restorer restorer,
            Restorer.Outcome.Restored made,
            Instant began)
            throws DataFailure {
        Set<String> users = DatastoreUsers.of(view, datastore.name());
        return new Note(
                view.environment(),
                datastore.dependency(),
                backups.origin(view.environment(), datastore.dependency()),
                restorer.living(),
                made.database(),
                doors.openOnes(view).stream().filter(users::contains).toList(),
                began.toEpochMilli(),
                false);
    }

    private void shut(EnvironmentView view, Note note, Consumer<String> progress) {
        if (note.components().isEmpty()) {
            return;
        }
        progress.accept(
                String.join(", ", note.components()) + " are shut for maintenance at the gateway");
        doors.shut(
                view,
                note.components(),
                _ ->
                        new Door.Maintenance(
                                note.since(), RETRY_AFTER, List.of(), view.platform(), ""));
    }

    /// Everything as it was. What cannot be undone now is tried again by [#settle].
    private void undo(@Nullable Note note, Restorer restorer) {
        if (note == null) {
            return;
        }
        try {
            restorer.allowWrites();
            doors.openOurs(note.environment(), note.components(), note.since());
            notes.remove(note);
        } catch (DataFailure | IOException | Denied e) {
            LOG.error(
                    "writes to `{}` of {} in {} may be stopped: {}",
                    note.living(),
                    note.datastore().name(),
                    note.environment(),
                    e.getMessage());
        }
    }

    /// Lets the living one be written again, which is what its address leads to still.
    ///
    /// @throws Denied when nothing of that datastore waits
    GivenUp giveUp(EnvironmentView view, String datastore) {
        return releases.alone(
                view.environment(),
                () -> {
                    Note note =
                            waiting(view, datastore)
                                    .orElseThrow(() ->
                                            Denied.refusal(
                                                    "`%s` does not wait for another address"
                                                            .formatted(datastore),
                                                    ""));
                    try {
                        if (!leadsWhereItLed(note)) {
                            throw Denied.refusal(
                                    "the address of `%s` leads elsewhere now".formatted(datastore),
                                    "let it lead to `%s`, and give it up then"
                                            .formatted(note.living()));
                        }
                        backups.opener(note.datastore(), note.environment()).allowWrites();
                        doors.openOurs(note.environment(), note.components(), note.since());
                        notes.remove(note);
                    } catch (DataFailure e) {
                        throw Denied.failure(e.reason(), e.hint());
                    } catch (IOException e) {
                        throw Denied.failure(
                                "its note cannot be removed: " + e.getMessage(), "once more");
                    }
                    return new GivenUp(note.living(), note.restored(), note.components());
                });
    }

    /// @throws Denied when writes to the datastore are stopped already
    void demandNotWaiting(EnvironmentView view, String datastore) {
        waiting(view, datastore)
                .ifPresent(note -> {
                    throw Denied.refusal(
                            "writes to `%s` are stopped already, until the address of `%s` leads to `%s`"
                                    .formatted(note.living(), datastore, note.restored()),
                            "let it lead there, or `belay restore %s %s --give-up`"
                                    .formatted(view.environment(), datastore));
                });
    }

    private Optional<Note> waiting(EnvironmentView view, String datastore) {
        return notes.all().stream()
                .filter(note -> note.isOf(view.environment(), datastore))
                .findFirst();
    }

    private boolean leadsWhereItLed(Note note) throws DataFailure {
        // A server may not say what it is: then the name tells.
        return backups.origin(note.environment(), note.datastore()).equals(note.origin())
                && backups.opener(note.datastore(), note.environment())
                        .living()
                        .equals(note.living());
    }

    /// What waits in an environment, a sentence for each.
    List<String> troubles(EnvironmentView view) {
        return notes.all().stream()
                .filter(note -> note.environment().equals(view.environment()))
                .map(note ->
                        "%s: writes to `%s` are stopped since %s, until its address leads to `%s` and that is released"
                                .formatted(
                                        note.datastore().name(),
                                        note.living(),
                                        Instant.ofEpochMilli(note.since()),
                                        note.restored()))
                .toList();
    }

    /// Forgets what has another address now, and undoes what was cut off on the way.
    void settle() {
        for (Note note : notes.all()) {
            if (!ours.contains(note) && !ours.contains(incomplete(note))) {
                try {
                    releases.alone(note.environment(), () -> settle(note));
                } catch (Denied busy) {
                    LOG.debug("{} is planned for; later", note.environment());
                }
            }
        }
    }

    private static Note incomplete(Note note) {
        return new Note(
                note.environment(),
                note.datastore(),
                note.origin(),
                note.living(),
                note.restored(),
                note.components(),
                note.since(),
                false);
    }

    private boolean settle(Note note) {
        if (!notes.all().contains(note)) {
            return false;
        }
        try {
            boolean same = leadsWhereItLed(note);
            if (!note.stopped() && same) {
                undo(note, backups.opener(note.datastore(), note.environment()));
                LOG.warn(
                        "stopping writes to `{}` in {} was cut off; they go on",
                        note.living(),
                        note.environment());
            } else if (!same
                    && !doors.areShut(note.environment(), note.components(), note.since())) {
                // Until somebody has looked and opened them, the address may be put back.
                notes.remove(note);
                LOG.info(
                        "{} in {} has another address now; `{}` stays as it is",
                        note.datastore().name(),
                        note.environment(),
                        note.living());
            }
        } catch (DataFailure | IOException e) {
            LOG.warn("where {} leads is not known: {}", note.datastore().name(), e.getMessage());
        }
        return true;
    }
}
