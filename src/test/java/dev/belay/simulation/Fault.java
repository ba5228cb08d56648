package dev.belay.simulation;

/// What can go wrong with a call, a replica or an instance. Each has a rate of its own in every
/// run, and is absent from a third of the runs, so that rare combinations get room.
enum Fault {
    CALL_LOST,
    ANSWER_LOST,
    CALL_LATE,
    CALL_TWICE,
    JOURNAL_CALL_LOST,
    JOURNAL_ANSWER_LOST,
    CRASH_BEFORE_CALL,
    CRASH_AFTER_CALL,
    REPLICA_STALLS,
    STEP_FAILS,
    STEP_FAILS_FOR_NOW,
    CHECK_FAILS,
    PROBE_CANNOT_SAY,
    JOB_HALF_DONE,
    INSTANCES_FLAP,
    NEVER_READY;

    /// Whether one hit is enough to turn a release back; these are rarer, or nothing would ever
    /// complete.
    boolean fatal() {
        return switch (this) {
            case STEP_FAILS, CHECK_FAILS, JOB_HALF_DONE, NEVER_READY -> true;
            case CALL_LOST,
                    ANSWER_LOST,
                    CALL_LATE,
                    CALL_TWICE,
                    JOURNAL_CALL_LOST,
                    JOURNAL_ANSWER_LOST,
                    CRASH_BEFORE_CALL,
                    CRASH_AFTER_CALL,
                    REPLICA_STALLS,
                    STEP_FAILS_FOR_NOW,
                    PROBE_CANNOT_SAY,
                    INSTANCES_FLAP ->
                    false;
        };
    }
}
