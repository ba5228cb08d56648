package dev.belay.journal;

import dev.belay.journal.tree.Frontier;
import dev.belay.journal.tree.Nodes;
import dev.belay.journal.tree.TreeHash;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The nodes of the audit log's tree as they lie in the database. Grown by the transaction that
/// adds the leaf.
///
/// The edge of the tree is remembered from leaf to leaf. A transaction that was taken back leaves
/// it longer than the log is; then it is read anew.
final class TreeRows implements Nodes<SQLException> {
    private static final int PAGE = 10_000;
    private static final int HEX = 2 * TreeHash.BYTES;

    private final Session session;
    private final TreeHash hash = new TreeHash();
    private @Nullable Frontier edge;

    TreeRows(Session session) {
        this.session = session;
    }

    @Override
    public byte[] node(int level, long index) throws SQLException {
        if (level == 0) {
            return TreeHash.bytes(text("SELECT leaf_hash FROM audit WHERE seq = ?", index + 1));
        }
        String nodes = text("SELECT nodes FROM audit WHERE seq = ?", (index + 1) << level);
        if (nodes.length() < level * HEX) {
            throw hole();
        }
        return TreeHash.bytes(nodes.substring((level - 1) * HEX, level * HEX));
    }

    private String text(String sql, long seq) throws SQLException {
        return session.first(sql, row -> row.getString(1), seq).orElseThrow(TreeRows::hole);
    }

    private static JournalException hole() {
        return new JournalException(
                "The audit log's tree has a hole; `belay audit verify` says where", null);
    }

    /// The nodes that become complete by a leaf, as they are kept beside it.
    ///
    /// @param index from 0
    String grow(long index, byte[] leaf) throws SQLException {
        Frontier grown = edge;
        if (grown == null || grown.size() != index) {
            grown = Frontier.of(index, this, hash);
        }
        // Forgotten until it has grown: what fails half-way is not remembered.
        edge = null;
        var nodes = new StringBuilder();
        grown.append(leaf, (_, _, node) -> nodes.append(TreeHash.hex(node)));
        edge = grown;
        return nodes.toString();
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
                String nodes = grow(size, TreeHash.bytes(leaf));
                size++;
                if (!nodes.isEmpty()) {
                    session.update("UPDATE audit SET nodes = ? WHERE seq = ?", nodes, size);
                }
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
