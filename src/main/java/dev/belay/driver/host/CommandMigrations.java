package dev.belay.driver.host;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.driver.ToolSchema;
import dev.belay.driver.ToolSchema.Place;
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
/// earlier one's. [ToolSchema] says what follows from it.
final class CommandMigrations {
    private static final Duration STATUS_WITHIN = Duration.ofMinutes(1);
    private static final int ERRORS_SHOWN = 2_000;

    private final Path state;
    private final Jobs jobs;
    private final Preparation preparation;
    private final Runners runners;
    private final ToolSchema schema;

    CommandMigrations(Records records, Jobs jobs, Preparation preparation) {
        state = records.state();
        runners = records.runners();
        this.jobs = jobs;
        this.preparation = preparation;
        schema = new ToolSchema(preparation::redact);
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
        return schema.agreed(
                () -> ask(scope, work.revision(), work.by(), order, deadline.left()), "");
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
        return schema.told(
                from.get(), ask(scope, work.revision(), work.by(), order, order.within()));
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
        return schema.after(from, ask(scope, work.revision(), work.by(), order, deadline.left()));
    }

    private JobCommand.Opening openDown(
            ScopeFolder scope,
            Work.TakeBackByCommand work,
            Order order,
            Deadline deadline,
            Fence fence)
            throws IOException {
        ToolSchema.WayBack back =
                schema.wayBack(
                        recorded(scope, work.revision(), order),
                        fence.known(),
                        !work.by().down().isEmpty(),
                        () -> ask(scope, work.revision(), work.by(), order, deadline.left()),
                        () -> endedWell(scope, work, order));
        return switch (back) {
            case ToolSchema.WayBack.Answered(Answer answer, boolean settled) ->
                    new JobCommand.Answered(answer, settled);
            case ToolSchema.WayBack.Begin(String from) ->
                    new JobCommand.Begin(
                            JobCommand.of(work.revision(), work.by().down(), Direction.UNDO)
                                    .from(from));
        };
    }

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

    Finding look(ScopeFolder scope, Work.TakeBackByCommand work, Order order, boolean known)
            throws IOException {
        for (JobFolder job : Jobs.attempts(scope, work.revision().id(), order)) {
            if (!(job.life() instanceof Life.Ended)) {
                return new Finding.InProgress("`job-" + job.token() + "` runs");
            }
        }
        return ToolSchema.found(
                recorded(scope, work.revision(), order),
                known,
                () -> ask(scope, work.revision(), work.by(), order, order.within()));
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
}
