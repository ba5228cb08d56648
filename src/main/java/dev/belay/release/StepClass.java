package dev.belay.release;

/// What may be promised about a step whose answer was lost.
public enum StepClass {
    /// Reads and computes: run again.
    PURE,
    /// No effect, only time: go on waiting.
    WAIT,
    /// Declares a state: apply again with a new token.
    IDEMPOTENT,
    /// Happens at most once, and can be asked whether it happened.
    VERIFIABLE,
    /// Happens at most once, and nobody can say whether: never repeated.
    ONCE_ONLY
}
