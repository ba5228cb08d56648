package dev.belay.driver.backup;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Something that a datastore, one of its programs or the disk did not do: what, and how to mend
/// it. Holds no password.
public class DataFailure extends Exception {
    private final String hint;

    public DataFailure(String reason, String hint) {
        this(reason, hint, null);
    }

    /// @param hint how to mend it, or empty
    public DataFailure(String reason, String hint, @Nullable Throwable cause) {
        super(reason, cause);
        this.hint = hint;
    }

    /// A file of a backup that cannot be written or read.
    public static DataFailure of(IOException e) {
        String text = String.valueOf(e.getMessage());
        return e instanceof KeyFailure key
                ? new DataFailure(text, key.hint(), e)
                : new DataFailure(
                        "a file of the backup: " + text,
                        text.contains("No space left") ? "make room on the disk" : "",
                        e);
    }

    /// What happened, as a sentence.
    public String reason() {
        return String.valueOf(getMessage());
    }

    /// How to mend it, or empty.
    public String hint() {
        return hint;
    }
}
