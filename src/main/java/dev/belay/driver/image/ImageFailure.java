package dev.belay.driver.image;

import java.io.IOException;

/// An image that cannot be had, read or brought somewhere: a sentence and how to mend it. Holds no
/// password and no token.
public final class ImageFailure extends IOException {
    private static final long serialVersionUID = 1L;

    /// Whose turn it is.
    public enum Kind {
        /// Nobody's: whoever is asked is away, and may come back as it was.
        AWAY,

        /// Somebody's, who may let us in.
        DENIED,

        /// There is no such image.
        MISSING,

        /// What came is not what was asked for, or cannot be used.
        UNFIT
    }

    private final Kind kind;
    private final String hint;

    ImageFailure(Kind kind, String reason, String hint) {
        super(reason);
        this.kind = kind;
        this.hint = hint;
    }

    /// The image cannot be used as it is.
    public static ImageFailure unfit(String reason, String hint) {
        return new ImageFailure(Kind.UNFIT, reason, hint);
    }

    /// The same after something else that is wrong.
    public ImageFailure after(String other) {
        return new ImageFailure(kind, other + ", and " + reason(), hint);
    }

    public Kind kind() {
        return kind;
    }

    /// What happened, as a sentence.
    public String reason() {
        return String.valueOf(getMessage());
    }

    /// How to mend it.
    public String hint() {
        return hint;
    }
}
