package dev.belay.server.operations;

import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.Copies;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.journal.Journal;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.release.BackupPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings verified backups to their second place, and back those that are only there.
///
/// No release waits for it: a backup counts when it was restored here, and is elsewhere soon after.
public final class BackupCopies {
    private static final Logger LOG = LoggerFactory.getLogger(BackupCopies.class);
    private static final Duration TRY_AGAIN = Duration.ofMinutes(5);

    /// Somebody else may have removed some.
    private static final Duration LOOK_AGAIN = Duration.ofHours(1);

    private final Platform platform;
    private final Journal journal;
    private final DatastoreBackups backups;
    private final Copies.Opener opener;
    private final InstantSource clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    /// What was seen of one datastore's second place.
    ///
    /// @param there whole ones, the newest first
    /// @param again not to be asked before
    /// @param trouble why it could not be asked, or empty
    private record Known(List<Copies.Copy> there, Instant again, String trouble) {
        Set<String> names() {
            return there.stream().map(Copies.Copy::name).collect(Collectors.toSet());
        }
    }

    public BackupCopies(
            Platform platform,
            Journal journal,
            DatastoreBackups backups,
            Copies.Opener opener,
            InstantSource clock) {
        this.platform = platform;
        this.journal = journal;
        this.backups = backups;
        this.opener = opener;
        this.clock = clock;
    }

    /// Copies what is not there yet, and removes there what is too old.
    public void pass() throws InterruptedException {
        for (String environment : platform.environmentsLately()) {
            if (journal.scopes(environment).isEmpty()) {
                continue;
            }
            try {
                for (Datastore one : platform.lately(environment).view().datastores().values()) {
                    if (!one.backup().copy().isEmpty()) {
                        look(environment, one);
                    }
                }
            } catch (Denied broken) {
                LOG.debug("{} cannot be read", environment);
            }
        }
    }

    private void look(String environment, Datastore datastore) throws InterruptedException {
        String key = key(environment, datastore);
        Known before = known.get(key);
        try {
            BackupPolicy policy = datastore.backup().policy();
            List<StoredBackup> here =
                    backups.list(environment, policy).stream()
                            .filter(one -> one.verified().isPresent())
                            .toList();
            if (before != null && isEnough(before, here)) {
                return;
            }
            try (Copies copies = open(environment, datastore)) {
                known.put(key, bring(copies, environment, policy, here));
            }
        } catch (DataFailure | IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            String why = String.valueOf(e.getMessage());
            if (before == null || !before.trouble().equals(why)) {
                LOG.error("backups of {} are not copied: {}", key, why);
            }
            known.put(
                    key,
                    new Known(
                            before == null ? List.of() : before.there(),
                            clock.instant().plus(TRY_AGAIN),
                            why));
        }
    }

    /// After a failure it is left alone for a while; else as long as nothing new is here.
    private boolean isEnough(Known before, List<StoredBackup> here) {
        return before.again().isAfter(clock.instant())
                && (!before.trouble().isEmpty() || missing(here, before).isEmpty());
    }

    private Copies open(String environment, Datastore datastore) throws DataFailure {
        return opener.open(environment, datastore.name(), datastore.backup().copy());
    }

    private Known bring(
            Copies copies, String environment, BackupPolicy policy, List<StoredBackup> here)
            throws IOException {
        Known there = seen(copies);
        for (StoredBackup one : missing(here, there)) {
            try (DatastoreBackups.Held held = backups.hold(environment, policy, one)) {
                copies.put(held.backup());
                LOG.info("the backup {} is copied", one.name());
            }
        }
        Set<String> names = here.stream().map(StoredBackup::name).collect(Collectors.toSet());
        Instant limit = clock.instant().minus(policy.keep());
        // The newest stays however old: here may be nothing any more.
        for (Copies.Copy old : there.there().stream().skip(1).toList()) {
            if (!names.contains(old.name()) && BackupStore.instant(old.name()).isBefore(limit)) {
                copies.remove(old.name());
                LOG.info(
                        "the copy of {} is removed: it is older than {}",
                        old.name(),
                        policy.keep());
            }
        }
        return seen(copies);
    }

    private Known seen(Copies copies) throws IOException {
        return new Known(
                copies.list().stream().filter(one -> BackupStore.isName(one.name())).toList(),
                clock.instant().plus(LOOK_AGAIN),
                "");
    }

    private static List<StoredBackup> missing(List<StoredBackup> here, Known there) {
        Set<String> names = there.names();
        return here.stream().filter(one -> !names.contains(one.name())).toList();
    }

    /// Those that lie in the second place, as it was seen last, the newest first.
    public List<Copies.Copy> list(EnvironmentView view, Datastore datastore) {
        Known seen = known.get(key(view.environment(), datastore));
        return seen == null ? List.of() : seen.there();
    }

    /// What is wrong, a sentence for each datastore.
    public List<String> troubles(EnvironmentView view) {
        var troubles = new ArrayList<String>();
        for (Datastore one : view.datastores().values()) {
            Known seen = known.get(key(view.environment(), one));
            if (seen != null && !seen.trouble().isEmpty() && !one.backup().copy().isEmpty()) {
                troubles.add(
                        "%s: its backups are not copied to %s: %s"
                                .formatted(one.name(), one.backup().copy(), seen.trouble()));
            }
        }
        return troubles;
    }

    /// Brings one back that is only there.
    ///
    /// @throws IOException when it cannot be had, or is damaged
    StoredBackup fetch(EnvironmentView view, Datastore datastore, String name)
            throws IOException, DataFailure {
        BackupStore store = backups.store(view.environment(), datastore.backup().policy());
        try (Copies copies = open(view.environment(), datastore)) {
            Path partial = store.begin(name);
            boolean here = false;
            try {
                copies.fetch(name, partial);
                here = true;
            } finally {
                if (!here) {
                    BackupStore.remove(partial);
                }
            }
            return store.takeIn(partial, name);
        }
    }

    private static String key(String environment, Datastore datastore) {
        return datastore.name() + " in " + environment;
    }
}
