package dev.belay.server.operations;

import dev.belay.execution.Progress;
import dev.belay.execution.StepProgress;
import dev.belay.journal.Fact;
import dev.belay.plan.Responsible;
import dev.belay.plan.Step;
import dev.belay.release.Direction;
import java.util.Locale;
import java.util.Set;

/// One step as people see it.
///
/// @param scope the name of the component, datastore or environment it belongs to
/// @param status `to-do`, `waiting`, `running`, `done`, `failed`, and on the way back `undoing`,
///   `undone`, `undo-failed`
/// @param since milliseconds since the epoch; 0 before it was touched
/// @param because why it is not done yet; empty when nothing holds it up
/// @param result how it ended, in a line
/// @param failed whether it failed, there or on the way back; undone since then, perhaps
/// @param detail what a person would ask for next after a failure: log lines, probe history
public record StepView(
        int number,
        String title,
        String phase,
        String scope,
        Set<Integer> after,
        String status,
        long since,
        int attempts,
        long expectedMillis,
        String because,
        String result,
        String hint,
        String detail,
        boolean failed,
        Responsible responsible) {
    static StepView of(Step step, Progress progress, String because) {
        StepProgress done = progress.step(step.number(), Direction.DO);
        StepProgress undone = progress.step(step.number(), Direction.UNDO);
        boolean back = !undone.is(StepProgress.Status.UNTOUCHED);
        StepProgress shown = back ? undone : done;
        boolean failed = shown.is(StepProgress.Status.FAILED);
        // A step that failed on the way there stays worth reading on the way back.
        Fact.Result result =
                done.result() instanceof Fact.Result.Failed ? done.result() : shown.result();
        boolean ended =
                failed
                        || result instanceof Fact.Result.Failed
                        || shown.is(StepProgress.Status.DONE);
        return new StepView(
                step.number(),
                step.title(),
                word(step.phase()),
                step.scope().name(),
                step.after(),
                status(shown.status(), back),
                shown.since(),
                shown.attempts(),
                step.expected().toMillis(),
                because,
                ended ? text(result) : "",
                result instanceof Fact.Result.Failed f && ended ? f.hint() : "",
                result instanceof Fact.Result.Failed f && ended ? f.detail() : "",
                failed || result instanceof Fact.Result.Failed,
                step.responsible());
    }

    private static String status(StepProgress.Status status, boolean back) {
        return switch (status) {
            case UNTOUCHED -> "to-do";
            case WAITING -> "waiting";
            case OPEN -> back ? "undoing" : "running";
            case DONE -> back ? "undone" : "done";
            case FAILED -> back ? "undo-failed" : "failed";
        };
    }

    private static String text(Fact.Result result) {
        return switch (result) {
            case Fact.Result.Done(String detail) -> detail;
            case Fact.Result.Failed(String reason, String _, String _, boolean _) -> reason;
            case Fact.Result.AssumedDone(String why) -> "assumed done: " + why;
            case Fact.Result.NotDone(String why) -> "not done: " + why;
        };
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
