package dev.belay.driver;

/// What a sealing probe found out about an effect whose answer was lost. By the time it answers,
/// the world refuses every older token, so that the effect cannot still arrive.
public sealed interface Finding {
    record Done(String detail) implements Finding {}

    record NotDone() implements Finding {}

    /// It goes on; ask again.
    record InProgress(String because) implements Finding {}

    /// Some of it happened; `what` says exactly which part.
    record Partial(String what) implements Finding {}

    /// It happened, once, and ended badly; asking again will not change that.
    record Failed(String reason, String hint) implements Finding {}

    /// Somebody else changed the same thing.
    record Conflict(String what) implements Finding {}

    /// It cannot be said now; ask again.
    record Unknown(String why) implements Finding {}

    /// It cannot be said, and asking again will not change that: whatever knew it is gone.
    record Unknowable(String why) implements Finding {}

    /// The token is not greater than `last`: somebody newer was here, the caller is out of date.
    record Stale(long last) implements Finding {}

    /// What a command says that was asked whether something happened.
    ///
    /// @param status its exit status, as the manual has it for `probe`
    static Finding ofProbe(int status) {
        return switch (status) {
            case 0 -> new Done("the probe says that it is done");
            case 1 -> new NotDone();
            case 2 -> new InProgress("the probe says that it goes on");
            case 3 -> new Partial("the probe says that part of it is done");
            default -> new Unknown("the probe ended with status " + status);
        };
    }
}
