package dev.belay.journal;

import dev.belay.journal.tree.Proofs;
import dev.belay.journal.tree.TreeHash;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// What the tree answers, read from the database.
final class CheckpointRows {
    private CheckpointRows() {}

    private static long size(Session session) throws SQLException {
        return session.number("SELECT coalesce(max(seq), 0) FROM audit");
    }

    static Proofs.Head head(Session session) throws SQLException {
        return headOf(session, size(session));
    }

    static Proofs.Head head(Session session, long size) throws SQLException {
        long now = size(session);
        if (size < 0 || size > now) {
            throw new IllegalArgumentException("the log has " + now + " entries, not " + size);
        }
        return headOf(session, size);
    }

    private static Proofs.Head headOf(Session session, long size) throws SQLException {
        return new Proofs.Head(size, session.tree().root(size));
    }

    static List<String> inclusion(Session session, long seq, long size) throws SQLException {
        require(session, size);
        TreeRows rows = session.tree();
        return hex(Proofs.inclusion(seq - 1, size, rows, rows.hash()));
    }

    static List<String> consistency(Session session, long from, long to) throws SQLException {
        require(session, to);
        TreeRows rows = session.tree();
        return hex(Proofs.consistency(from, to, rows, rows.hash()));
    }

    private static void require(Session session, long size) throws SQLException {
        if (size > size(session)) {
            throw new IllegalArgumentException("the log has fewer entries than " + size);
        }
    }

    private static List<String> hex(List<byte[]> proof) {
        return proof.stream().map(TreeHash::hex).toList();
    }

    static Optional<AuditTree.Kept> newest(Session session) throws SQLException {
        return session.first(
                """
                SELECT tree_size, root_hash, note, at FROM audit_checkpoint
                  ORDER BY tree_size DESC LIMIT 1\
                """,
                CheckpointRows::kept);
    }

    static List<AuditTree.Kept> after(Session session, long after, int limit) throws SQLException {
        return session.list(
                """
                SELECT tree_size, root_hash, note, at FROM audit_checkpoint
                  WHERE tree_size > ? ORDER BY tree_size LIMIT ?\
                """,
                CheckpointRows::kept,
                after,
                Math.clamp(limit, 0, Releases.PAGE_MAX));
    }

    private static AuditTree.Kept kept(ResultSet row) throws SQLException {
        return new AuditTree.Kept(
                row.getLong("tree_size"),
                row.getString("root_hash"),
                row.getString("note"),
                row.getLong("at"));
    }

    static int keep(Session session, AuditTree.Kept one) throws SQLException {
        return session.update(
                """
                INSERT INTO audit_checkpoint (tree_size, root_hash, note, at) VALUES (?, ?, ?, ?)
                  ON CONFLICT (tree_size) DO NOTHING\
                """,
                one.size(),
                one.root(),
                one.note(),
                one.at());
    }
}
