package dev.belay.driver;

/// What became of an effect. That no answer came at all is not among these: then the effect is
/// probed.
public sealed interface Answer {
    /// It is so now. `detail` is one line for people.
    record Done(String detail) implements Answer {}

    /// A condition is not met at this instant and nothing was changed: a member that is not ready,
    /// an instance that still has traffic. Worth asking again.
    record NotYet(String because) implements Answer {}

    /// It did not work, and trying the same again will not help unless `retryable`. Part of it may
    /// have happened: the undo of the step cleans it up.
    record Failed(String reason, String hint, boolean retryable) implements Answer {}

    /// Whoever decides about it said no, and would say so again: a database that does not take a
    /// statement.
    ///
    /// @param nothingLeft whether nothing of the effect is there, whichever of the release's calls
    ///   tried it: then there is nothing to undo
    record Refused(String reason, String hint, boolean nothingLeft) implements Answer {}

    /// It has begun, and from here nobody can say how it ended: as if no answer had come.
    record InDoubt(String because) implements Answer {}

    /// The token is not greater than `last`: somebody newer was here. Nothing was changed.
    record Stale(long last) implements Answer {}
}
