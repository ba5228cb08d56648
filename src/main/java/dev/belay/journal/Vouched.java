package dev.belay.journal;

import dev.belay.journal.tree.Checkpoint;
import dev.belay.journal.tree.NotANote;
import dev.belay.journal.tree.NoteKey;
import dev.belay.journal.tree.SignedNote;

/// A checkpoint, and where it was kept.
///
/// @param by the journal itself, or the name of a witness
public record Vouched(String by, SignedNote note, Checkpoint checkpoint) {
    /// Where the journal keeps its own.
    public static final String BY_JOURNAL = "the journal";

    /// Reads one.
    ///
    /// @throws NotANote when it is no checkpoint
    public static Vouched parse(String by, String written) throws NotANote {
        SignedNote note = SignedNote.parse(written);
        return new Vouched(by, note, Checkpoint.of(note));
    }

    /// Whether the key's owner signed it, in his own name.
    public boolean signed(NoteKey key) {
        return checkpoint.origin().equals(key.name()) && key.signed(note);
    }
}
