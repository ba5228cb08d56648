package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import dev.belay.release.Migrations;
import dev.belay.release.SchemaVerdict;
import dev.belay.schema.Finding;
import dev.belay.schema.Signals;
import dev.belay.schema.Verdict;
import dev.belay.schema.migration.Migration;
import dev.belay.schema.migration.MigrationSet;
import dev.belay.schema.migration.Standing;
import dev.belay.schema.script.Script;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// A backup made into a database again, and pending migrations tried on that: one set, or several
/// in the order in which a release carries them out.
final class RehearsalRun {
    /// The runner's own, and its attempts fewer: those that come to nothing are waited for by
    /// somebody who looks on.
    private static final LockPatience LOAD_PATIENCE =
            new LockPatience(
                    LockPatience.DEFAULT.definitions(),
                    LockPatience.DEFAULT.rows(),
                    10,
                    LockPatience.DEFAULT.longestPause());

    private final PostgresAddress source;
    private final Workshop workshop;
    private final Consumer<String> progress;

    /// @param source the living database, asked what its application says
    RehearsalRun(PostgresAddress source, Workshop workshop, Consumer<String> progress) {
        this.source = source;
        this.workshop = workshop;
        this.progress = progress;
    }

    /// The backup and how to read it.
    record From(BackupStore store, StoredBackup backup, BackupKeys keys) {}

    /// One set of migrations.
    ///
    /// @param versions that a release would bring
    record Part(Migrations to, List<String> versions, MigrationSet files) {}

    RehearsalOutcome run(From from, List<Part> parts) throws PostgresFailure, InterruptedException {
        long begun = System.nanoTime();
        progress.accept("asking what the application says to the database");
        Workload workload = Workload.of(source);
        var verification = new PostgresVerification(workshop, from.keys());
        try (Scratch scratch = verification.scratch(from.backup())) {
            BackupOutcome outcome =
                    verification.verify(
                            from.store(), from.backup(), scratch, PostgresBackup.RESTORED);
            if (outcome instanceof BackupOutcome.Refused(String reason, String hint)) {
                return new RehearsalOutcome.Refused(reason, hint);
            }
            PostgresAddress copy = scratch.address(PostgresBackup.RESTORED);
            var pending = new ArrayList<Migration>();
            for (Part part : parts) {
                Standing standing = standing(copy, part.to(), part.files());
                Optional<RehearsalOutcome> unfit = unfit(standing);
                if (unfit.isPresent()) {
                    return unfit.get();
                }
                pending.addAll(standing.pending());
            }
            progress.accept("making the copy as the real one");
            List<String> otherwise = new CopyOfServer(source, scratch, copy).prepare();
            LoadReport load = load(scratch, copy, workload, pending);
            var result =
                    new Rehearsal(copy, runner(copy), workload.contract(), progress)
                            .run(
                                    pending.stream().map(one -> one.up().script()).toList(),
                                    back(pending));
            scratch.checkAlive();
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            RehearsalReport report = report(parts, from, workload, pending, result, load, took);
            return new RehearsalOutcome.Reported(report.at(place(scratch, from, otherwise)));
        }
    }

    /// What the runner itself would not do either, or goes on with where it stopped.
    private static Optional<RehearsalOutcome> unfit(Standing standing) {
        if (standing.obstacle().isPresent()) {
            var obstacle = standing.obstacle().get();
            return Optional.of(new RehearsalOutcome.Refused(obstacle.reason(), obstacle.hint()));
        }
        return standing.half().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new RehearsalOutcome.Refused(
                                "migration "
                                        + standing.half().getFirst()
                                        + " stopped half-way, and what is left of it cannot be"
                                        + " rehearsed",
                                "finish it with `--skip rehearse --reason …`"));
    }

    private static Standing standing(PostgresAddress copy, Migrations to, MigrationSet files)
            throws PostgresFailure {
        MigrationRunner.Status status =
                new MigrationRunner(copy, to.set(), LockPatience.DEFAULT, Duration.ZERO).status();
        return Standing.of(files, status.applied());
    }

    /// Where it was, and what that place cannot tell.
    private static List<String> place(Scratch scratch, From from, List<String> otherwise)
            throws PostgresFailure {
        if (scratch instanceof ScratchCluster) {
            return List.of();
        }
        var place = new ArrayList<String>();
        var facts = PostgresVerification.facts(from.backup().manifest());
        place.add("rehearsed on the " + scratch.words(facts));
        place.addAll(scratch.remarks());
        if (!otherwise.isEmpty()) {
            place.add("not as on the real server: " + String.join("; ", otherwise));
        }
        if (!scratch.isSuperuser()) {
            place.add(
                    "its user is no superuser: roles are taken on by `SET ROLE`, and what asks for"
                            + " `session_user` sees that user");
        }
        return place;
    }

    /// Empty for the copy's own user, whom a role of that name would be.
    private String runner(PostgresAddress copy) {
        return source.user().equals(copy.user()) ? "" : source.user();
    }

    /// The latest first; empty when one of them has none.
    private static Optional<List<Script>> back(List<Migration> pending) {
        var scripts = new ArrayList<Script>();
        for (Migration one : pending.reversed()) {
            if (!(one.back() instanceof Migration.Back.Down(Migration.Part part))) {
                return Optional.empty();
            }
            scripts.add(part.script());
        }
        return Optional.of(scripts);
    }

    /// On a copy of its own, which is gone before the other work begins: nothing that is said there
    /// may be taken for what the way back left, and there is room for one more at a time.
    private LoadReport load(
            Scratch scratch, PostgresAddress copy, Workload workload, List<Migration> pending)
            throws InterruptedException {
        if (!workload.unknown().isEmpty()) {
            return LoadReport.unknown(workload.unknown());
        }
        if (!(scratch instanceof ScratchCluster cluster)) {
            return LoadReport.unknown(
                    "that needs a cluster of its own, and the copy is on a scratch server");
        }
        progress.accept("copying the copy");
        try {
            String room = SecondCopy.roomMissing(copy, workshop.scratch());
            return room.isEmpty()
                    ? underLoad(cluster, copy, workload, pending)
                    : LoadReport.unknown(room);
        } catch (PostgresFailure e) {
            return LoadRun.failed(e);
        }
    }

    private LoadReport underLoad(
            ScratchCluster scratch,
            PostgresAddress copy,
            Workload workload,
            List<Migration> pending)
            throws PostgresFailure, InterruptedException {
        try (SecondCopy second =
                SecondCopy.of(
                        scratch, PostgresBackup.RESTORED, PostgresBackup.RESTORED + "_load")) {
            return new LoadRun(second.address(), runner(copy), workload, LOAD_PATIENCE, progress)
                    .run(pending.stream().map(Migration::up).toList());
        }
    }

    private static RehearsalReport report(
            List<Part> parts,
            From from,
            Workload workload,
            List<Migration> pending,
            Rehearsal.Result result,
            LoadReport load,
            Duration took) {
        Migrations to = parts.getFirst().to();
        boolean wayBack = back(pending).isPresent();
        String backup = from.backup().name();
        int statements = workload.statements().size();
        return switch (result) {
            case Rehearsal.Refused(String reason, String hint) ->
                    new RehearsalReport(
                            to.set(),
                            to.files().text(),
                            Instant.now(),
                            took,
                            reason,
                            hint,
                            new SchemaVerdict(
                                    parts.getFirst().versions(),
                                    "breaking",
                                    false,
                                    false,
                                    backup,
                                    List.of(),
                                    together(parts)),
                            wayBack,
                            List.of(),
                            List.of(),
                            statements,
                            load);
            case Rehearsal.Rehearsed rehearsed ->
                    new RehearsalReport(
                            to.set(),
                            to.files().text(),
                            Instant.now(),
                            took,
                            "",
                            "",
                            verdict(rehearsed, load, parts, backup),
                            wayBack,
                            rehearsed.trip().map(RehearsalRun::faults).orElse(List.of()),
                            held(rehearsed),
                            statements,
                            load);
        };
    }

    private static SchemaVerdict verdict(
            Rehearsal.Rehearsed rehearsed, LoadReport load, List<Part> parts, String backup) {
        Verdict verdict = rehearsed.verdict();
        List<String> underLoad = LoadWords.findings(load);
        List<String> findings =
                Stream.concat(
                                Stream.concat(
                                                verdict.breaking(),
                                                verdict.dangerous().filter(one -> !one.breaks()))
                                        .map(RehearsalRun::sentence),
                                underLoad.stream())
                        .distinct()
                        .toList();
        Verdict.Standing standing =
                verdict.standing() == Verdict.Standing.COMPATIBLE && !underLoad.isEmpty()
                        ? Verdict.Standing.DANGEROUS
                        : verdict.standing();
        return new SchemaVerdict(
                parts.getFirst().versions(),
                standing.name().toLowerCase(java.util.Locale.ROOT),
                verdict.isPlainRevertible(),
                rehearsed.trip().map(Rehearsal.RoundTrip::isExact).orElse(false),
                backup,
                findings,
                together(parts));
    }

    private static List<String> together(List<Part> parts) {
        return parts.size() == 1
                ? List.of()
                : parts.stream()
                        .map(one -> SchemaVerdict.label(one.to().set(), one.versions()))
                        .toList();
    }

    private static String sentence(Finding one) {
        return one.object()
                + ": "
                + one.reason()
                + (one.recipe().isEmpty() ? "" : "; instead: " + one.recipe());
    }

    private static List<String> faults(Rehearsal.RoundTrip trip) {
        var faults = new ArrayList<String>();
        if (!trip.backRefused().isEmpty()) {
            faults.add("it is refused: " + trip.backRefused());
        }
        faults.addAll(trip.catalogueLeft());
        trip.dataLeft().forEach(table -> faults.add("`" + table + "` has other rows than before"));
        if (!trip.againRefused().isEmpty()) {
            faults.add("after it the migration is refused: " + trip.againRefused());
        }
        trip.againDiffers()
                .forEach(one -> faults.add("the migration makes something else after it: " + one));
        return faults;
    }

    /// Over the files: each is a transaction of its own.
    private static List<RehearsalReport.Held> held(Rehearsal.Rehearsed rehearsed) {
        Map<String, Duration> longest = new TreeMap<>();
        for (Signals file : rehearsed.files()) {
            file.statements().stream()
                    .flatMap(one -> one.locks().keySet().stream())
                    .distinct()
                    .filter(rehearsed.tables()::contains)
                    .forEach(relation ->
                            longest.merge(
                                    relation,
                                    file.heldUp(relation),
                                    (a, b) -> a.compareTo(b) > 0 ? a : b));
        }
        return longest.entrySet().stream()
                .filter(one -> one.getValue().isPositive())
                .map(one -> new RehearsalReport.Held(one.getKey(), one.getValue()))
                .sorted(Comparator.comparing(RehearsalReport.Held::time).reversed())
                .toList();
    }
}
