package dev.belay.journal;

import dev.belay.journal.tree.Proofs;
import java.util.List;
import java.util.Optional;

/// The Merkle tree over the audit log: how far it has grown, what was signed of it, and what it
/// proves. Entries are counted from 1, as everywhere but in the tree itself.
public interface AuditTree {
    /// As it is now.
    Proofs.Head head();

    /// As it was.
    ///
    /// @throws IllegalArgumentException when it has not yet grown that far
    Proofs.Head head(long size);

    /// That an entry is in the log of this size: hashes, hexadecimal, as RFC 6962 orders them.
    ///
    /// @throws IllegalArgumentException when there is no such entry
    List<String> inclusion(long seq, long size);

    /// That the log of the one size began as that of the other.
    ///
    /// @throws IllegalArgumentException when it has not yet grown that far
    List<String> consistency(long from, long to);

    /// The newest checkpoint.
    Optional<Kept> newest();

    /// Checkpoints of greater sizes, in order.
    List<Kept> checkpoints(long after, int limit);

    /// Writes a checkpoint down; one of the same size stays as it was.
    void keep(Kept checkpoint);

    /// A checkpoint that was signed.
    ///
    /// @param size entries
    /// @param root hexadecimal
    /// @param note the signed note, as written
    /// @param at milliseconds since the epoch, by the journal's clock
    record Kept(long size, String root, String note, long at) {}
}
