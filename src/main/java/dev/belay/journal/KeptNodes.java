package dev.belay.journal;

import dev.belay.journal.AuditReport.Kind;
import dev.belay.journal.tree.Frontier;
import dev.belay.journal.tree.TreeHash;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;

/// Compares the tree that an entry-by-entry pass makes with the nodes that were kept when the
/// entries were written. They lie in the order in which they became complete, and are read so.
final class KeptNodes implements Frontier.Sink<SQLException>, AutoCloseable {
    private final Findings findings;
    private final Ahead rows;

    KeptNodes(Connection connection, Findings findings) {
        this.findings = findings;
        rows = new Ahead(connection, "SELECT hash FROM audit_node ORDER BY pos");
    }

    @Override
    public void complete(int level, long index, byte[] node) throws SQLException {
        byte[] kept = rows.next();
        byte[] wanted = TreeHash.hex(node).getBytes(StandardCharsets.US_ASCII);
        if (!Arrays.equals(kept, wanted) && findings.untouched()) {
            long first = (index << level) + 1;
            long last = (index + 1) << level;
            findings.add(
                    Kind.CHANGED,
                    first,
                    "one of the entries %d to %d is not what it was when the tree grew over it"
                            .formatted(first, last));
        }
    }

    /// The nodes of entries that are no longer there may still be there.
    ///
    /// @param seen through which the entries were read
    static void end(Connection seen, long size, Findings findings) throws SQLException {
        try (Statement statement = seen.createStatement();
                ResultSet last = statement.executeQuery("SELECT max(pos) FROM audit_node")) {
            if (last.getLong(1) > Frontier.complete(size)) {
                findings.add(
                        Kind.CUT_OFF,
                        size + 1,
                        "the log ends with entry %d, and its tree had grown over more"
                                .formatted(size));
            }
        }
    }

    @Override
    public void close() throws SQLException {
        rows.close();
    }
}
