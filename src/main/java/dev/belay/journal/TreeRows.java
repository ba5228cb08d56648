package dev.belay.journal;

import dev.belay.journal.tree.Frontier;
import dev.belay.journal.tree.Nodes;
import dev.belay.journal.tree.TreeHash;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The nodes of the audit log's tree as they lie in the database. Grown by the transaction that
/// adds the leaf.
///
/// The edge of the tree is remembered from leaf to leaf. A transaction that was taken back leaves
/// it longer than the log is; then it is read anew.
final class TreeRows implements Nodes<SQLException> {
    private static final int PAGE = 10_000;

    private final Session session;
    private final TreeHash hash = new TreeHash();
    private @Nullable Frontier edge;

    TreeRows(Session session) {
        this.session = session;
    }

    @Override
    public byte[] node(int level, long index) throws SQLException {
        String written =
                level == 0
                        ? text("SELECT leaf_hash FROM audit WHERE seq = ?", index + 1)
                        : text(
                                "SELECT hash FROM audit_node WHERE pos = ?",
                                Frontier.place(level, index));
        return TreeHash.bytes(written);
    }

    private String text(String sql, long key) throws SQLException {
        return session.first(sql, row -> row.getString(1), key)
                .orElseThrow(() ->
                        new JournalException(
                                "The audit log's tree has a hole; `belay audit verify` says where",
                                null));
    }

    /// Adds a leaf that is in the log already, and the nodes that become complete by it.
    ///
    /// @param index from 0
    void grow(long index, byte[] leaf) throws SQLException {
        Frontier grown = edge;
        if (grown == null || grown.size() != index) {
            grown = Frontier.of(index, this, hash);
        }
        // Forgotten until all is written: what fails half-way is not remembered.
        edge = null;
        var values = new ArrayList<Object>();
        grown.append(
                leaf,
                (level, at, node) -> {
                    values.add(Frontier.place(level, at));
                    values.add(TreeHash.hex(node));
                });
        keep(values);
        edge = grown;
    }

    private void keep(List<Object> values) throws SQLException {
        int rows = values.size() / 2;
        if (rows > 0) {
            session.update(
                    "INSERT INTO audit_node (pos, hash) VALUES (?, ?)"
                            + ", (?, ?)".repeat(rows - 1),
                    values.toArray());
        }
    }

    /// Brings what an earlier Belay wrote into the tree, by the hashes that stand there: an entry
    /// that was changed meanwhile still differs from its own.
    void fill() throws SQLException {
        List<String> page;
        long size = 0;
        do {
            page =
                    session.list(
                            "SELECT leaf_hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?",
                            row -> row.getString(1),
                            size,
                            PAGE);
            for (String leaf : page) {
                grow(size, TreeHash.bytes(leaf));
                size++;
            }
        } while (page.size() == PAGE);
    }

    /// The tree's root when it had this size.
    String root(long size) throws SQLException {
        return TreeHash.hex(Frontier.of(size, this, hash).root());
    }

    TreeHash hash() {
        return hash;
    }
}
