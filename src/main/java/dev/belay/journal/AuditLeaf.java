package dev.belay.journal;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// Adds one leaf to the audit log, in the transaction of what it tells.
final class AuditLeaf {
    private static final int VERSION = 1;

    private AuditLeaf() {}

    /// @param at milliseconds since the epoch, by the journal's clock
    /// @param told what it says beside its own number, time and actor
    static void add(Session session, long at, String actor, Map<String, Object> told)
            throws SQLException {
        long seq = session.number("SELECT coalesce(max(seq), 0) + 1 FROM audit");
        var all = new TreeMap<>(told);
        all.put("v", VERSION);
        all.put("seq", seq);
        all.put("at", at);
        all.put("actor", actor);
        String body = FactCodec.text(all);
        session.update(
                "INSERT INTO audit (seq, at, actor, body, leaf_hash) VALUES (?, ?, ?, ?, ?)",
                seq,
                at,
                actor,
                body,
                hash(body));
    }

    /// The hash of a leaf as RFC 6962 defines it.
    static String hash(String body) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update((byte) 0);
            sha256.update(body.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
