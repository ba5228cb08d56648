package dev.belay.journal;

import org.jspecify.annotations.Nullable;

/// The disk has no room to begin anything new. Nothing was written, so nothing may be tried; what
/// is under way can still be recorded from the reserve.
public final class JournalFull extends JournalException {
    public JournalFull(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
