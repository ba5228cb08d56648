package dev.belay.journal;

import dev.belay.journal.AuditReport.Kind;
import dev.belay.journal.tree.Frontier;
import dev.belay.journal.tree.NotANote;
import dev.belay.journal.tree.NoteKey;
import dev.belay.journal.tree.TreeHash;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// Verifies a journal's audit log from end to end, in the file of a control plane that runs or in
/// any copy of it: each entry against its hash, its columns and the line of the journal that it
/// tells; the tree that is kept; and the tree against every checkpoint. One pass over everything,
/// in the order in which it was written; nothing is changed.
public final class AuditVerifier {
    private static final String ENTRIES =
            """
            SELECT seq, body, leaf_hash, '{"actor":' || json_quote(actor) || ',"at":' || at || ',',
              nodes FROM audit ORDER BY seq\
            """;

    private final Findings findings = new Findings();
    private final TreeHash hash = new TreeHash();
    private final Frontier frontier = new Frontier(hash);
    private final VouchedSizes vouched;
    private boolean rowBroken;

    private AuditVerifier(VouchedSizes vouched) {
        this.vouched = vouched;
    }

    /// Verifies a journal.
    ///
    /// @param keys who may sign its checkpoints, any of them
    /// @param witnessed checkpoints that others kept
    /// @throws JournalException when the file is no journal with such a log
    public static AuditReport verify(Path database, List<NoteKey> keys, List<Vouched> witnessed) {
        Path file = database.toAbsolutePath().normalize();
        try (Connection connection = open(file)) {
            connection.setAutoCommit(false);
            requireTree(connection, file);
            var vouched = new VouchedSizes(keys);
            var verifier = new AuditVerifier(vouched);
            verifier.kept(connection).forEach(vouched::add);
            witnessed.forEach(vouched::add);
            return verifier.run(connection, file);
        } catch (SQLException e) {
            throw new JournalException(
                    "`" + file + "` cannot be read as a journal of Belay: " + e.getMessage(), e);
        }
    }

    /// Without a trace beside it. A copy whose folder is read-only, and that nobody writes, is read
    /// as the still thing it is.
    private static Connection open(Path file) throws SQLException {
        try {
            return open(file, "");
        } catch (SQLException e) {
            if (Files.exists(file.resolveSibling(file.getFileName() + "-wal"))) {
                throw e;
            }
            return open(file, "?immutable=1");
        }
    }

    private static Connection open(Path file, String how) throws SQLException {
        if (!Files.isRegularFile(file)) {
            throw new SQLException("there is no such file");
        }
        var config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(5_000);
        var source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file.toUri() + how);
        Connection connection = source.getConnection();
        try (Statement statement = connection.createStatement()) {
            // Whoever hands in a file may have put anything into its schema.
            statement.execute("PRAGMA trusted_schema = OFF");
            try (ResultSet _ = statement.executeQuery("SELECT count(*) FROM sqlite_master")) {
                return connection;
            }
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private static void requireTree(Connection connection, Path file) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet tables =
                        statement.executeQuery(
                                """
                                SELECT count(*) FROM sqlite_master WHERE type = 'table'
                                  AND name IN ('audit', 'audit_checkpoint', 'journal')\
                                """)) {
            if (tables.getInt(1) != 3) {
                throw new JournalException(
                        "`"
                                + file
                                + "` is no journal of Belay, or one from before it had a tree over"
                                + " its audit log: that gets one when a control plane opens it",
                        null);
            }
        }
    }

    private List<Vouched> kept(Connection connection) throws SQLException {
        var kept = new ArrayList<Vouched>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                """
                                SELECT tree_size, root_hash, note FROM audit_checkpoint
                                  ORDER BY tree_size\
                                """)) {
            while (rows.next()) {
                try {
                    Vouched one = Vouched.parse(Vouched.BY_JOURNAL, rows.getString(3));
                    kept.add(one);
                    if (one.checkpoint().size() != rows.getLong(1)
                            || !one.checkpoint().root().equals(rows.getString(2))) {
                        findings.add(
                                Kind.CHANGED,
                                rows.getLong(1),
                                "the journal keeps a checkpoint of %d entries at %d"
                                        .formatted(one.checkpoint().size(), rows.getLong(1)));
                    }
                } catch (NotANote e) {
                    findings.add(
                            Kind.FORGED,
                            rows.getLong(1),
                            "what the journal keeps as its checkpoint of %d entries is none: %s"
                                    .formatted(rows.getLong(1), e.getMessage()));
                }
            }
        }
        return kept;
    }

    /// The other connection sees at least what the first one sees, and what was written since is
    /// left unread.
    private AuditReport run(Connection connection, Path file) throws SQLException {
        vouched.signatures(findings);
        try (var lines = new ToldLines(connection, open(file), findings)) {
            try {
                scan(connection, lines);
                if (!rowBroken) {
                    lines.end();
                }
            } catch (SQLException e) {
                rowBroken = true;
                findings.add(
                        Kind.UNREADABLE,
                        frontier.size() + 1,
                        "the file is damaged after entry %d: %s"
                                .formatted(frontier.size(), e.getMessage()));
            }
        }
        if (!rowBroken) {
            vouched.end(frontier.size(), findings);
        }
        return new AuditReport(
                frontier.size(),
                rowBroken ? "" : TreeHash.hex(frontier.root()),
                vouched.count(),
                vouched.signedUpTo(),
                findings.list());
    }

    private void scan(Connection connection, ToldLines lines) throws SQLException {
        var nodes = new KeptNodes(findings);
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(ENTRIES)) {
            while (!rowBroken && rows.next()) {
                long seq = rows.getLong(1);
                byte[] body = bytes(rows, 2);
                byte[] head = bytes(rows, 4);
                if (place(seq, body)) {
                    byte[] leaf = hash.leaf(body);
                    compare(seq, leaf, bytes(rows, 3));
                    lines.compare(seq, body, head);
                    nodes.entry(bytes(rows, 5));
                    frontier.append(leaf, nodes);
                    nodes.end(seq);
                    vouched.grown(frontier, findings);
                }
            }
        }
    }

    private static byte[] bytes(ResultSet rows, int column) throws SQLException {
        byte[] bytes = rows.getBytes(column);
        return bytes == null ? new byte[0] : bytes;
    }

    /// Whether the entry is the one that comes next. Nothing behind one that is not has a place in
    /// the tree any more.
    private boolean place(long seq, byte[] body) {
        long next = frontier.size() + 1;
        long said = LeafBytes.seq(body);
        if (seq == next && said == next) {
            return true;
        }
        rowBroken = true;
        if (seq > next) {
            String gone =
                    seq - 1 == next ? "entry " + next : "entries " + next + " to " + (seq - 1);
            findings.add(Kind.REMOVED, next, gone + (seq - 1 == next ? " is gone" : " are gone"));
        } else if (said > next) {
            findings.add(
                    Kind.REMOVED,
                    next,
                    "where entry %d was, there is what was written as entry %d: entries were removed or changed places"
                            .formatted(next, said));
        } else {
            findings.add(
                    Kind.INSERTED,
                    said < 0 ? next : Math.max(1, next - 1),
                    "where entry %d was, there is what was written as entry %s: an entry was put in before it"
                            .formatted(next, said < 0 ? "of no number" : said));
        }
        return false;
    }

    private void compare(long seq, byte[] leaf, byte[] kept) {
        if (!Arrays.equals(TreeHash.hex(leaf).getBytes(StandardCharsets.US_ASCII), kept)) {
            findings.add(
                    Kind.CHANGED,
                    seq,
                    "entry %d is not what was hashed when it was written".formatted(seq));
        }
    }
}
