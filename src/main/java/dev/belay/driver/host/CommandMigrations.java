package dev.belay.driver.host;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.release.Direction;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Changes schemas by commands of the artifact, which run as jobs do.
///
/// What `status` prints before `up` is written down with the record of the run, before it begins.
/// On it hangs the whole way back: nothing is taken back where the schema is as it was, `down` is
/// told where to go, and has done its work when `status` prints that again. Without it nobody could
/// tell a release that brings a migration from one that brings none, and `down` would take back an
/// earlier one's.
///
/// ```
/// up:    status, status ─► record ─► up
/// down:  status ─┬─ as it was ──────────────────► done
///                ├─ else, `down` ended well ────► failed: it is somewhere else
///                └─ else ─► down ─► status ─┬─ as it was ─► done
///                                           └─ else ──────► failed
/// ```
final class CommandMigrations {
    private static final Duration STATUS_WITHIN = Duration.ofMinutes(1);
    private static final int SHOWN = 200;
    private static final int ERRORS_SHOWN = 2_000;

    private final Path state;
    private final Jobs jobs;
    private final Preparation preparation;
    private final Runners runners;

    CommandMigrations(Records records, Jobs jobs, Preparation preparation) {
        state = records.state();
        runners = records.runners();
        this.jobs = jobs;
        this.preparation = preparation;
    }

    /// Where the schema is.
    private sealed interface Place {
        record At(String printed) implements Place {}

        record Unsaid(String because) implements Place {}
    }

    // --- there --------------------------------------------------------------------------------

    Answer up(ScopeFolder scope, Work.MigrateByCommand work, Order order, Deadline deadline)
            throws IOException {
        JobCommand up = up(work);
        return jobs.run(
                scope,
                work.revision().id(),
                order,
                deadline,
                _ -> {
                    if (work.by().status().isEmpty()) {
                        return new JobCommand.Begin(up);
                    }
                    return switch (before(scope, work, order, deadline)) {
                        case Place.At(String printed) -> new JobCommand.Begin(up.from(printed));
                        case Place.Unsaid(String because) ->
                                new JobCommand.Answered(
                                        new Answer.Failed(
                                                because,
                                                "it must exit with 0 on a schema that nothing was"
                                                        + " applied to, too",
                                                false));
                    };
                });
    }

    private static JobCommand up(Work.MigrateByCommand work) {
        return JobCommand.of(work.revision(), work.by().up(), Direction.DO)
                .probedBy(work.by().probe());
    }

    /// An earlier attempt of the same step may have applied a part: what that one found counts.
    private Place before(
            ScopeFolder scope, Work.MigrateByCommand work, Order order, Deadline deadline)
            throws IOException {
        Optional<String> recorded = recorded(scope, work.revision(), order);
        if (recorded.isPresent()) {
            return new Place.At(recorded.get());
        }
        Place first = ask(scope, work.revision(), work.by(), order, deadline.left());
        if (!(first instanceof Place.At(String one))) {
            return first;
        }
        Place second = ask(scope, work.revision(), work.by(), order, deadline.left());
        return !(second instanceof Place.At(String other)) || one.equals(other)
                ? second
                : new Place.Unsaid(
                        "`status` prints `%s`, and then `%s`: it must print the same for the same"
                                        .formatted(shown(one), shown(other))
                                + " schema");
    }

    Finding look(ScopeFolder scope, Work.MigrateByCommand work, Order order, boolean known)
            throws IOException {
        Optional<String> from = recorded(scope, work.revision(), order);
        JobCommand up = up(work);
        if (from.isPresent() && !work.by().status().isEmpty()) {
            up = up.from(from.get());
        }
        Finding found = jobs.look(scope, up, order, known);
        return found instanceof Finding.Unknowable(String why)
                ? new Finding.Unknowable(why + state(scope, work, order, from))
                : found;
    }

    /// For whoever has to decide.
    private String state(
            ScopeFolder scope, Work.MigrateByCommand work, Order order, Optional<String> from)
            throws IOException {
        if (work.by().status().isEmpty() || from.isEmpty()) {
            return "";
        }
        return switch (ask(scope, work.revision(), work.by(), order, order.within())) {
            case Place.At(String now) when now.equals(from.get()) ->
                    "; `status` prints `" + shown(now) + "`, as before it";
            case Place.At(String now) ->
                    "; `status` printed `%s` before it, and prints `%s` now"
                            .formatted(shown(from.get()), shown(now));
            case Place.Unsaid(String because) -> "; " + because;
        };
    }

    // --- back ---------------------------------------------------------------------------------

    Answer down(ScopeFolder scope, Work.TakeBackByCommand work, Order order, Deadline deadline)
            throws IOException {
        Answer answer =
                jobs.run(
                        scope,
                        work.revision().id(),
                        order,
                        deadline,
                        fence -> openDown(scope, work, order, deadline, fence));
        boolean ran = scope.job(order.token()).read().isPresent();
        if (!ran || !(answer instanceof Answer.Done)) {
            return answer;
        }
        String from = recorded(scope, work.revision(), order).orElse("");
        return switch (ask(scope, work.revision(), work.by(), order, deadline.left())) {
            case Place.At(String now) when now.equals(from) ->
                    new Answer.Done("`status` prints `" + shown(now) + "` again");
            case Place.At(String now) -> elsewhere(from, now);
            case Place.Unsaid(String because) -> new Answer.Failed(because, "", true);
        };
    }

    private JobCommand.Opening openDown(
            ScopeFolder scope,
            Work.TakeBackByCommand work,
            Order order,
            Deadline deadline,
            Fence fence)
            throws IOException {
        Optional<String> from = recorded(scope, work.revision(), order);
        if (from.isEmpty()) {
            return fence.known()
                    ? new JobCommand.Answered(new Answer.Done("it never began"))
                    : new JobCommand.Answered(
                            new Answer.Failed(
                                    "there is no record of where the schema was before",
                                    "bring it there by hand, and mark the step as done",
                                    true),
                            false);
        }
        return switch (ask(scope, work.revision(), work.by(), order, deadline.left())) {
            case Place.At(String now) when now.equals(from.get()) ->
                    new JobCommand.Answered(
                            new Answer.Done("`status` prints `" + shown(now) + "`, as before"));
            case Place.At(String now) when work.by().down().isEmpty() ->
                    new JobCommand.Answered(
                            new Answer.Failed(
                                    "`status` printed `%s` before, prints `%s` now, and there is no"
                                                    .formatted(shown(from.get()), shown(now))
                                            + " `down`",
                                    "bring it back by hand, and it is seen",
                                    true));
            case Place.At(String now) when endedWell(scope, work, order) ->
                    new JobCommand.Answered(elsewhere(from.get(), now));
            case Place.At _ ->
                    new JobCommand.Begin(
                            JobCommand.of(work.revision(), work.by().down(), Direction.UNDO)
                                    .from(from.get()));
            case Place.Unsaid(String because) ->
                    new JobCommand.Answered(new Answer.Failed(because, "", true));
        };
    }

    /// It is not run again then: wherever the schema is, another `down` might lead further away.
    private static boolean endedWell(ScopeFolder scope, Work.TakeBackByCommand work, Order order)
            throws IOException {
        for (JobFolder job : Jobs.attempts(scope, work.revision().id(), order)) {
            if (job.read().orElseThrow().way() == Direction.UNDO
                    && job.run(job.read().orElseThrow()).status() == 0) {
                return true;
            }
        }
        return false;
    }

    private Answer elsewhere(String from, String now) {
        return new Answer.Failed(
                "`down` ended with status 0, but `status` prints `%s`, and printed `%s` before `up`"
                        .formatted(shown(now), shown(from)),
                "bring it back by hand, and it is seen",
                true);
    }

    Finding look(ScopeFolder scope, Work.TakeBackByCommand work, Order order, boolean known)
            throws IOException {
        for (JobFolder job : Jobs.attempts(scope, work.revision().id(), order)) {
            if (!(job.life() instanceof Life.Ended)) {
                return new Finding.InProgress("`job-" + job.token() + "` runs");
            }
        }
        Optional<String> from = recorded(scope, work.revision(), order);
        if (from.isEmpty()) {
            return known
                    ? new Finding.Done("it never began")
                    : new Finding.Unknowable("there is no record of where the schema was before");
        }
        return switch (ask(scope, work.revision(), work.by(), order, order.within())) {
            case Place.At(String now) ->
                    now.equals(from.get()) ? new Finding.Done("") : new Finding.NotDone();
            case Place.Unsaid(String because) -> new Finding.Unknown(because);
        };
    }

    // --- status -------------------------------------------------------------------------------

    /// What `status` printed before this step of the release began; empty when it never did.
    private static Optional<String> recorded(ScopeFolder scope, Revision revision, Order order)
            throws IOException {
        List<JobFolder> attempts = Jobs.attempts(scope, revision.id(), order);
        return attempts.isEmpty()
                ? Optional.empty()
                : attempts.getFirst().read().map(JobFolder.Attempt::migratedFrom);
    }

    private Place ask(
            ScopeFolder scope,
            Revision revision,
            MigrationCommands by,
            Order order,
            Duration within)
            throws IOException {
        Recipe recipe = Recipe.of(revision).with(by.status());
        Map<String, String> given = given(scope, revision, order);
        return switch (preparation.prepare(scope.scope().environment(), recipe, given)) {
            case Preparation.Refused(String reason, String _) ->
                    new Place.Unsaid("`status` cannot be asked: " + reason);
            case Preparation.Prepared ready -> {
                Path scratch = scope.jobFolder().resolve("status-" + order.token());
                Duration limit = within.compareTo(STATUS_WITHIN) < 0 ? within : STATUS_WITHIN;
                yield place(runners.of(recipe).ask(recipe, ready, limit, scratch), limit);
            }
        };
    }

    private Place place(Runner.Printed said, Duration limit) {
        if (said.status() == Life.NO_STATUS) {
            return new Place.Unsaid("`status` did not end within " + limit);
        }
        if (said.status() != 0) {
            String wrote = said.errors().isEmpty() ? said.printed() : said.errors();
            return new Place.Unsaid(
                    "`status` ended with status %d%s"
                            .formatted(
                                    said.status(),
                                    wrote.isEmpty()
                                            ? "; it wrote nothing"
                                            : "; it wrote:\n" + end(wrote)));
        }
        return said.isTooLong()
                ? new Place.Unsaid("`status` prints more than a version or a short list")
                : new Place.At(said.printed());
    }

    /// It is no job: one that is left over when the control plane dies keeps nobody waiting.
    private Map<String, String> given(ScopeFolder scope, Revision revision, Order order) {
        var given = new HashMap<>(Names.instance(state, scope.scope(), "status-" + order.token()));
        given.put(Names.REVISION, revision.id());
        given.put(Names.RELEASE, order.release());
        return given;
    }

    private String end(String wrote) {
        String text = preparation.redact(wrote);
        return text.substring(Math.max(0, text.length() - ERRORS_SHOWN));
    }

    private String shown(String printed) {
        String text = preparation.redact(printed.replace("\n", " / "));
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
