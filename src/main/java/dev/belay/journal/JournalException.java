package dev.belay.journal;

import org.jspecify.annotations.Nullable;

/// The journal cannot be used. The message is for people: it names the file, says what is wrong and
/// what to do; the cause, if any, is for the log.
public class JournalException extends RuntimeException {
    public JournalException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
