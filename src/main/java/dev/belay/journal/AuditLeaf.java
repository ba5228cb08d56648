package dev.belay.journal;

import dev.belay.journal.tree.TreeHash;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

/// Adds one leaf to the audit log and its tree, in the transaction of what it tells.
final class AuditLeaf {
    private static final int VERSION = 1;

    private AuditLeaf() {}

    /// @param at milliseconds since the epoch, by the journal's clock
    /// @param told what it says beside its own number, time and actor
    static void add(Session session, long at, String actor, Map<String, Object> told)
            throws SQLException {
        write(session, at, actor, told, true);
    }

    /// @param grow false for measuring what the tree costs, and for nothing else
    static void write(
            Session session, long at, String actor, Map<String, Object> told, boolean grow)
            throws SQLException {
        long seq = session.number("SELECT coalesce(max(seq), 0) + 1 FROM audit");
        var all = new TreeMap<>(told);
        all.put("v", VERSION);
        all.put("seq", seq);
        all.put("at", at);
        all.put("actor", actor);
        String body = FactCodec.text(all);
        byte[] hash = new TreeHash().leaf(body.getBytes(StandardCharsets.UTF_8));
        session.update(
                """
                INSERT INTO audit (seq, at, actor, body, leaf_hash, nodes)
                  VALUES (?, ?, ?, ?, ?, ?)\
                """,
                seq,
                at,
                actor,
                body,
                TreeHash.hex(hash),
                grow ? session.tree().grow(seq - 1, hash) : "");
    }

    /// The hash of a leaf as RFC 6962 defines it.
    static String hash(String body) {
        return TreeHash.hex(new TreeHash().leaf(body.getBytes(StandardCharsets.UTF_8)));
    }
}
