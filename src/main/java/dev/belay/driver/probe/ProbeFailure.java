package dev.belay.driver.probe;

/// A conversation that did not come to its end: where, why, and how to mend it. What the other side
/// said is in `reason` and may be hostile; whoever shows it passes it through [Mask] first.
public final class ProbeFailure extends Exception {
    private final Phase phase;
    private final String reason;
    private final String hint;

    ProbeFailure(Phase phase, String reason, String hint) {
        super(phase + ": " + reason);
        this.phase = phase;
        this.reason = reason;
        this.hint = hint;
    }

    public Phase phase() {
        return phase;
    }

    public String reason() {
        return reason;
    }

    /// How to mend it, or empty.
    public String hint() {
        return hint;
    }
}
