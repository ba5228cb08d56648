package dev.belay.journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// Searches the audit log. Entries are in the order of their time, so a time is found by halving;
/// within that everything is looked at, and what is cheap to see first.
final class AuditRows {
    private final StringBuilder where = new StringBuilder("seq > ? AND seq < ?");
    private final List<Object> values = new ArrayList<>();

    private AuditRows() {}

    static List<AuditLog.Leaf> search(Session session, AuditSearch search) throws SQLException {
        var rows = new AuditRows();
        AuditSearch.Range range = search.range();
        long after = range.since() == 0 ? 0 : firstAt(session, range.since()) - 1;
        long before = range.until() == 0 ? Long.MAX_VALUE : firstAt(session, range.until());
        rows.values.add(Math.max(after, range.after()));
        rows.values.add(range.before() == 0 ? before : Math.min(before, range.before()));
        rows.narrow(search);
        rows.values.add(Math.clamp(range.limit(), 0, Releases.PAGE_MAX));
        return session.list(
                "SELECT seq, at, actor, body, leaf_hash FROM audit WHERE "
                        + rows.where
                        + " ORDER BY seq "
                        + (range.newestFirst() ? "DESC" : "ASC")
                        + " LIMIT ?",
                AuditRows::leaf,
                rows.values.toArray());
    }

    private void narrow(AuditSearch search) {
        if (!search.actor().isEmpty()) {
            and("actor = ?", search.actor());
        }
        if (!search.text().isEmpty()) {
            and(
                    "body LIKE ? ESCAPE '\\'",
                    "%" + search.text().replaceAll("([\\\\%_])", "\\\\$1") + "%");
        }
        if (!search.release().isEmpty()) {
            quoted(search.release());
            either(said("release") + " = ?", said("of.release") + " = ?", search.release());
        }
        if (!search.action().isEmpty()) {
            quoted(search.action());
            either(said("fact.type") + " = ?", said("deed") + " = ?", search.action());
        }
        if (!search.environment().isEmpty()) {
            either(
                    said("of.environment") + " = ?",
                    "EXISTS (SELECT 1 FROM release WHERE id = "
                            + said("release")
                            + " AND environment = ?)",
                    search.environment());
        }
    }

    /// What a body says at this path; nothing when somebody made it unreadable.
    private static String said(String path) {
        return "CASE WHEN json_valid(body) THEN json_extract(body, '$." + path + "') END";
    }

    /// Cheap to see, and so for entries that say nothing of it nothing is parsed.
    private void quoted(String word) {
        and("instr(body, ?) > 0", "\"" + word + "\"");
    }

    private void either(String one, String other, String value) {
        where.append(" AND (").append(one).append(" OR ").append(other).append(')');
        values.add(value);
        values.add(value);
    }

    private void and(String condition, Object value) {
        where.append(" AND ").append(condition);
        values.add(value);
    }

    /// The first entry that is not older; one past the last when there is none.
    private static long firstAt(Session session, long at) throws SQLException {
        long low = 1;
        long high = session.number("SELECT coalesce(max(seq), 0) + 1 FROM audit");
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (session.number("SELECT at FROM audit WHERE seq = ?", middle) < at) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    static AuditLog.Leaf leaf(ResultSet row) throws SQLException {
        return new AuditLog.Leaf(
                row.getLong("seq"),
                row.getLong("at"),
                row.getString("actor"),
                row.getString("body"),
                row.getString("leaf_hash"));
    }
}
