package dev.belay.release;

/// What may be promised about a step whose answer was lost.
public enum StepClass {
    /// Reads and computes: run again.
    PURE,
    /// No effect, only time: go on waiting.
    WAIT,
    /// Declares a state: apply again with a new token.
    IDEMPOTENT,
    /// Happens at most once: the world itself can be asked whether it happened.
    VERIFIABLE,
    /// Happens at most once, and only the record of how it ran can tell. Where that is silent,
    /// nobody can, and it is not repeated.
    ONCE_ONLY
}
