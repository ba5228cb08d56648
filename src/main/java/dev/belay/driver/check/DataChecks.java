package dev.belay.driver.check;

import dev.belay.driver.Backups;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.driver.backup.Errands;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.postgres.RehearsalJudge;
import dev.belay.driver.postgres.RehearsalOutcome;
import dev.belay.driver.postgres.RehearsalReport;
import dev.belay.driver.postgres.Rehearsals;
import dev.belay.driver.postgres.ReturnRehearsal;
import dev.belay.release.BackupPolicy;
import dev.belay.release.Work;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// What a release asks of data before it touches them. What is kept in memory is how far the work
/// is; what may be relied on lies on the disk.
public final class DataChecks implements Backups, AutoCloseable {
    private static final Duration AGAIN = Duration.ofMillis(300);

    /// A release asks several times a second for what it waits for.
    private static final Duration ABANDONED = Duration.ofMinutes(2);

    private final DatastoreBackups backups;
    private final Rehearsals rehearsals;
    private final Errands<Purpose, Look> errands = new Errands<>(ABANDONED);

    private record Purpose(String release, int step) {}

    public DataChecks(DatastoreBackups backups, Rehearsals rehearsals) {
        this.backups = backups;
        this.rehearsals = rehearsals;
    }

    @Override
    public Look backedUp(Work.BackedUp work, Order order) {
        String environment = order.scope().environment();
        try {
            Optional<StoredBackup> fresh =
                    errands.knows(purpose(order))
                            ? Optional.empty()
                            : work.sameSchema()
                                    ? backups.ofThisSchema(
                                            environment, work.policy(), work.atMost())
                                    : backups.fresh(environment, work.policy(), work.atMost());
            if (fresh.isPresent()) {
                return relied(environment, work.policy(), order, fresh.get());
            }
        } catch (IOException e) {
            return failed(DataFailure.of(e));
        } catch (DataFailure e) {
            return failed(e);
        }
        return look(
                order,
                progress ->
                        switch (backups.make(environment, work.policy(), Duration.ZERO, progress)) {
                            case BackupOutcome.Verified(StoredBackup backup, var _) ->
                                    relied(environment, work.policy(), order, backup);
                            case BackupOutcome.Refused(String reason, String hint) ->
                                    new Look.Failed(reason, hint, "");
                        });
    }

    private Look relied(String environment, BackupPolicy policy, Order order, StoredBackup backup)
            throws IOException {
        backups.store(environment, policy).pledge(order.release(), backup);
        return new Look.Done(backup.words());
    }

    @Override
    public Look rehearsed(Work.Rehearsed work, Order order) {
        return look(
                order,
                progress ->
                        switch (rehearsals.rehearse(
                                order.scope().environment(),
                                work.parts().stream()
                                        .map(one -> new Rehearsals.Pending(one.to(), one.fresh()))
                                        .toList(),
                                work.policy(),
                                progress)) {
                            case RehearsalOutcome.Reported(RehearsalReport report) ->
                                    RehearsalJudge.of(work, report);
                            case RehearsalOutcome.Refused(String reason, String hint) ->
                                    new Look.Failed(reason, hint, "");
                        });
    }

    @Override
    public Look returnRehearsed(Work.ReturnRehearsed work, Order order) {
        return look(
                order,
                progress ->
                        switch (rehearsals.rehearseReturn(
                                order.scope().environment(),
                                new Rehearsals.Pending(work.from(), work.versions()),
                                work.policy(),
                                progress)) {
                            case ReturnRehearsal.Outcome.Returned back ->
                                    new Look.Done(back.words());
                            case ReturnRehearsal.Outcome.Refused(String reason, String hint) ->
                                    new Look.Failed(reason, hint, "");
                        });
    }

    private interface Doing {
        Look run(Consumer<String> progress) throws DataFailure, IOException, InterruptedException;
    }

    private Look look(Order order, Doing doing) {
        return switch (errands.ask(purpose(order), progress -> quietly(doing, progress))) {
            case Errands.State.Going<Look>(String progress) ->
                    // How far exactly would be a line a second in every log.
                    new Look.Waiting(AGAIN, progress.replaceFirst(": .*", ""));
            case Errands.State.Ended<Look>(Look look) -> look;
            case Errands.State.Broken<Look>(String why) ->
                    new Look.Failed("a bug of Belay: " + why, "", "");
        };
    }

    private static Purpose purpose(Order order) {
        return new Purpose(order.release(), order.step());
    }

    private static Look quietly(Doing doing, Consumer<String> progress)
            throws InterruptedException {
        try {
            return doing.run(progress);
        } catch (DataFailure e) {
            return failed(e);
        } catch (IOException e) {
            return failed(DataFailure.of(e));
        }
    }

    private static Look failed(DataFailure e) {
        return new Look.Failed(e.reason(), e.hint(), "");
    }

    @Override
    public void close() {
        errands.close();
    }
}
