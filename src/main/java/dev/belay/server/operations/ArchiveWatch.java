package dev.belay.server.operations;

import dev.belay.driver.archive.ArchiveTool;
import dev.belay.driver.archive.Archived;
import dev.belay.driver.archive.WalSegment;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.driver.backup.PastInstant;
import dev.belay.driver.postgres.LivingLog;
import dev.belay.driver.postgres.PostgresAddress;
import dev.belay.journal.Journal;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.release.WalArchive;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at archives of datastores' logs: which instants they cover, and what is wrong with them.
///
/// An archive is somebody else's, and breaks without a sound: what it lacks shows on the day on
/// which it is needed.
public final class ArchiveWatch {
    private static final Logger LOG = LoggerFactory.getLogger(ArchiveWatch.class);
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

    /// For whoever asks for it.
    private static final Duration YOUNG = Duration.ofSeconds(10);

    /// A server that writes has archived something by then.
    private static final Duration ARCHIVED_WITHIN = Duration.ofHours(1);

    private final Platform platform;
    private final Journal journal;
    private final DatastoreBackups backups;
    private final InstantSource clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    /// What was seen of one.
    ///
    /// @param last when the last segment came; the epoch for never
    /// @param writers how many transactions the server had begun when that was first seen
    private record Known(
            Instant looked,
            WalArchive archive,
            List<Archived.Span> spans,
            Instant last,
            long writers,
            String trouble) {}

    public ArchiveWatch(
            Platform platform, Journal journal, DatastoreBackups backups, InstantSource clock) {
        this.platform = platform;
        this.journal = journal;
        this.backups = backups;
        this.clock = clock;
    }

    /// Looks at those that were not looked at lately.
    public void pass() throws InterruptedException {
        for (String environment : platform.environmentsLately()) {
            if (journal.scopes(environment).isEmpty()) {
                continue;
            }
            try {
                for (Datastore one : platform.lately(environment).view().datastores().values()) {
                    if (one.backup().archived().isPresent()) {
                        look(environment, one, one.backup().archived().get(), LOOK_AGAIN);
                    }
                }
            } catch (Denied broken) {
                LOG.debug("{} cannot be read", environment);
            }
        }
    }

    private Known look(String environment, Datastore datastore, WalArchive archive, Duration atMost)
            throws InterruptedException {
        String key = key(environment, datastore);
        Known before = known.get(key);
        Instant now = clock.instant();
        if (before != null
                && before.archive().equals(archive)
                && before.looked().plus(atMost).isAfter(now)) {
            return before;
        }
        Known seen;
        try {
            seen = seen(ArchiveTool.of(archive).look(), archive, environment, datastore, before);
        } catch (DataFailure e) {
            String why = e.hint().isEmpty() ? e.reason() : e.reason() + "; " + e.hint();
            seen = new Known(now, archive, List.of(), Instant.EPOCH, 0, why);
        }
        if (!seen.trouble().isEmpty()
                && (before == null || !before.trouble().equals(seen.trouble()))) {
            LOG.error("the archive of {}: {}", key, seen.trouble());
        }
        known.put(key, seen);
        return seen;
    }

    private Known seen(
            Archived all,
            WalArchive archive,
            String environment,
            Datastore datastore,
            @Nullable Known before) {
        LivingLog.State living = living(environment, datastore);
        Archived ours =
                living != null && !living.system().isEmpty() ? all.of(living.system()) : all;
        Instant last =
                ours.log().stream()
                        .map(WalSegment::arrived)
                        .max(Comparator.naturalOrder())
                        .orElse(Instant.EPOCH);
        long writers =
                before != null && before.last().equals(last) && before.writers() > 0
                        ? before.writers()
                        : living == null ? 0 : living.writers();
        return new Known(
                clock.instant(),
                archive,
                ours.spans(),
                last,
                writers,
                trouble(all, ours, living, last, writers));
    }

    private LivingLog.@Nullable State living(String environment, Datastore datastore) {
        try {
            String url = backups.address(environment, datastore.dependency());
            return new LivingLog(PostgresAddress.of(url)).state();
        } catch (DataFailure away) {
            LOG.debug("{} cannot be asked: {}", datastore.name(), away.reason());
            return null;
        }
    }

    private String trouble(
            Archived all,
            Archived ours,
            LivingLog.@Nullable State living,
            Instant last,
            long writers) {
        if (ours.bases().isEmpty()) {
            return all.bases().isEmpty()
                    ? "it has no base backup"
                    : "it is of another cluster than the one that the address leads to";
        }
        Optional<String> gap = ours.gap();
        if (gap.isPresent()) {
            return "`%s` of the log is missing: nothing later can be had%s"
                    .formatted(
                            gap.get(),
                            ours.spans().isEmpty() ? "" : " than " + ours.spans().getLast().to());
        }
        if (living == null || living.replica()) {
            return "";
        }
        if (!living.archiving().isEmpty()) {
            return "the server says that " + living.archiving();
        }
        boolean writes = writers > 0 && living.writers() > writers;
        return writes && last.plus(ARCHIVED_WITHIN).isBefore(clock.instant())
                ? "the server writes, and nothing of its log was archived since " + last
                : "";
    }

    /// What the archives of an environment's datastores, or of one, cover now.
    ///
    /// @param named a datastore, or empty
    public List<ArchiveView> list(EnvironmentView view, String named) {
        var all = new ArrayList<ArchiveView>();
        for (Datastore one : view.datastores().values()) {
            Optional<WalArchive> archive = one.backup().archived();
            if (archive.isPresent() && (named.isEmpty() || named.equals(one.name()))) {
                try {
                    Known seen = look(view.environment(), one, archive.get(), YOUNG);
                    all.add(
                            new ArchiveView(
                                    one.name(),
                                    archive.get().words(),
                                    seen.spans().stream().map(ArchiveWatch::span).toList(),
                                    seen.trouble()));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw Denied.failure("it was interrupted", "ask again");
                }
            }
        }
        return all;
    }

    private static ArchiveView.Span span(Archived.Span one) {
        return new ArchiveView.Span(one.from().toEpochMilli(), one.to().toEpochMilli());
    }

    /// What is wrong, as it was seen last, a sentence for each datastore.
    public List<String> troubles(EnvironmentView view) {
        var troubles = new ArrayList<String>();
        for (Datastore one : view.datastores().values()) {
            Known seen = known.get(key(view.environment(), one));
            if (seen != null
                    && !seen.trouble().isEmpty()
                    && one.backup().archived().equals(Optional.of(seen.archive()))) {
                troubles.add(
                        "%s: the archive `%s`: %s"
                                .formatted(one.name(), seen.archive().words(), seen.trouble()));
            }
        }
        return troubles;
    }

    /// An instant of a datastore, when there is an archive to have it from.
    static PastInstant past(EnvironmentView view, Datastore datastore, Instant at) {
        return datastore
                .backup()
                .archived()
                .map(archive -> new PastInstant(archive, at))
                .orElseThrow(() ->
                        Denied.refusal(
                                "nobody said where the log of `%s` is archived"
                                        .formatted(datastore.name()),
                                "`archive:` of its `backup:` says it; `belay backups %s` shows the instants that there are"
                                        .formatted(view.environment())));
    }

    private static String key(String environment, Datastore datastore) {
        return datastore.name() + " in " + environment;
    }
}
