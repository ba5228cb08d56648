package dev.belay.driver.kubernetes;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Foretold;
import dev.belay.driver.ToolSchema;
import dev.belay.driver.ToolSchema.Place;
import dev.belay.driver.host.Names;
import dev.belay.release.Direction;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Changes schemas by commands of an image, which run as jobs of the cluster do.
///
/// It keeps what `CommandMigrations` keeps on a host: what `status` prints before `up` is written
/// down with the token of the order, before a job begins, and on it hangs the whole way back. It
/// lies in the record of the scope, so that whoever loses one loses both, and a `down` is never
/// taken for unnecessary because its job was cleaned up.
final class ClusterMigrations {
    private static final Duration STATUS_WITHIN = Duration.ofMinutes(1);
    private static final Duration PLAN_WITHIN = Duration.ofMinutes(2);

    private final ClusterJobs jobs;
    private final ClusterQuestions questions;
    private final Workloads workloads;
    private final ToolSchema schema;

    ClusterMigrations(ClusterJobs jobs, ClusterQuestions questions, Workloads workloads) {
        this.jobs = jobs;
        this.questions = questions;
        this.workloads = workloads;
        schema = new ToolSchema(workloads::redact);
    }

    private static String key(Bounds bounds) {
        return bounds.order().release() + "." + bounds.order().step();
    }

    // --- there --------------------------------------------------------------------------------

    Answer up(Bounds bounds, Work.MigrateByCommand work) throws IOException {
        return jobs.run(
                bounds,
                work.revision(),
                before -> {
                    if (work.by().status().isEmpty()) {
                        return begin(bounds, up(work, ""), "");
                    }
                    return switch (before(bounds, work, before)) {
                        case Place.At(String printed) -> begin(bounds, up(work, printed), printed);
                        case Place.Unsaid(String because) ->
                                new ClusterCommand.Answered(
                                        new Answer.Failed(
                                                because,
                                                "it must exit with 0 on a schema that nothing was"
                                                        + " applied to, too",
                                                false));
                    };
                });
    }

    private static ClusterCommand.Begin begin(Bounds bounds, ClusterCommand up, String printed) {
        String key = key(bounds);
        return new ClusterCommand.Begin(up, state -> state.noting(key, printed));
    }

    private static ClusterCommand up(Work.MigrateByCommand work, String from) {
        return new ClusterCommand(
                work.revision(),
                work.by().up(),
                work.by().probe(),
                Direction.DO,
                from.isEmpty() ? Map.of() : Map.of(Names.MIGRATED_FROM, from),
                true);
    }

    /// An earlier attempt of the same step may have applied a part: what that one found counts.
    private Place before(Bounds bounds, Work.MigrateByCommand work, ScopeRecord.State before)
            throws IOException {
        Optional<String> recorded = before.noted(key(bounds));
        if (recorded.isPresent()) {
            return new Place.At(recorded.get());
        }
        return schema.agreed(
                () -> ask(bounds, work.revision(), work.by()),
                ", and in a cluster what it writes as an error counts, too");
    }

    Finding look(Bounds bounds, Work.MigrateByCommand work, ScopeRecord.State sealed)
            throws IOException {
        Optional<String> from = sealed.noted(key(bounds));
        Finding found = jobs.look(bounds, up(work, from.orElse("")), sealed);
        return found instanceof Finding.Unknowable(String why)
                ? new Finding.Unknowable(why + state(bounds, work, from))
                : found;
    }

    /// For whoever has to decide.
    private String state(Bounds bounds, Work.MigrateByCommand work, Optional<String> from)
            throws IOException {
        if (work.by().status().isEmpty() || from.isEmpty()) {
            return "";
        }
        return schema.told(from.get(), ask(bounds, work.revision(), work.by()));
    }

    // --- back ---------------------------------------------------------------------------------

    Answer down(Bounds bounds, Work.TakeBackByCommand work) throws IOException {
        var began = new boolean[1];
        var from = new String[] {""};
        Answer answer =
                jobs.run(
                        bounds,
                        work.revision(),
                        before -> {
                            ClusterCommand.Opening opening = openDown(bounds, work, before);
                            began[0] = opening instanceof ClusterCommand.Begin;
                            from[0] = before.noted(key(bounds)).orElse("");
                            return opening;
                        });
        if (!began[0] || !(answer instanceof Answer.Done)) {
            return answer;
        }
        return schema.after(from[0], ask(bounds, work.revision(), work.by()));
    }

    private ClusterCommand.Opening openDown(
            Bounds bounds, Work.TakeBackByCommand work, ScopeRecord.State before)
            throws IOException {
        ToolSchema.WayBack back =
                schema.wayBack(
                        before.noted(key(bounds)),
                        before.known(),
                        !work.by().down().isEmpty(),
                        () -> ask(bounds, work.revision(), work.by()),
                        () -> jobs.endedWell(bounds, Direction.UNDO));
        return switch (back) {
            case ToolSchema.WayBack.Answered(Answer answer, boolean settled) ->
                    new ClusterCommand.Answered(answer, settled);
            case ToolSchema.WayBack.Begin(String from) ->
                    new ClusterCommand.Begin(
                            new ClusterCommand(
                                    work.revision(),
                                    work.by().down(),
                                    List.of(),
                                    Direction.UNDO,
                                    Map.of(Names.MIGRATED_FROM, from),
                                    true),
                            state -> state);
        };
    }

    Finding look(Bounds bounds, Work.TakeBackByCommand work, ScopeRecord.State sealed)
            throws IOException {
        Optional<String> running = jobs.runs(bounds);
        if (running.isPresent()) {
            return new Finding.InProgress("`" + running.get() + "` runs");
        }
        return ToolSchema.found(
                sealed.noted(key(bounds)),
                sealed.known(),
                () -> ask(bounds, work.revision(), work.by()));
    }

    // --- questions ----------------------------------------------------------------------------

    private Place ask(Bounds bounds, Revision revision, MigrationCommands by) throws IOException {
        Duration within = shorter(bounds.deadline().left(), STATUS_WITHIN);
        return switch (questions.ask(bounds, revision, by.status(), within)) {
            case ClusterQuestions.Impossible(String reason, String _) ->
                    new Place.Unsaid("`status` cannot be asked: " + reason);
            case ClusterQuestions.Late _ ->
                    new Place.Unsaid("`status` did not end within " + within);
            case ClusterQuestions.Ended ended when ended.status() != 0 ->
                    new Place.Unsaid("`status` " + failed(ended));
            case ClusterQuestions.Ended ended when ended.isTooLong() ->
                    new Place.Unsaid("`status` prints more than a version or a short list");
            // What it prints is kept in a ConfigMap, which others read.
            case ClusterQuestions.Ended ended
                    when !workloads.redact(ended.printed()).equals(ended.printed()) ->
                    new Place.Unsaid(
                            "`status` prints a secret: `" + schema.shown(ended.printed()) + "`");
            case ClusterQuestions.Ended ended -> new Place.At(ended.printed());
        };
    }

    private String failed(ClusterQuestions.Ended ended) {
        return "ended with status %d%s"
                .formatted(
                        ended.status(),
                        ended.printed().isEmpty()
                                ? "; it wrote nothing"
                                : "; it wrote:\n" + ended.end(workloads::redact));
    }

    /// What `plan` of the tool prints: asked when a release is planned and again before anything is
    /// touched.
    Foretold foretell(Bounds bounds, Revision revision, MigrationCommands by) throws IOException {
        Duration within = shorter(bounds.deadline().left(), PLAN_WITHIN);
        return switch (questions.ask(bounds, revision, by.plan(), within)) {
            case ClusterQuestions.Impossible(String reason, String hint) ->
                    new Foretold.Nothing("`plan` cannot be asked: " + reason, hint);
            case ClusterQuestions.Late _ ->
                    new Foretold.Nothing(
                            "`plan` did not end within " + within.toSeconds() + " s", "");
            case ClusterQuestions.Ended ended when ended.status() != 0 ->
                    new Foretold.Nothing(
                            "`plan` " + failed(ended),
                            "it must exit with 0, also where there is nothing to do");
            case ClusterQuestions.Ended ended when ended.isTooLong() ->
                    new Foretold.Nothing(
                            "`plan` prints more than 16 KiB",
                            "let it print what is to be done, in short");
            case ClusterQuestions.Ended ended ->
                    new Foretold.Printed(workloads.redact(ended.printed()));
        };
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
