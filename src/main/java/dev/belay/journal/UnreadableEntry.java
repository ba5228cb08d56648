package dev.belay.journal;

import org.jspecify.annotations.Nullable;

/// A line of one release's journal says something that this Belay does not understand. Other
/// releases are not affected.
public final class UnreadableEntry extends JournalException {
    public UnreadableEntry(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
