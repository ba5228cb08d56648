package dev.belay.driver.host;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.driver.disk.PathLock;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// Runs commands to their end, each at most once per token. A job is a detached process like an
/// instance: it goes on when the control plane dies, and its record tells how it ended.
final class Jobs {
    private static final int KEPT = 20;
    private static final int LAST_LINES = 20;
    private static final Duration KILL_WITHIN = Duration.ofSeconds(2);

    private final Path state;
    private final Preparation preparation;
    private final Runners runners;

    Jobs(Path state, Preparation preparation, Runners runners) {
        this.state = state;
        this.preparation = preparation;
        this.runners = runners;
    }

    Answer run(ScopeFolder scope, Work.RunJob work, Order order, Deadline deadline)
            throws IOException {
        JobCommand command = JobCommand.of(work);
        String revision = work.revision().id();
        return run(scope, revision, order, deadline, _ -> new JobCommand.Begin(command));
    }

    /// Decides whether there is anything to run, and what. The scope's lock is held.
    interface Opener {
        JobCommand.Opening open(Fence fence) throws IOException;
    }

    /// Runs what is decided when it is known that no other job of the scope runs.
    Answer run(ScopeFolder scope, String revision, Order order, Deadline deadline, Opener opener)
            throws IOException {
        Optional<Answer> no = begin(scope, revision, order, deadline, opener);
        if (no.isPresent()) {
            return no.get();
        }
        JobFolder job = scope.job(order.token());
        try {
            return await(scope, job, order, deadline);
        } catch (IOException | UncheckedIOException e) {
            return began(job, e);
        }
    }

    /// Whatever cannot be written or read about it: it is not to begin again.
    private static Answer began(JobFolder job, Exception e) {
        return new Answer.InDoubt("`" + name(job) + "` began, and then: " + Failures.say(e));
    }

    private Answer await(ScopeFolder scope, JobFolder job, Order order, Deadline deadline)
            throws IOException {
        if (deadline.earlier(timeToKill(order)).await(() -> ended(scope, job))) {
            return result(scope, job);
        }
        if (Thread.currentThread().isInterrupted()) {
            // The control plane goes down, the job goes on.
            throw new UncheckedIOException(new InterruptedIOException("`" + name(job) + "` runs"));
        }
        killOverdue(job, deadline);
        if (!(life(job) instanceof Life.Ended)) {
            return new Answer.InDoubt("`" + name(job) + "` cannot be killed");
        }
        return new Answer.Failed(
                "`" + name(job) + "` was killed after " + order.within() + lastLines(job),
                "give the step more time, or make the command faster",
                false);
    }

    private static Duration timeToKill(Order order) {
        Duration quarter = order.within().dividedBy(4);
        return quarter.compareTo(KILL_WITHIN) < 0 ? quarter : KILL_WITHIN;
    }

    /// What became of it. The scope was sealed and its lock is held.
    ///
    /// @param known whether all runs are on record. Then one without a record never began, as that
    ///   is written first; else somebody may have deleted it
    Finding look(ScopeFolder scope, JobCommand work, Order order, boolean known)
            throws IOException {
        Optional<JobFolder> last = last(scope, work, order);
        if (last.isEmpty() && runsWithoutRecord(scope)) {
            scope.write(scope.fence().forgotten());
            return new Finding.InProgress("a job of `" + scope.scope() + "` runs");
        }
        if (last.isPresent()) {
            Optional<Finding> told = byRecord(last.get(), order);
            if (told.isPresent()) {
                return told.get();
            }
        }
        if (!work.probe().isEmpty()) {
            return byProbe(scope, work, order, last);
        }
        if (last.isPresent()) {
            return new Finding.Unknowable(
                    "`" + name(last.get()) + "` ended, and nobody saw how" + lastLines(last.get()));
        }
        return known
                ? new Finding.NotDone()
                : new Finding.Unknowable(
                        "there is no record of jobs in `" + scope.jobFolder() + "`");
    }

    /// @return empty when the record is silent about how it ended
    private Optional<Finding> byRecord(JobFolder job, Order order) throws IOException {
        JobFolder.Attempt record = job.read().orElseThrow();
        if (!(life(job) instanceof Life.Ended)) {
            if (record.end().isAfter(Instant.now())) {
                return Optional.of(new Finding.InProgress("`" + name(job) + "` runs"));
            }
            killOverdue(job, Deadline.in(order.within()));
            if (!(life(job) instanceof Life.Ended)) {
                return Optional.of(new Finding.InProgress("`" + name(job) + "` cannot be killed"));
            }
        }
        OptionalInt settled = settledStatus(job);
        int status = settled.orElse(Life.NO_STATUS);
        if (status == 0) {
            return Optional.of(new Finding.Done("`" + name(job) + "` ended with status 0"));
        }
        if (!job.run(record).began()) {
            return Optional.of(new Finding.NotDone());
        }
        if (status != Life.NO_STATUS || job.wasOverdue()) {
            return Optional.of(new Finding.Failed(how(job, status), seeLog(job)));
        }
        return settled.isEmpty()
                ? Optional.of(new Finding.InProgress("`" + name(job) + "` has just ended"))
                : Optional.empty();
    }

    /// Somebody deleted our folder while a job ran: it is still found by its environment.
    private static boolean runsWithoutRecord(ScopeFolder scope) throws IOException {
        return scope.found().stream()
                .anyMatch(program -> program.get(Names.INSTANCE).startsWith("job-"));
    }

    private Finding byProbe(
            ScopeFolder scope, JobCommand work, Order order, Optional<JobFolder> last)
            throws IOException {
        Recipe recipe = work.recipe().with(work.probe());
        long token = last.map(JobFolder::token).orElse(order.token());
        Map<String, String> given = given(scope.scope(), order, token, work);
        return switch (preparation.prepare(scope.scope().environment(), recipe, given)) {
            case Preparation.Refused(String reason, String _) -> new Finding.Unknown(reason);
            case Preparation.Prepared ready -> {
                Path scratch = scope.jobFolder().resolve("probe-" + order.token());
                int status =
                        runners.of(recipe).ask(recipe, ready, order.within(), scratch).status();
                yield status == Life.NO_STATUS
                        ? new Finding.Unknown("the probe did not end in time")
                        : Finding.ofProbe(status);
            }
        };
    }

    private Optional<Answer> begin(
            ScopeFolder scope, String revision, Order order, Deadline deadline, Opener opener)
            throws IOException {
        Optional<PathLock> lock = scope.lock(deadline.left());
        if (lock.isEmpty()) {
            return Optional.of(
                    new Answer.NotYet("another operation works on `" + scope.scope() + "`"));
        }
        try (PathLock _ = lock.get()) {
            Fence fence = scope.fence();
            if (fence.refuses(order.token())) {
                return Optional.of(new Answer.Stale(fence.last()));
            }
            for (JobFolder other : scope.jobs()) {
                if (!(life(other) instanceof Life.Ended)) {
                    String runs = "`" + name(other) + "` still runs";
                    return Optional.of(
                            isOf(other, revision, order)
                                    ? new Answer.InDoubt(runs)
                                    : new Answer.NotYet(runs));
                }
            }
            if (runsWithoutRecord(scope)) {
                scope.write(fence.forgotten());
                return Optional.of(
                        new Answer.NotYet("a job of `" + scope.scope() + "` still runs"));
            }
            return switch (opener.open(fence)) {
                case JobCommand.Answered(Answer answer, boolean settled) -> {
                    if (settled) {
                        scope.write(fence.accept(order.token()));
                    }
                    yield Optional.of(answer);
                }
                case JobCommand.Begin(JobCommand command) -> {
                    scope.write(fence.accept(order.token()));
                    forgetOld(scope);
                    yield start(scope, command, order, deadline);
                }
            };
        }
    }

    private Optional<Answer> start(
            ScopeFolder scope, JobCommand work, Order order, Deadline deadline) throws IOException {
        Recipe recipe = work.recipe();
        JobFolder job = scope.job(order.token());
        Map<String, String> given = given(scope.scope(), order, order.token(), work);
        switch (preparation.prepare(scope.scope().environment(), recipe, given)) {
            case Preparation.Refused(String reason, String hint) -> {
                return Optional.of(
                        new Answer.Failed(
                                "`" + name(job) + "` cannot be started: " + reason, hint, false));
            }
            case Preparation.Prepared ready -> {
                if (deadline.over()) {
                    // Whoever gave the order takes it for lost by now.
                    return Optional.of(new Answer.NotYet("its time was over before it began"));
                }
                Instant now = Instant.now();
                JobFolder.Attempt record =
                        new JobFolder.Attempt(
                                order.release(),
                                order.step(),
                                recipe.revision(),
                                recipe.runner(),
                                Boot.ID,
                                0,
                                now,
                                now.plus(order.within()),
                                work.way(),
                                work.migratedFrom(),
                                work.verb());
                job.begin(record);
                long pid = job.run(record).start(job.log(), recipe, ready);
                try {
                    job.write(record.withLauncher(pid));
                } catch (IOException e) {
                    return Optional.of(began(job, e));
                }
                return Optional.empty();
            }
        }
    }

    private Answer result(ScopeFolder scope, JobFolder job) throws IOException {
        OptionalInt settled = settledStatus(job);
        if (settled.isEmpty()) {
            return new Answer.InDoubt("`" + name(job) + "` has just ended");
        }
        int status = settled.getAsInt();
        // What it left running is not part of a job that ended.
        for (Program program : programs(scope, job)) {
            program.exterminate(Deadline.in(KILL_WITHIN));
        }
        if (status == 0) {
            return new Answer.Done("`" + name(job) + "` ended with status 0");
        }
        return status == Life.NO_STATUS
                ? new Answer.InDoubt("`" + name(job) + "` ended, and nobody saw how")
                : new Answer.Failed(how(job, status), seeLog(job), false);
    }

    /// What may belong to it: by its record, or when that was deleted under it, by its name.
    private static List<Program> programs(ScopeFolder scope, JobFolder job) throws IOException {
        Optional<JobFolder.Attempt> record = job.read();
        if (record.isPresent()) {
            return List.of(job.run(record.get()));
        }
        return scope.found().stream()
                .filter(one -> one.get(Names.INSTANCE).equals(job.id()))
                .map(one -> job.run(JobFolder.Attempt.lost(one.runner())))
                .toList();
    }

    private String how(JobFolder job, int status) throws IOException {
        String end = status == Life.NO_STATUS ? " was killed" : " ended with status " + status;
        Optional<JobFolder.Attempt> record = job.read();
        String remark = record.isEmpty() ? "" : job.run(record.get()).remark();
        return "`" + name(job) + "`" + end + remark + lastLines(job);
    }

    private static String seeLog(JobFolder job) {
        return "see `" + job.log() + "`";
    }

    /// Kills what runs longer than its order allowed, when nobody waits for it any more.
    void killOverdue(ScopeFolder scope, List<String> said) throws IOException {
        for (JobFolder job : scope.jobs()) {
            Optional<JobFolder.Attempt> attempt = job.read();
            boolean overdue = attempt.isPresent() && attempt.get().end().isBefore(Instant.now());
            if (overdue && !(job.life() instanceof Life.Ended)) {
                killOverdue(job, Deadline.in(KILL_WITHIN));
                said.add("`" + name(job) + "` was killed: its time is over");
            }
        }
    }

    private static void killOverdue(JobFolder job, Deadline deadline) throws IOException {
        job.overdue();
        Program run = job.run(job.read().orElseThrow());
        if (!run.revoke()) {
            run.exterminate(deadline.orIn(KILL_WITHIN));
        }
    }

    private String lastLines(JobFolder job) throws IOException {
        Optional<JobFolder.Attempt> record = job.read();
        if (record.isPresent()) {
            job.run(record.get()).drawLog(job.log());
        }
        List<String> lines = new LogFile(job.log()).last(LAST_LINES);
        return lines.isEmpty()
                ? "; it wrote nothing"
                : preparation.redact("; the last it wrote:\n" + String.join("\n", lines));
    }

    /// The latest attempt of exactly this step, that way, of before the order.
    private static Optional<JobFolder> last(ScopeFolder scope, JobCommand work, Order order)
            throws IOException {
        for (JobFolder job : attempts(scope, work.recipe().revision(), order)) {
            if (job.read().orElseThrow().way() == work.way()) {
                return Optional.of(job);
            }
        }
        return Optional.empty();
    }

    /// Those of exactly this step, both ways, of before the order; the latest first.
    static List<JobFolder> attempts(ScopeFolder scope, String revision, Order order)
            throws IOException {
        var attempts = new ArrayList<JobFolder>();
        for (JobFolder job : scope.jobs()) {
            if (job.token() < order.token() && isOf(job, revision, order)) {
                attempts.add(job);
            }
        }
        return attempts;
    }

    private static boolean isOf(JobFolder job, String revision, Order order) throws IOException {
        Optional<JobFolder.Attempt> record = job.read();
        return record.isPresent()
                && record.get().release().equals(order.release())
                && record.get().step() == order.step()
                && record.get().revision().equals(revision);
    }

    private static void forgetOld(ScopeFolder scope) throws IOException {
        List<JobFolder> jobs = scope.jobs();
        for (JobFolder old : jobs.subList(Math.min(KEPT, jobs.size()), jobs.size())) {
            try (Stream<Path> files = Files.walk(old.path())) {
                for (Path file : files.toList().reversed()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private Map<String, String> given(Scope scope, Order order, long token, JobCommand work) {
        var given = new HashMap<String, String>();
        given.put(Names.STATE, state.toString());
        given.put(Names.SCOPE, scope.toString());
        given.put(Names.INSTANCE, "job-" + token);
        given.put(Names.TOKEN, Long.toString(token));
        given.put(Names.REVISION, work.recipe().revision());
        given.put(Names.RELEASE, order.release());
        given.putAll(work.variables());
        return given;
    }

    private static String name(JobFolder job) {
        return job.id();
    }

    /// A job whose record was deleted under it is asked for by its name.
    private static boolean ended(ScopeFolder scope, JobFolder job) {
        try {
            return job.read().isPresent()
                    ? job.life() instanceof Life.Ended
                    : scope.found().stream()
                            .noneMatch(one -> one.get(Names.INSTANCE).equals(job.id()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// How it ended; empty while its launcher is still to say.
    private static OptionalInt settledStatus(JobFolder job) throws IOException {
        Optional<JobFolder.Attempt> record = job.read();
        return record.isPresent()
                ? job.run(record.get()).settledStatus()
                : OptionalInt.of(Life.NO_STATUS);
    }

    private static Life life(JobFolder job) {
        try {
            return job.life();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
