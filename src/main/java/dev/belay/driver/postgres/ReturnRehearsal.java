package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.Workshop;
import dev.belay.schema.migration.Applied;
import dev.belay.schema.migration.Migration;
import dev.belay.schema.migration.MigrationSet;
import dev.belay.schema.migration.MigrationVersion;
import dev.belay.schema.script.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Takes applied migrations back on a database that was made of a backup: by the very texts that
/// the ledger keeps, on the rows that are there now. Then it applies them again, and says of which
/// tables the rows did not come back: what is in them is lost when this is done in earnest.
public final class ReturnRehearsal {
    private final PostgresAddress source;
    private final Workshop workshop;
    private final Consumer<String> progress;

    /// What came of it.
    public sealed interface Outcome {
        /// It went through.
        ///
        /// @param backup that it was tried on
        /// @param lost tables with rows, or columns of rows, that do not come back
        /// @param again why the migrations could not be applied again afterwards; empty when they
        ///   could
        record Returned(String backup, List<String> lost, String again, Duration took)
                implements Outcome {
            public Returned {
                lost = List.copyOf(lost);
            }

            /// A sentence for people.
            public String words() {
                String what =
                        lost.isEmpty()
                                ? "no row of what stays is lost by it"
                                : "lost by it is what only the newer schema holds, in `%s`"
                                        .formatted(String.join("`, `", lost));
                return "taken back on a copy of backup `%s`: %s%s"
                        .formatted(
                                backup,
                                what,
                                again.isEmpty()
                                        ? ""
                                        : "; afterwards they cannot be applied again: " + again);
            }
        }

        /// It was refused, or there was nothing to try it on.
        record Refused(String reason, String hint) implements Outcome {}
    }

    /// @param source the living database
    ReturnRehearsal(PostgresAddress source, Workshop workshop, Consumer<String> progress) {
        this.source = source;
        this.workshop = workshop;
        this.progress = progress;
    }

    /// Tries it.
    ///
    /// @param files of the migrations that are applied
    Outcome run(RehearsalRun.From from, String set, List<String> versions, MigrationSet files)
            throws PostgresFailure, InterruptedException {
        long begun = System.nanoTime();
        var verification = new PostgresVerification(workshop, from.keys());
        try (Scratch scratch = verification.scratch(from.backup())) {
            BackupOutcome outcome =
                    verification.verify(
                            from.store(), from.backup(), scratch, PostgresBackup.RESTORED);
            if (outcome instanceof BackupOutcome.Refused(String reason, String hint)) {
                return new Outcome.Refused(reason, hint);
            }
            PostgresAddress copy = scratch.address(PostgresBackup.RESTORED);
            Set<MigrationVersion> wanted =
                    versions.stream().map(MigrationVersion::new).collect(Collectors.toSet());
            List<Applied> all =
                    new MigrationRunner(copy, set, LockPatience.DEFAULT, Duration.ZERO)
                            .status()
                            .applied();
            List<Applied> applied =
                    all.stream().filter(one -> wanted.contains(one.version())).toList();
            if (!applied.isEmpty() && !all.getLast().equals(applied.getLast())) {
                return new Outcome.Refused(
                        "migration %s was applied after %s, which was to be taken back"
                                .formatted(all.getLast(), applied.getLast()),
                        "release the revision again that it belongs to, or bring a migration");
            }
            for (Applied one : applied) {
                if (!one.whole() || one.down().isBlank()) {
                    return new Outcome.Refused(
                            "migration " + one + " has no way back in the ledger",
                            "restore a backup, or go on with a newer release");
                }
            }
            progress.accept("making the copy as the real one");
            new CopyOfServer(source, scratch, copy).prepare();
            List<Script> downs =
                    applied.reversed().stream().map(one -> Script.of(one.down())).toList();
            String runner = source.user().equals(copy.user()) ? "" : source.user();
            var result =
                    new Rehearsal(copy, runner, Rehearsal.Contract.UNKNOWN, progress)
                            .run(downs, Optional.of(ups(files, wanted)));
            scratch.checkAlive();
            return outcome(from, result, Duration.ofNanos(System.nanoTime() - begun));
        }
    }

    private static List<Script> ups(MigrationSet files, Set<MigrationVersion> wanted) {
        var ups = new ArrayList<Script>();
        for (Migration one : files.migrations()) {
            if (wanted.contains(one.version())) {
                ups.add(one.up().script());
            }
        }
        return ups;
    }

    private static Outcome outcome(RehearsalRun.From from, Rehearsal.Result result, Duration took) {
        return switch (result) {
            case Rehearsal.Refused(String reason, String hint) ->
                    new Outcome.Refused(
                            "on a copy of the data the way back is refused: " + reason,
                            hint.isEmpty()
                                    ? "restore a backup, or go back without `--schema`"
                                    : hint);
            case Rehearsal.Rehearsed rehearsed -> {
                Rehearsal.RoundTrip trip = rehearsed.trip().orElseThrow();
                yield new Outcome.Returned(
                        from.backup().name(), trip.dataLeft(), trip.backRefused(), took);
            }
        };
    }
}
