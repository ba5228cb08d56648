package dev.belay.journal;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The append-only list of everything that was ever written, by whom: one leaf for every entry of
/// every release, and for what people did to data beside releases.
public interface AuditLog {
    /// Writes down what somebody did, or is about to do, that is no part of a release. When this
    /// returns, it is on the disk.
    ///
    /// @throws JournalException when it cannot be written
    void record(Deed deed);

    /// Something that is no part of a release.
    ///
    /// @param actor who
    /// @param what as `restore-begun`
    /// @param of what it was done to and how it ended; no secrets
    record Deed(String actor, String what, Map<String, String> of) {
        public Deed {
            of = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(of));
        }

        /// The same one, later.
        public Deed then(String state, Map<String, String> more) {
            var all = new TreeMap<>(of);
            all.putAll(more);
            return new Deed(actor, state, all);
        }
    }

    /// Leaves with a greater `seq`, in order.
    List<Leaf> leaves(long after, int limit);

    /// Those that are looked for.
    List<Leaf> search(AuditSearch search);

    /// One of them.
    ///
    /// @param seq 1, 2, 3 … without gaps
    /// @param at milliseconds since the epoch, by the journal's clock
    /// @param body canonical JSON, exactly as it was hashed
    /// @param hash RFC 6962: SHA-256 of a zero byte and the body, hexadecimal
    record Leaf(long seq, long at, String actor, String body, String hash) {}
}
