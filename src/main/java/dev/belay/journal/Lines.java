package dev.belay.journal;

import dev.belay.release.Scope;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/// Reads what was written line by line: entries of releases and the past of scopes.
final class Lines {
    static final String ENTRIES =
            """
            SELECT release_id, seq, at, fence, actor, body FROM journal
              WHERE release_id = ? AND seq > ? ORDER BY seq\
            """;

    static final String HISTORY =
            """
            SELECT release_id, revision, deployment, soaked, at FROM deployed
              WHERE scope = ? ORDER BY ordinal DESC LIMIT ?\
            """;

    static final String SCOPES =
            """
            SELECT scope FROM scope WHERE environment = ?
              AND EXISTS (SELECT 1 FROM deployed WHERE deployed.scope = scope.scope)
              ORDER BY scope\
            """;

    private Lines() {}

    static List<Entry> entries(Session session, String release, long after) throws SQLException {
        return session.list(ENTRIES, Lines::entry, release, after);
    }

    private static Entry entry(ResultSet row) throws SQLException {
        String release = row.getString("release_id");
        long seq = row.getLong("seq");
        Fact fact;
        try {
            fact = FactCodec.decode(row.getString("body"));
        } catch (UnreadableEntry e) {
            throw new UnreadableEntry(
                    "Entry %d of release `%s` cannot be understood: %s; a newer Belay may have written it"
                            .formatted(seq, release, e.getMessage()),
                    e);
        }
        return new Entry(
                release,
                seq,
                row.getLong("at"),
                row.getLong("fence"),
                row.getString("actor"),
                fact);
    }

    static List<Journal.Past> history(Session session, Scope scope, int limit) throws SQLException {
        return session.list(
                HISTORY,
                row ->
                        new Journal.Past(
                                scope,
                                row.getString("release_id"),
                                row.getString("revision"),
                                row.getString("deployment"),
                                row.getInt("soaked") == 1,
                                row.getLong("at")),
                scope.toString(),
                Math.clamp(limit, 0, Releases.PAGE_MAX));
    }

    static List<Scope> scopes(Session session, String environment) throws SQLException {
        return session.list(SCOPES, row -> Scope.parse(row.getString(1)), environment);
    }

    static List<AuditLog.Leaf> leaves(Session session, long after, int limit) throws SQLException {
        return session.list(
                """
                SELECT seq, at, actor, body, leaf_hash FROM audit
                  WHERE seq > ? ORDER BY seq LIMIT ?\
                """,
                AuditRows::leaf,
                after,
                Math.clamp(limit, 0, Releases.PAGE_MAX));
    }
}
