package dev.belay.journal.tree;

/// A text that is no signed note, no checkpoint, or no key; the message says what of it.
public final class NotANote extends Exception {
    public NotANote(String message) {
        super(message);
    }
}
