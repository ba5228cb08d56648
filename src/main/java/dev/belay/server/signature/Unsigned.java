package dev.belay.server.signature;

/// A signature does not say what it would have to.
public final class Unsigned extends Exception {
    private final String hint;

    /// Says why, and what to do.
    ///
    /// @param message completes "the signature …": `is of another artifact`
    public Unsigned(String message, String hint) {
        super(message, null, false, false);
        this.hint = hint;
    }

    /// The same where nothing can be done about it here.
    public Unsigned(String message) {
        this(message, "");
    }

    public String hint() {
        return hint;
    }
}
