package dev.belay.driver.kubernetes;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Foretold;
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
    private static final int SHOWN = 200;

    private final ClusterJobs jobs;
    private final ClusterQuestions questions;
    private final Workloads workloads;

    ClusterMigrations(ClusterJobs jobs, ClusterQuestions questions, Workloads workloads) {
        this.jobs = jobs;
        this.questions = questions;
        this.workloads = workloads;
    }

    /// Where the schema is.
    private sealed interface Place {
        record At(String printed) implements Place {}

        record Unsaid(String because) implements Place {}
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
        Place first = ask(bounds, work.revision(), work.by());
        if (!(first instanceof Place.At(String one))) {
            return first;
        }
        Place second = ask(bounds, work.revision(), work.by());
        return !(second instanceof Place.At(String other)) || one.equals(other)
                ? second
                : new Place.Unsaid(
                        "`status` prints `%s`, and then `%s`: it must print the same for the same"
                                        .formatted(shown(one), shown(other))
                                + " schema, and in a cluster what it writes as an error counts, too");
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
        return switch (ask(bounds, work.revision(), work.by())) {
            case Place.At(String now) when now.equals(from.get()) ->
                    "; `status` prints `" + shown(now) + "`, as before it";
            case Place.At(String now) ->
                    "; `status` printed `%s` before it, and prints `%s` now"
                            .formatted(shown(from.get()), shown(now));
            case Place.Unsaid(String because) -> "; " + because;
        };
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
        return switch (ask(bounds, work.revision(), work.by())) {
            case Place.At(String now) when now.equals(from[0]) ->
                    new Answer.Done("`status` prints `" + shown(now) + "` again");
            case Place.At(String now) -> elsewhere(from[0], now);
            case Place.Unsaid(String because) -> new Answer.Failed(because, "", true);
        };
    }

    private ClusterCommand.Opening openDown(
            Bounds bounds, Work.TakeBackByCommand work, ScopeRecord.State before)
            throws IOException {
        Optional<String> from = before.noted(key(bounds));
        if (from.isEmpty()) {
            return before.known()
                    ? new ClusterCommand.Answered(new Answer.Done("it never began"))
                    : new ClusterCommand.Answered(
                            new Answer.Failed(
                                    "there is no record of where the schema was before",
                                    "bring it there by hand, and mark the step as done",
                                    true),
                            false);
        }
        return switch (ask(bounds, work.revision(), work.by())) {
            case Place.At(String now) when now.equals(from.get()) ->
                    new ClusterCommand.Answered(
                            new Answer.Done("`status` prints `" + shown(now) + "`, as before"));
            case Place.At(String now) when work.by().down().isEmpty() ->
                    new ClusterCommand.Answered(
                            new Answer.Failed(
                                    "`status` printed `%s` before, prints `%s` now, and there is no"
                                                    .formatted(shown(from.get()), shown(now))
                                            + " `down`",
                                    "bring it back by hand, and it is seen",
                                    true));
            case Place.At(String now) when jobs.endedWell(bounds, Direction.UNDO) ->
                    new ClusterCommand.Answered(elsewhere(from.get(), now));
            case Place.At _ ->
                    new ClusterCommand.Begin(
                            new ClusterCommand(
                                    work.revision(),
                                    work.by().down(),
                                    List.of(),
                                    Direction.UNDO,
                                    Map.of(Names.MIGRATED_FROM, from.get()),
                                    true),
                            state -> state);
            case Place.Unsaid(String because) ->
                    new ClusterCommand.Answered(new Answer.Failed(because, "", true));
        };
    }

    private Answer elsewhere(String from, String now) {
        return new Answer.Failed(
                "`down` ended with status 0, but `status` prints `%s`, and printed `%s` before `up`"
                        .formatted(shown(now), shown(from)),
                "bring it back by hand, and it is seen",
                true);
    }

    Finding look(Bounds bounds, Work.TakeBackByCommand work, ScopeRecord.State sealed)
            throws IOException {
        Optional<String> running = jobs.runs(bounds);
        if (running.isPresent()) {
            return new Finding.InProgress("`" + running.get() + "` runs");
        }
        Optional<String> from = sealed.noted(key(bounds));
        if (from.isEmpty()) {
            return sealed.known()
                    ? new Finding.Done("it never began")
                    : new Finding.Unknowable("there is no record of where the schema was before");
        }
        return switch (ask(bounds, work.revision(), work.by())) {
            case Place.At(String now) ->
                    now.equals(from.get()) ? new Finding.Done("") : new Finding.NotDone();
            case Place.Unsaid(String because) -> new Finding.Unknown(because);
        };
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
                    new Place.Unsaid("`status` prints a secret: `" + shown(ended.printed()) + "`");
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

    private String shown(String printed) {
        String text = workloads.redact(printed.replace("\n", " / "));
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
