package dev.belay.driver.backup;

import java.io.IOException;

/// A key that is not what it should be, or is not there.
public final class KeyFailure extends IOException {
    private final String hint;

    public KeyFailure(String reason, String hint) {
        super(reason);
        this.hint = hint;
    }

    /// How to mend it, or empty.
    public String hint() {
        return hint;
    }
}
