package dev.belay.schema;

/// What the release that runs now meets on the new schema: during the rollout, and after a plain
/// return to it. In order of harm.
public enum OldOnNew {
    OK,

    /// Nothing fails, and something that its code may rely on holds no longer.
    WEAKENS,

    /// Writes that were taken until now can be refused: its workload decides whether it does them.
    NARROWS,

    /// Statements that worked fail.
    BREAKS
}
