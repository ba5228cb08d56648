package dev.belay.gate.report;

/// A file is no report that anything may rest on.
public final class Unreadable extends Exception {
    private final String hint;

    /// Says why, and what to do.
    ///
    /// @param message completes "the report …": ``ends in the middle of line 7``
    public Unreadable(String message, String hint) {
        super(message, null, false, false);
        this.hint = hint;
    }

    public String hint() {
        return hint;
    }
}
