package dev.belay.journal.tree;

import java.util.Base64;
import java.util.List;

/// How far a log had grown, and the root of its tree then; as C2SP's `tlog-checkpoint` writes it,
/// in the text of a [SignedNote].
///
/// @param origin which log; the name of the key that signs
/// @param size entries
/// @param root hexadecimal
public record Checkpoint(String origin, long size, String root) {
    private static final int DIGITS_MAX = 18;

    /// What a note says.
    ///
    /// @throws NotANote when it is about something else
    public static Checkpoint of(SignedNote note) throws NotANote {
        List<String> lines = note.text().lines().toList();
        if (lines.size() < 3 || !NoteKey.isName(lines.getFirst())) {
            throw new NotANote("a checkpoint has a name, a size and a root");
        }
        String size = lines.get(1);
        boolean number =
                !size.isEmpty()
                        && size.length() <= DIGITS_MAX
                        && size.chars().allMatch(c -> '0' <= c && c <= '9')
                        && (size.equals("0") || size.charAt(0) != '0');
        byte[] root;
        try {
            root = Base64.getDecoder().decode(lines.get(2));
        } catch (IllegalArgumentException _) {
            root = new byte[0];
        }
        if (!number || root.length != TreeHash.BYTES) {
            throw new NotANote("its size is no number, or its root no hash");
        }
        return new Checkpoint(lines.getFirst(), Long.parseLong(size), TreeHash.hex(root));
    }

    /// What is signed.
    public String text() {
        return origin
                + "\n"
                + size
                + "\n"
                + Base64.getEncoder().encodeToString(TreeHash.bytes(root))
                + "\n";
    }

    /// For verifying a proof.
    public Proofs.Head head() {
        return new Proofs.Head(size, root);
    }
}
