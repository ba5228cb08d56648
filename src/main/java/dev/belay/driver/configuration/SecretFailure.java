package dev.belay.driver.configuration;

import java.io.IOException;
import java.io.UncheckedIOException;

/// A store of secrets that did not give what it was asked for: a sentence and how to mend it. Holds
/// no value, no token and no part of a URL that could be one.
public final class SecretFailure extends UncheckedIOException {
    /// Whose turn it is.
    public enum Kind {
        /// Nobody's: the store is away, and may come back as it was.
        AWAY,

        /// Somebody's: asked again, it would say the same.
        REFUSED,

        /// Whoever fills the store: it has no such secret.
        MISSING
    }

    private final Kind kind;
    private final String reason;
    private final String hint;

    private SecretFailure(Kind kind, String reason, String hint) {
        super(reason, new IOException(reason));
        this.kind = kind;
        this.reason = reason;
        this.hint = hint;
    }

    public static SecretFailure away(String reason, String hint) {
        return new SecretFailure(Kind.AWAY, reason, hint);
    }

    public static SecretFailure refused(String reason, String hint) {
        return new SecretFailure(Kind.REFUSED, reason, hint);
    }

    public static SecretFailure missing(String reason, String hint) {
        return new SecretFailure(Kind.MISSING, reason, hint);
    }

    /// The same of a named store, which the sentence then begins with.
    public SecretFailure of(String store) {
        return new SecretFailure(kind, store + ": " + reason, hint);
    }

    public Kind kind() {
        return kind;
    }

    public boolean isAway() {
        return kind == Kind.AWAY;
    }

    /// What happened, as a sentence.
    public String reason() {
        return reason;
    }

    /// How to mend it.
    public String hint() {
        return hint;
    }
}
