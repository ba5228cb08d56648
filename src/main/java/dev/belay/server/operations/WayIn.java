package dev.belay.server.operations;

import dev.belay.driver.Target;

/// Refuses to look at, and to plan for, an environment that nobody may go to in the way that is
/// written: what opens it would be told to anybody. Nothing was sent there by then.
public final class WayIn {
    private final Target target;

    public WayIn(Target target) {
        this.target = target;
    }

    /// @throws Denied when nobody may
    void require(String environment) {
        target.barred(environment)
                .ifPresent(unmet -> {
                    throw new Denied(
                            No.problem(
                                    "plan/way-in-the-clear",
                                    "`" + environment + "`",
                                    unmet.reason(),
                                    unmet.hint()));
                });
    }
}
