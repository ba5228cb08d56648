package dev.belay.manifest.shape;

import dev.belay.manifest.text.Code;

/// A scalar has the right type but says nothing that its key can take.
final class Unfit extends Exception {
    private static final long serialVersionUID = 1;

    private final Code code;
    private final String hint;

    /// @param predicate the sentence after the key's name: "must be …"
    Unfit(Code code, String predicate, String hint) {
        super(predicate, null, false, false);
        this.code = code;
        this.hint = hint;
    }

    Code code() {
        return code;
    }

    String predicate() {
        return String.valueOf(getMessage());
    }

    String hint() {
        return hint;
    }
}
