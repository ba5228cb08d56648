package dev.belay.driver.postgres;

import dev.belay.driver.archive.ArchiveTool;
import dev.belay.driver.archive.Archived;
import dev.belay.driver.archive.BaseBackup;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreKind;
import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.PastInstant;
import dev.belay.driver.backup.Stage;
import dev.belay.driver.backup.Workshop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Brings a database back to an instant that has passed: the base backup before it, and the log
/// from there on, become a server in scratch, of which an ordinary backup can be made.
///
/// The living server is asked what it is, and, where the instant is so young that the archive has
/// not got that far, to end the segment of its log. Nothing else of it is touched.
final class PostgresRecovery {
    /// What a server was told to archive has come by then, or something is wrong: Barman takes it
    /// in once a minute.
    static final Duration ARCHIVED_WITHIN = Duration.ofMinutes(2);

    private static final Duration LOOK = Duration.ofMillis(500);

    /// Earlier ones do not say that they ended before the instant.
    private static final int MAJOR_MIN = 13;

    private final PostgresAddress address;
    private final PastInstant past;
    private final Workshop workshop;
    private final ArchiveTool tool;
    private final LivingLog living;
    private final Duration patience;
    private final InstantSource clock = InstantSource.system();
    private boolean pushed;

    /// @param patience how long it is waited for what the server archives
    PostgresRecovery(
            PostgresAddress address, PastInstant past, Workshop workshop, Duration patience) {
        this.address = address;
        this.past = past;
        this.workshop = workshop;
        this.tool = ArchiveTool.of(past.archive());
        this.living = new LivingLog(address);
        this.patience = patience;
    }

    /// The living server, or why it does not answer.
    private sealed interface Living {
        record There(LivingLog.State state) implements Living {}

        record Away(String why) implements Living {}
    }

    /// Does it; whoever gets the result closes it.
    DatastoreKind.Recovered recover() throws DataFailure, InterruptedException {
        Living server = ask();
        refuseTheFuture(server);
        BaseBackup base = base(server);
        var programs =
                PostgresPrograms.of(
                        base.major(),
                        List.of("postgres", "pg_controldata", "pg_dump", "pg_restore"));
        refuseWithoutRoom(base);
        Path folder;
        try {
            folder = RecoveryFolder.make(workshop.scratch());
        } catch (IOException e) {
            throw DataFailure.of(e);
        }
        boolean good = false;
        try {
            var recovered =
                    new RecoveredDatabase(address, past, replayed(base, folder, programs, server));
            good = true;
            return recovered;
        } catch (IOException e) {
            throw DataFailure.of(e);
        } finally {
            if (!good) {
                RecoveryFolder.end(folder);
            }
        }
    }

    private Living ask() {
        try {
            return new Living.There(living.state());
        } catch (PostgresFailure away) {
            return new Living.Away(away.reason());
        }
    }

    private void refuseTheFuture(Living server) throws DataFailure {
        Instant now =
                server instanceof Living.There(LivingLog.State state)
                        ? state.now()
                        : clock.instant();
        if (past.instant().isAfter(now)) {
            throw new DataFailure(
                    "%s is not yet: it is %s where the database is".formatted(past.instant(), now),
                    "");
        }
    }

    /// What the archive has of the living server's cluster, or, while that is away, of the one that
    /// it was last used for.
    private Archived look(Living server) throws DataFailure, InterruptedException {
        Archived all = tool.look();
        if (all.bases().isEmpty()) {
            throw new DataFailure(
                    "the archive `" + words() + "` has no base backup", "make one with it");
        }
        String newest = all.bases().getLast().system();
        String system =
                server instanceof Living.There(LivingLog.State state) && !state.system().isEmpty()
                        ? state.system()
                        : newest;
        Archived ours = all.of(system);
        if (ours.bases().isEmpty()) {
            throw new DataFailure(
                    "the archive `%s` is of another cluster than the one that the address leads to: %s, and not %s"
                            .formatted(words(), newest, system),
                    "name the archive of this server; one that was lost comes back as a whole by `"
                            + past.archive().tool().program()
                            + "` itself");
        }
        return ours;
    }

    private BaseBackup base(Living server) throws DataFailure, InterruptedException {
        Archived archived = look(server);
        List<Archived.Span> spans = archived.spans();
        if (isYounger(spans)) {
            push(server);
            archived = look(server);
            spans = archived.spans();
        }
        BaseBackup base =
                spans.stream()
                        .filter(one -> one.holds(past.instant()))
                        .findFirst()
                        .flatMap(one -> one.baseFor(past.instant()))
                        .orElse(null);
        if (base == null) {
            throw new DataFailure(
                    "the archive `%s` does not hold %s: %s%s"
                            .formatted(words(), past.instant(), words(spans), gaps(spans)),
                    "");
        }
        if (base.major() < MAJOR_MIN) {
            throw new DataFailure(
                    "only PostgreSQL %d and later is brought back to an instant, and this is %d"
                            .formatted(MAJOR_MIN, base.major()),
                    "");
        }
        return base;
    }

    private String words() {
        return past.archive().words();
    }

    private static String gaps(List<Archived.Span> spans) {
        return spans.stream()
                .map(Archived.Span::missing)
                .filter(one -> !one.isEmpty())
                .map("; `%s` of the log is missing"::formatted)
                .collect(Collectors.joining());
    }

    private static String words(List<Archived.Span> spans) {
        return spans.isEmpty()
                ? "it has no base backup with the log that belongs to it"
                : "it covers "
                        + spans.stream()
                                .map(one -> one.from() + " to " + one.to())
                                .collect(Collectors.joining(", and "));
    }

    private boolean isYounger(List<Archived.Span> spans) {
        return !spans.isEmpty()
                && spans.getLast().missing().isEmpty()
                && past.instant().isAfter(spans.getLast().to());
    }

    /// Has the living server archive what it wrote until now, and waits until that has arrived.
    private void push(Living server) throws DataFailure, InterruptedException {
        pushed = true;
        List<Archived.Span> spans = look(server).spans();
        String covered =
                "the archive `"
                        + words()
                        + "` does not hold "
                        + past.instant()
                        + " yet: "
                        + words(spans);
        if (server instanceof Living.Away(String why)) {
            throw new DataFailure(
                    covered + "; the server cannot be asked for the rest of its log: " + why,
                    "take an earlier instant");
        }
        if (server instanceof Living.There(LivingLog.State state) && state.replica()) {
            throw new DataFailure(
                    covered + "; the address leads to a replica, which cannot end a segment of it",
                    "let the address lead to the primary, or take an earlier instant");
        }
        LivingLog.Pushed pushed = living.push();
        long deadline = System.nanoTime() + patience.toNanos();
        while (!has(server, pushed.segment())) {
            if (System.nanoTime() - deadline > 0) {
                throw notArchived(covered, pushed);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        }
    }

    private boolean has(Living server, String segment) throws DataFailure, InterruptedException {
        return look(server).log().stream().anyMatch(one -> one.name().equals(segment));
    }

    private DataFailure notArchived(String covered, LivingLog.Pushed pushed) {
        String waited =
                "%s; `%s` did not come within %d s"
                        .formatted(covered, pushed.segment(), patience.toSeconds());
        Optional<String> failing = living.failing();
        if (failing.isPresent()) {
            return new DataFailure(
                    waited + ", and the server says that " + failing.get(),
                    "see the server's log for what its `archive_command` says");
        }
        return pushed.switched()
                ? new DataFailure(waited, "see whether the server archives at all")
                : new DataFailure(
                        waited
                                + ", and `"
                                + address.user()
                                + "` may not have the server end its segment",
                        "`"
                                + String.join("; ", living.grants())
                                + "`, or wait until the server does so by itself (`archive_timeout`)");
    }

    private void refuseWithoutRoom(BaseBackup base) throws DataFailure {
        try {
            Files.createDirectories(workshop.scratch());
            long room = Files.getFileStore(workshop.scratch()).getUsableSpace();
            if (room < base.bytes()) {
                throw new DataFailure(
                        "`%s` has room for %d MB, and the base backup takes %d"
                                .formatted(workshop.scratch(), room >> 20, base.bytes() >> 20),
                        "make room there");
            }
        } catch (IOException e) {
            throw DataFailure.of(e);
        }
    }

    private ScratchCluster replayed(
            BaseBackup base, Path folder, PostgresPrograms programs, Living server)
            throws DataFailure, IOException, InterruptedException {
        var place = new ArchiveTool.Place(folder);
        try (var meter = new Meter(Stage.BASE, base.bytes(), workshop.listener());
                var growth = new FolderGrowth(folder, meter)) {
            growth.start();
            tool.restore(base, place);
        }
        var replay = new ReplayServer(programs, folder);
        replay.prepare();
        refuseAnother(replay.systemIdentifier(), server);
        try (var meter = new Meter(Stage.REPLAY, 0, workshop.listener());
                WalFeed feed = WalFeed.begin(tool, base, place, meter)) {
            replay(replay, feed, server);
        }
        var login = RecoveryFolder.login();
        replay.admit(login);
        var settings = replay.settings();
        return new ScratchCluster(programs, folder, login, settings);
    }

    private void refuseAnother(String system, Living server) throws DataFailure {
        if (server instanceof Living.There(LivingLog.State state)
                && !state.system().isEmpty()
                && !state.system().equals(system)) {
            throw new DataFailure(
                    "what was restored is of the cluster %s, and the address leads to %s"
                            .formatted(system, state.system()),
                    "name the archive of this server");
        }
    }

    private void replay(ReplayServer replay, WalFeed feed, Living server)
            throws DataFailure, IOException, InterruptedException {
        ReplayServer.End end = attempt(replay, feed, Optional.of(past.instant()));
        if (end instanceof ReplayServer.End.Early && !pushed && server instanceof Living.There) {
            // Nobody wrote since, or what was written is not there yet.
            push(server);
            end = attempt(replay, feed, Optional.of(past.instant()));
        }
        if (!(end instanceof ReplayServer.End.Early(Optional<Instant> last))) {
            return;
        }
        if (last.isPresent() && last.get().equals(past.instant())) {
            // It is the last transaction's own: there is none that could be left out.
            attempt(replay, feed, Optional.empty());
            return;
        }
        // Tools tell when a segment came to the second: what ends in that second may end at a gap.
        throw new DataFailure(
                "the log in the archive `%s` ends before %s: %s%s"
                        .formatted(
                                words(),
                                past.instant(),
                                last.map(time -> "its last transaction is of " + time)
                                        .orElse("there is no transaction after the base backup"),
                                gaps(look(server).spans())),
                last.map(time -> "`--at " + time + "` is the last instant that can be had")
                        .orElse(""));
    }

    /// What the tool could not do comes before what the server made of it.
    private static ReplayServer.End attempt(
            ReplayServer replay, WalFeed feed, Optional<Instant> instant)
            throws DataFailure, IOException, InterruptedException {
        try {
            ReplayServer.End end = replay.replay(feed, instant);
            DataFailure told = feed.failure();
            if (told != null && end instanceof ReplayServer.End.Early) {
                throw told;
            }
            return end;
        } catch (PostgresFailure e) {
            DataFailure told = feed.failure();
            throw told == null ? e : told;
        }
    }
}
