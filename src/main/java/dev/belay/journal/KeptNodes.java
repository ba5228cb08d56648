package dev.belay.journal;

import dev.belay.journal.AuditReport.Kind;
import dev.belay.journal.tree.Frontier;
import dev.belay.journal.tree.TreeHash;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Compares the nodes that an entry completes with those that were kept beside it when it was
/// written.
final class KeptNodes implements Frontier.Sink<RuntimeException> {
    private static final int HEX = 2 * TreeHash.BYTES;

    private final Findings findings;
    private byte[] kept = new byte[0];
    private int at;

    KeptNodes(Findings findings) {
        this.findings = findings;
    }

    /// The next entry.
    ///
    /// @param nodes as they are kept
    void entry(byte[] nodes) {
        kept = nodes;
        at = 0;
    }

    @Override
    public void complete(int level, long index, byte[] node) {
        byte[] wanted = TreeHash.hex(node).getBytes(StandardCharsets.US_ASCII);
        boolean same = kept.length >= at + HEX && Arrays.equals(kept, at, at + HEX, wanted, 0, HEX);
        at += HEX;
        if (!same && findings.untouched()) {
            long first = (index << level) + 1;
            long last = (index + 1) << level;
            findings.add(
                    Kind.CHANGED,
                    first,
                    "one of the entries %d to %d is not what it was when the tree grew over it"
                            .formatted(first, last));
        }
    }

    /// After the entry was put into the tree: there are no more than it completes.
    void end(long seq) {
        if (kept.length > at) {
            findings.add(
                    Kind.CHANGED,
                    seq,
                    "nodes stand beside entry %d that it does not complete".formatted(seq));
        }
    }
}
