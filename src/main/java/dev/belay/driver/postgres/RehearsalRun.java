package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import dev.belay.release.Migrations;
import dev.belay.release.SchemaVerdict;
import dev.belay.schema.Finding;
import dev.belay.schema.Replay;
import dev.belay.schema.Signals;
import dev.belay.schema.Verdict;
import dev.belay.schema.migration.Migration;
import dev.belay.schema.migration.MigrationSet;
import dev.belay.schema.migration.Standing;
import dev.belay.schema.script.Script;
import java.sql.Connection;
import java.sql.SQLException;
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
    private static final int STATEMENTS_MAX = 2_000;

    /// Without what administrators and we ourselves say.
    private static final String SAID =
            """
            SELECT s.query FROM pg_stat_statements s
            JOIN pg_catalog.pg_roles r ON r.oid = s.userid
            JOIN pg_catalog.pg_database d ON d.oid = s.dbid
            WHERE d.datname = current_database() AND r.rolname = current_user
            AND s.query ~* '^\\s*(select|insert|update|delete|with|merge)\\M'
            AND s.query !~* '(pg_catalog|pg_stat_|belay_ledger|pg_class|information_schema)'
            GROUP BY s.query ORDER BY sum(s.calls) DESC
            """;

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
        Rehearsal.Contract contract = contract();
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
            new CopyOfServer(source, copy).prepare();
            var result =
                    new Rehearsal(copy, runner(copy), contract, progress)
                            .run(
                                    pending.stream().map(one -> one.up().script()).toList(),
                                    back(pending));
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            return new RehearsalOutcome.Reported(
                    report(parts, from, contract, pending, result, took));
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

    /// Empty for the copy's own superuser, whom a role of that name would be.
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

    private Rehearsal.Contract contract() throws PostgresFailure {
        progress.accept("asking what the application says to the database");
        try (Connection session = source.connect("belay/rehearsal")) {
            List<String> said =
                    Ask.texts(
                                            session,
                                            "SELECT 1::text FROM pg_catalog.pg_extension WHERE extname ="
                                                    + " 'pg_stat_statements'")
                                    .isEmpty()
                            ? List.of()
                            : Ask.texts(session, SAID).stream().limit(STATEMENTS_MAX).toList();
            return new Rehearsal.Contract(
                    source.user(),
                    said.isEmpty() ? Replay.Coverage.NONE : Replay.Coverage.OBSERVED,
                    said);
        } catch (SQLException e) {
            throw new PostgresFailure("ending a session", e);
        } catch (PostgresFailure e) {
            if (e.beforeAnything()) {
                throw e;
            }
            // The extension is made, and its library is not loaded: nobody counts.
            return new Rehearsal.Contract(source.user(), Replay.Coverage.NONE, List.of());
        }
    }

    private static RehearsalReport report(
            List<Part> parts,
            From from,
            Rehearsal.Contract contract,
            List<Migration> pending,
            Rehearsal.Result result,
            Duration took) {
        Migrations to = parts.getFirst().to();
        List<String> versions = parts.getFirst().versions();
        boolean wayBack = back(pending).isPresent();
        String backup = from.backup().name();
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
                                    versions,
                                    "breaking",
                                    false,
                                    false,
                                    backup,
                                    List.of(),
                                    together(parts)),
                            wayBack,
                            List.of(),
                            List.of(),
                            contract.statements().size());
            case Rehearsal.Rehearsed rehearsed ->
                    new RehearsalReport(
                            to.set(),
                            to.files().text(),
                            Instant.now(),
                            took,
                            "",
                            "",
                            verdict(rehearsed, parts, backup),
                            wayBack,
                            rehearsed.trip().map(RehearsalRun::faults).orElse(List.of()),
                            held(rehearsed),
                            contract.statements().size());
        };
    }

    private static SchemaVerdict verdict(
            Rehearsal.Rehearsed rehearsed, List<Part> parts, String backup) {
        Verdict verdict = rehearsed.verdict();
        List<String> findings =
                Stream.concat(verdict.breaking(), verdict.dangerous().filter(one -> !one.breaks()))
                        .map(RehearsalRun::sentence)
                        .distinct()
                        .toList();
        return new SchemaVerdict(
                parts.getFirst().versions(),
                verdict.standing().name().toLowerCase(java.util.Locale.ROOT),
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
