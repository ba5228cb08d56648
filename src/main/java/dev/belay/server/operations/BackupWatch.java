package dev.belay.server.operations;

import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.driver.backup.Schedule;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.journal.Journal;
import dev.belay.manifest.Backup;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.release.BackupPolicy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes backups and drills when they are due, and knows what is wrong with them.
///
/// Only of environments that this control plane has released something to: the same manifest lies
/// on many machines.
public final class BackupWatch {
    private static final Logger LOG = LoggerFactory.getLogger(BackupWatch.class);

    /// After a failure: a server that is away for a moment costs no night.
    private static final Duration TRY_AGAIN = Duration.ofMinutes(15);

    /// After a backup that did not restore to what its source was: each takes its room on the disk.
    private static final Duration TRY_LATER = Duration.ofHours(6);

    private final Platform platform;
    private final Journal journal;
    private final DatastoreBackups backups;
    private final BackupCopies copies;
    private final ArchiveWatch archives;
    private final InstantSource clock;
    private final ZoneId zone;
    private final Map<String, Failed> failures = new ConcurrentHashMap<>();

    /// Looked through for copies that an earlier control plane left.
    private final Set<String> swept = ConcurrentHashMap.newKeySet();

    private record Failed(Instant again, String why) {}

    public BackupWatch(
            Platform platform,
            Journal journal,
            DatastoreBackups backups,
            BackupCopies copies,
            ArchiveWatch archives,
            InstantSource clock,
            ZoneId zone) {
        this.platform = platform;
        this.journal = journal;
        this.backups = backups;
        this.copies = copies;
        this.archives = archives;
        this.clock = clock;
        this.zone = zone;
    }

    /// Does what is due, one after the other.
    public void pass() throws InterruptedException {
        for (String environment : platform.environmentsLately()) {
            if (journal.scopes(environment).isEmpty()) {
                continue;
            }
            try {
                EnvironmentView view = platform.lately(environment).view();
                for (Datastore datastore : view.datastores().values()) {
                    guarded(environment, datastore);
                }
            } catch (Denied broken) {
                LOG.debug("{} cannot be read", environment);
            }
        }
    }

    /// One that goes wrong in a way that nobody thought of keeps no other from being backed up.
    private void guarded(String environment, Datastore datastore) throws InterruptedException {
        try {
            look(environment, datastore);
        } catch (RuntimeException e) {
            LOG.error("a bug while looking after the backups of {}", datastore.name(), e);
            failed(key(environment, datastore, "backup"), "a bug of Belay: " + e, TRY_AGAIN);
        }
    }

    private void look(String environment, Datastore datastore) throws InterruptedException {
        sweep(environment, datastore);
        Schedule schedule = schedule(datastore.backup());
        if (schedule.daily().isEmpty() && schedule.drill().isEmpty()) {
            return;
        }
        look(environment, datastore, "backup", schedule);
        look(environment, datastore, "drill", schedule);
    }

    /// Copies that a killed control plane left elsewhere are not left until the next backup.
    private void sweep(String environment, Datastore datastore) throws InterruptedException {
        String key = key(environment, datastore, "sweep of copies");
        Failed failed = failures.get(key);
        if (swept.contains(key) || (failed != null && failed.again().isAfter(clock.instant()))) {
            return;
        }
        try {
            backups.sweep(environment, datastore.backup().policy());
            failures.remove(key);
            swept.add(key);
        } catch (DataFailure e) {
            failed(key, String.valueOf(e.getMessage()), TRY_AGAIN);
        }
    }

    private void look(String environment, Datastore datastore, String what, Schedule schedule)
            throws InterruptedException {
        String key = key(environment, datastore, what);
        Instant now = clock.instant();
        Failed failed = failures.get(key);
        if (failed != null && failed.again().isAfter(now)) {
            return;
        }
        try {
            BackupPolicy policy = datastore.backup().policy();
            List<StoredBackup> stored = backups.list(environment, policy);
            List<Schedule.Past> all = stored.stream().map(Schedule.Past::of).toList();
            Optional<BackupOutcome> outcome =
                    what.equals("backup")
                            ? backup(environment, policy, schedule.isDue(all, now))
                            : drill(environment, policy, schedule, stored, all);
            if (outcome.isPresent()
                    && outcome.get() instanceof BackupOutcome.Refused(String why, String hint)) {
                failed(key, hint.isEmpty() ? why : why + "; " + hint, TRY_LATER);
            } else {
                failures.remove(key);
            }
        } catch (DataFailure | IOException e) {
            failed(key, String.valueOf(e.getMessage()), TRY_AGAIN);
        }
    }

    private Optional<BackupOutcome> backup(String environment, BackupPolicy policy, boolean due)
            throws DataFailure, IOException, InterruptedException {
        return due
                ? Optional.of(backups.make(environment, policy, Duration.ZERO, _ -> {}))
                : Optional.empty();
    }

    private Optional<BackupOutcome> drill(
            String environment,
            BackupPolicy policy,
            Schedule schedule,
            List<StoredBackup> stored,
            List<Schedule.Past> all)
            throws DataFailure, IOException, InterruptedException {
        BackupStore store = backups.store(environment, policy);
        Optional<Schedule.Past> due =
                schedule.drillDue(
                        all, store.drilled(), clock.instant(), RandomGenerator.getDefault());
        for (StoredBackup one : stored) {
            if (due.isPresent() && due.get().name().equals(one.name())) {
                BackupOutcome outcome = backups.drill(environment, policy, one, _ -> {});
                if (outcome instanceof BackupOutcome.Verified) {
                    store.drilled(clock.instant());
                }
                return Optional.of(outcome);
            }
        }
        return Optional.empty();
    }

    private void failed(String key, String why, Duration pause) {
        Failed before = failures.put(key, new Failed(clock.instant().plus(pause), why));
        if (before == null || !before.why().equals(why)) {
            LOG.error("the {} failed: {}", key, why);
        }
    }

    /// What is wrong in an environment, a sentence for each, with the datastore's name before it.
    public List<String> troubles(EnvironmentView view) {
        var troubles = new ArrayList<String>();
        if (journal.scopes(view.environment()).isEmpty()) {
            return troubles;
        }
        for (Datastore datastore : view.datastores().values()) {
            Schedule schedule = schedule(datastore.backup());
            if (schedule.daily().isEmpty() && schedule.drill().isEmpty()) {
                continue;
            }
            try {
                List<Schedule.Past> all =
                        backups.list(view.environment(), datastore.backup().policy()).stream()
                                .map(Schedule.Past::of)
                                .toList();
                schedule.troubles(all, clock.instant())
                        .forEach(one -> troubles.add(datastore.name() + ": " + one));
            } catch (IOException e) {
                troubles.add(datastore.name() + ": its backups cannot be read: " + e.getMessage());
            }
            for (String what : List.of("backup", "drill")) {
                Failed failed = failures.get(key(view.environment(), datastore, what));
                if (failed != null) {
                    troubles.add(
                            "%s: the last %s failed: %s"
                                    .formatted(datastore.name(), what, failed.why()));
                }
            }
        }
        troubles.addAll(copies.troubles(view));
        troubles.addAll(archives.troubles(view));
        return troubles;
    }

    private static String key(String environment, Datastore datastore, String what) {
        return what + " of " + datastore.name() + " in " + environment;
    }

    private Schedule schedule(Backup backup) {
        return new Schedule(
                backup.daily().isEmpty()
                        ? Optional.empty()
                        : Optional.of(LocalTime.parse(backup.daily())),
                zone,
                backup.drill().isZero() ? Optional.empty() : Optional.of(backup.drill()));
    }
}
