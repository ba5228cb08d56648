package dev.belay.execution;

/// Situations that a test suite must reach to be worth anything. The simulator counts them and
/// fails when one was never seen.
public enum Mark {
    INTENT_FOUND_ON_TAKEOVER,
    PROBED_DONE,
    PROBED_NOT_DONE,
    PROBED_IN_PROGRESS,
    PROBED_FAILED,
    ANSWER_LOST,
    STALE_ANSWER,
    LEASE_LOST,
    MOVED_UNDERNEATH,
    STEP_FAILED,
    DEADLINE_PASSED,
    TURNED_BACK,
    UNDO_RETRIED,
    CANCELLED_WITH_OPEN_INTENT,
    IN_DOUBT,
    HELD,
    COMPLETED,
    ROLLED_BACK,
    PARALLEL_INTENTS,
    PAUSED_WITH_OPEN_INTENT
}
