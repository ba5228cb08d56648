package dev.belay.journal;

import java.util.List;

/// The append-only list of everything that was ever written, by whom: one leaf for every entry of
/// every release.
public interface AuditLog {
    /// Leaves with a greater `seq`, in order.
    List<Leaf> leaves(long after, int limit);

    /// One of them.
    ///
    /// @param seq 1, 2, 3 … without gaps
    /// @param at milliseconds since the epoch, by the journal's clock
    /// @param body canonical JSON, exactly as it was hashed
    /// @param hash RFC 6962: SHA-256 of a zero byte and the body, hexadecimal
    record Leaf(long seq, long at, String actor, String body, String hash) {}
}
