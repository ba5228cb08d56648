package dev.belay.execution;

import dev.belay.journal.Fact;

/// What this process is doing about one step right now. Lost in a crash, and nothing is lost with
/// it: an open intent without an activity is resolved as after a crash.
sealed interface Activity {
    /// The journal gave a token; the call is not sent yet.
    record Granted(long token, boolean probe) implements Activity {}

    /// Sent, no answer yet.
    record Busy(long token) implements Activity {}

    /// Answered; the journal does not know yet.
    record Answered(Fact.Result result) implements Activity {}

    /// Only a person can go on.
    record Stuck(String code, String explanation) implements Activity {}

    /// Not now; again at `until`.
    record Resting(long until, Again again, long token, String because) implements Activity {}

    /// What to do after resting.
    enum Again {
        LOOK,
        /// The answer was lost: find out first.
        RESOLVE,
        /// The answer was a definite "not now": try again.
        APPLY,
        /// The probe could not say yet.
        PROBE
    }
}
