package dev.belay.execution;

import dev.belay.journal.Fact;

/// How far one step is, in one direction.
///
/// @param since when it began to wait, or its first intent was written, or a person let it try
///   again; milliseconds since the epoch
/// @param token of the open intent, else 0
/// @param attempts intents and reattempts so far
/// @param result how it ended, or ended last
public record StepProgress(
        Status status, long since, long token, int attempts, Fact.Result result) {
    static final StepProgress UNTOUCHED =
            new StepProgress(Status.UNTOUCHED, 0, 0, 0, new Fact.Result.Done(""));

    /// Where a step can be.
    public enum Status {
        UNTOUCHED,
        WAITING,
        /// An intent without an outcome.
        OPEN,
        DONE,
        FAILED
    }

    public boolean is(Status wanted) {
        return status == wanted;
    }

    StepProgress waiting(long at) {
        return new StepProgress(Status.WAITING, at, 0, attempts, result);
    }

    StepProgress open(long at, long newToken) {
        long from = status == Status.OPEN ? since : at;
        return new StepProgress(Status.OPEN, from, newToken, attempts + 1, result);
    }

    StepProgress ended(Fact.Result how) {
        Status now =
                switch (how) {
                    case Fact.Result.Done _, Fact.Result.AssumedDone _ -> Status.DONE;
                    case Fact.Result.Failed _ -> Status.FAILED;
                    case Fact.Result.NotDone _ -> Status.UNTOUCHED;
                };
        return new StepProgress(now, since, 0, attempts, how);
    }

    /// The clock of what is not finished starts again.
    StepProgress restarted(long at) {
        return switch (status) {
            case WAITING, OPEN -> new StepProgress(status, at, token, attempts, result);
            case FAILED -> new StepProgress(Status.UNTOUCHED, 0, 0, attempts, result);
            case UNTOUCHED, DONE -> this;
        };
    }
}
