package dev.belay.server.operations;

import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.Copies;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.driver.backup.Errands;
import dev.belay.driver.backup.PastInstant;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Verification;
import dev.belay.journal.AuditLog;
import dev.belay.journal.JournalException;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.problem.Nearest;
import dev.belay.release.Actor;
import dev.belay.release.BackupPolicy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Backups for whoever asks for them. What takes long goes on when its asker has gone; whoever asks
/// for the same meanwhile is told how far it is.
public final class Vault implements AutoCloseable {
    /// Whoever lost his connection hears how it ended when he asks again; later it begins anew.
    private static final Duration HEARD_WITHIN = Duration.ofMinutes(10);

    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    /// Says that it is still there, to whoever would give up on silence.
    private static final Duration SAYS_EVERY = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(Vault.class);

    private final DatastoreBackups backups;
    private final BackupCopies copies;
    private final ArchiveWatch archives;
    private final AuditLog audit;
    private final Errands<String, Ending> errands = new Errands<>();

    /// @param audit is told what people do here, before it begins and when it ended
    /// @param copies in their second place
    public Vault(
            DatastoreBackups backups, BackupCopies copies, ArchiveWatch archives, AuditLog audit) {
        this.backups = backups;
        this.copies = copies;
        this.archives = archives;
        this.audit = audit;
    }

    /// How something long ended.
    sealed interface Ending {
        /// It was done.
        ///
        /// @param value what is answered, an object for JSON
        record Good(Object value) implements Ending {}

        record Bad(String reason, String hint) implements Ending {}

        /// Something in the request or the files is wrong.
        record Wrong(No no) implements Ending {}
    }

    /// Something long.
    interface Doing {
        Ending run(Consumer<String> progress) throws DataFailure, IOException, InterruptedException;
    }

    /// What was made or found.
    public record Kept(BackupView backup, List<String> remarks) {}

    /// All backups of the environment's datastores, or of one, the newest of each first.
    ///
    /// @param named a datastore, or empty
    public List<BackupView> list(EnvironmentView view, String named) {
        var all = new ArrayList<BackupView>();
        for (Datastore datastore : kept(view, named)) {
            try {
                var elsewhere = new LinkedHashMap<String, Copies.Copy>();
                copies.list(view, datastore).forEach(one -> elsewhere.put(one.name(), one));
                backups.list(view.environment(), datastore.backup().policy()).stream()
                        .map(one ->
                                BackupView.of(
                                        datastore.name(),
                                        one,
                                        elsewhere.remove(one.name()) != null))
                        .forEach(all::add);
                elsewhere.values().stream()
                        .map(one -> BackupView.elsewhere(datastore, one))
                        .forEach(all::add);
            } catch (IOException e) {
                throw Denied.failure("the backups cannot be read: " + e.getMessage(), "");
            }
        }
        return all;
    }

    /// What archives of their logs cover.
    ///
    /// @param named a datastore, or empty
    public List<ArchiveView> archives(EnvironmentView view, String named) {
        return archives.list(view, named);
    }

    /// Makes one of an instant that has passed and verifies it, or finds the one there is.
    public Object make(
            EnvironmentView view, String named, Instant at, Actor by, Consumer<String> progress) {
        Datastore datastore = one(view, named);
        PastInstant past = ArchiveWatch.past(view, datastore, at);
        return follow(
                "backup %s %s at %s".formatted(view.environment(), datastore.name(), at),
                deed(
                        by,
                        "backup",
                        view,
                        Map.of("datastore", datastore.name(), "at", at.toString())),
                says ->
                        kept(
                                datastore,
                                backups.recover(
                                        view.environment(),
                                        datastore.backup().policy(),
                                        past,
                                        says)),
                progress);
    }

    /// Makes a new one and verifies it.
    public Object make(EnvironmentView view, String named, Actor by, Consumer<String> progress) {
        Datastore datastore = one(view, named);
        return follow(
                "backup " + view.environment() + " " + datastore.name(),
                deed(by, "backup", view, Map.of("datastore", datastore.name())),
                says ->
                        kept(
                                datastore,
                                backups.make(
                                        view.environment(),
                                        datastore.backup().policy(),
                                        Duration.ZERO,
                                        says)),
                progress);
    }

    /// Restores one into scratch and compares.
    ///
    /// @param backup its name; empty for the newest
    public Object drill(
            EnvironmentView view,
            String named,
            String backup,
            Actor by,
            Consumer<String> progress) {
        Datastore datastore = one(view, named);
        StoredBackup stored = find(view, datastore, backup, false, progress);
        return follow(
                "drill " + view.environment() + " " + datastore.name() + " " + stored.name(),
                deed(
                        by,
                        "drill",
                        view,
                        Map.of("datastore", datastore.name(), "backup", stored.name())),
                says ->
                        kept(
                                datastore,
                                backups.drill(
                                        view.environment(),
                                        datastore.backup().policy(),
                                        stored,
                                        says)),
                progress);
    }

    private static Ending kept(Datastore datastore, BackupOutcome outcome) {
        return switch (outcome) {
            case BackupOutcome.Verified(StoredBackup made, Verification verification) ->
                    new Ending.Good(
                            new Kept(
                                    BackupView.of(datastore.name(), made, false),
                                    verification.remarks()));
            case BackupOutcome.Refused(String reason, String hint) -> new Ending.Bad(reason, hint);
        };
    }

    /// What somebody does in an environment, for the audit log.
    static AuditLog.Deed deed(Actor by, String what, EnvironmentView view, Map<String, String> of) {
        var all = new TreeMap<>(of);
        all.put("environment", view.environment());
        return new AuditLog.Deed(by.subject(), what, all);
    }

    /// Waits for something long, which somebody else may have begun.
    ///
    /// @param deed of whoever is the first to ask
    Object follow(String key, AuditLog.Deed deed, Doing doing, Consumer<String> progress) {
        errands.forgetEnded(key, HEARD_WITHIN);
        Errands.State<Ending> state = errands.ask(key, says -> audited(deed, doing, says));
        String last = "";
        long said = System.nanoTime();
        while (true) {
            switch (state) {
                case Errands.State.Going<Ending>(String line) -> {
                    boolean silent = System.nanoTime() - said > SAYS_EVERY.toNanos();
                    if (!line.equals(last) || silent) {
                        progress.accept(line);
                        last = line;
                        said = System.nanoTime();
                    }
                    pause();
                    // Never asked for again from here: it would begin anew.
                    state = errands.look(key).orElseThrow(Vault::told);
                }
                case Errands.State.Ended<Ending>(Ending ending) -> {
                    errands.forgetEnded(key, Duration.ZERO);
                    return switch (ending) {
                        case Ending.Good(Object value) -> value;
                        case Ending.Bad(String reason, String hint) ->
                                throw Denied.failure(reason, hint);
                        case Ending.Wrong(No no) -> throw new Denied(no);
                    };
                }
                case Errands.State.Broken<Ending>(String why) ->
                        throw Denied.failure("it broke off: " + why, "try it again");
            }
        }
    }

    private static Denied told() {
        return Denied.failure(
                "it has ended, and somebody else who followed it was told how",
                "look at `belay backups` before it is done again");
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_EVERY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Denied.failure("it was interrupted; the work goes on", "ask again");
        }
    }

    /// Nothing is done that could not be written down before.
    private Ending audited(AuditLog.Deed deed, Doing doing, Consumer<String> says)
            throws InterruptedException {
        try {
            audit.record(deed.then(deed.what() + "-begun", Map.of()));
        } catch (JournalException e) {
            return new Ending.Bad(
                    "it cannot be written down: " + e.getMessage(), "mend that, and try again");
        }
        String end = "it broke off";
        try {
            Ending ending = guarded(doing, says);
            end =
                    switch (ending) {
                        case Ending.Good _ -> "done";
                        case Ending.Bad(String reason, var _) -> reason;
                        case Ending.Wrong _ -> "refused";
                    };
            return ending;
        } finally {
            try {
                audit.record(deed.then(deed.what() + "-ended", Map.of("how", end)));
            } catch (JournalException e) {
                LOG.error("{} ended ({}), and that cannot be written down: {}", deed, end, e);
            }
        }
    }

    private static Ending guarded(Doing doing, Consumer<String> says) throws InterruptedException {
        try {
            return doing.run(says);
        } catch (Denied denied) {
            return new Ending.Wrong(denied.no());
        } catch (DataFailure e) {
            return new Ending.Bad(e.reason(), e.hint());
        } catch (IOException e) {
            return new Ending.Bad(String.valueOf(e.getMessage()), "");
        }
    }

    /// One of a datastore's backups.
    ///
    /// @param backup its name; empty for the newest that was verified
    /// @param living whether that has to be of the very datastore that lives there now, and not of
    ///   one that the address led to before
    StoredBackup find(
            EnvironmentView view,
            Datastore datastore,
            String backup,
            boolean living,
            Consumer<String> progress) {
        BackupPolicy policy = datastore.backup().policy();
        try {
            Optional<StoredBackup> found =
                    backup.isEmpty()
                            ? newest(view.environment(), policy, living)
                            : named(view, datastore, backup, progress);
            return found.orElseThrow(() ->
                    backup.isEmpty()
                            ? none(view, datastore)
                            : Denied.unknown(
                                    "request/unknown-backup",
                                    "backup",
                                    backup,
                                    "`" + datastore.name() + "` has no such backup",
                                    "`belay backups " + view.environment() + "` shows all"));
        } catch (DataFailure e) {
            throw Denied.failure(e.reason(), e.hint());
        } catch (IOException e) {
            throw Denied.failure(String.valueOf(e.getMessage()), "take another one");
        }
    }

    /// Whoever lost a server and made it anew must not be led to back up the empty one.
    private Denied none(EnvironmentView view, Datastore datastore) {
        List<BackupView> others = list(view, datastore.name());
        String what = "there is no verified backup of what `" + datastore.name() + "` leads to";
        return others.isEmpty()
                ? Denied.refusal(
                        what, "`belay backup " + view.environment() + " " + datastore.name() + "`")
                : Denied.refusal(
                        "%s; %d are there of another, or lie only in their second place, the newest `%s`"
                                .formatted(what, others.size(), others.getFirst().name()),
                        "`belay backups %s` shows them; name the one that is meant by `--backup`"
                                .formatted(view.environment()));
    }

    /// Here, or brought here.
    private Optional<StoredBackup> named(
            EnvironmentView view, Datastore datastore, String name, Consumer<String> progress)
            throws IOException, DataFailure {
        Optional<StoredBackup> here =
                backups.store(view.environment(), datastore.backup().policy()).find(name);
        boolean there =
                copies.list(view, datastore).stream().anyMatch(one -> one.name().equals(name));
        if (here.isPresent() || !there) {
            return here;
        }
        progress.accept("bringing `" + name + "` back from " + datastore.backup().copy());
        return Optional.of(copies.fetch(view, datastore, name));
    }

    private Optional<StoredBackup> newest(String environment, BackupPolicy policy, boolean living)
            throws IOException, DataFailure {
        return living
                ? backups.ours(environment, policy).stream().findFirst()
                : backups.list(environment, policy).stream()
                        .filter(one -> one.verified().isPresent())
                        .findFirst();
    }

    /// The one of that name, or the only one there is.
    Datastore one(EnvironmentView view, String named) {
        List<Datastore> all = kept(view, named);
        if (all.size() != 1) {
            throw Denied.refusal(
                    "`%s` has %s"
                            .formatted(
                                    view.environment(),
                                    all.isEmpty()
                                            ? "no datastore that can be backed up"
                                            : all.size() + " datastores that can be backed up"),
                    all.isEmpty()
                            ? "`belay docs datastore` names the engines"
                            : "name one of "
                                    + String.join(
                                            ", ", all.stream().map(Datastore::name).toList()));
        }
        return all.getFirst();
    }

    private List<Datastore> kept(EnvironmentView view, String named) {
        if (!named.isEmpty() && !view.datastores().containsKey(named)) {
            throw Denied.unknown(
                    "request/unknown-datastore",
                    "datastore",
                    named,
                    "`" + view.environment() + "` has no such datastore",
                    Nearest.hint(named, view.datastores().keySet()));
        }
        List<Datastore> all =
                view.datastores().values().stream()
                        .filter(one -> named.isEmpty() || one.name().equals(named))
                        .filter(one -> backups.knows(one.dependency().engine()))
                        .toList();
        if (!named.isEmpty() && all.isEmpty()) {
            throw Denied.refusal(
                    "this version cannot back up `"
                            + named
                            + "`, of engine `"
                            + view.datastore(named)
                                    .dependency()
                                    .engine()
                                    .name()
                                    .toLowerCase(java.util.Locale.ROOT)
                            + "`",
                    "back it up in a `job`");
        }
        return all;
    }

    @Override
    public void close() {
        errands.close();
    }
}
