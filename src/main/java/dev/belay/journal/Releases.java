package dev.belay.journal;

import dev.belay.release.Appointment;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The rows of releases: read, and moved from state to state by the writing transactions.
final class Releases {
    /// No page is longer.
    static final int PAGE_MAX = 1000;

    private Releases() {}

    /// What a writing transaction has to know about a release.
    record Head(
            String id,
            ReleaseState state,
            Direction direction,
            boolean soaking,
            long version,
            long fence,
            long leaseMillis) {}

    static Optional<Head> head(Session session, String id) throws SQLException {
        return session.first(
                """
                SELECT id, state, direction, soaking, version, fence, lease_millis
                  FROM release WHERE id = ?\
                """,
                row ->
                        new Head(
                                row.getString("id"),
                                ReleaseState.valueOf(row.getString("state")),
                                Direction.valueOf(row.getString("direction")),
                                row.getInt("soaking") == 1,
                                row.getLong("version"),
                                row.getLong("fence"),
                                row.getLong("lease_millis")),
                id);
    }

    /// Ends a release with its last line and frees what it owned. The release's fence has to be the
    /// scribe's already.
    static void end(Session session, Scribe scribe, String id, Fact.Ended ended)
            throws SQLException {
        scribe.write(ended, ended.state());
        close(session, id, ended.state(), scribe);
    }

    /// Makes the row say that the release has ended; its last line is written.
    static void close(Session session, String id, ReleaseState state, Scribe scribe)
            throws SQLException {
        if (state == ReleaseState.WRITTEN_OFF) {
            // The one end that leaves something unknown: the journal keeps saying so.
            session.update("DELETE FROM open_intent WHERE release_id = ?", id);
        }
        session.update("DELETE FROM scope_owner WHERE release_id = ?", id);
        session.update(
                """
                UPDATE release SET state = ?, active = 0, soaking = 0, version = ?,
                  lease_owner = NULL, lease_until = 0, ended_at = ? WHERE id = ?\
                """,
                state.name(),
                scribe.version(),
                scribe.at(),
                id);
    }

    static Optional<ReleaseRow> find(Session session, String id) throws SQLException {
        return session.first(SELECT + " WHERE r.id = ?", row -> row(session, row), id);
    }

    /// Newest first; one look at an index per state, so that a page costs the same however long the
    /// history is.
    static List<ReleaseRow> list(
            Session session, String environment, Set<ReleaseState> states, long before, int limit)
            throws SQLException {
        int page = Math.clamp(limit, 0, PAGE_MAX);
        var found = new ArrayList<ReleaseRow>();
        if (states.isEmpty()) {
            return environment.isEmpty()
                    ? rows(session, PAGE, before, page)
                    : rows(session, PAGE_OF_ENVIRONMENT, environment, before, page);
        }
        for (ReleaseState state : states) {
            found.addAll(
                    environment.isEmpty()
                            ? rows(session, PAGE_OF_STATE, state.name(), before, page)
                            : rows(
                                    session,
                                    PAGE_OF_ENVIRONMENT_AND_STATE,
                                    environment,
                                    state.name(),
                                    before,
                                    page));
        }
        found.sort(Comparator.comparingLong(ReleaseRow::ordinal).reversed());
        return List.copyOf(found.subList(0, Math.min(page, found.size())));
    }

    private static final String SELECT =
            """
            SELECT r.id, r.environment, r.title, r.ordinal, r.state, r.soaking, r.plan_digest,
              r.manifest_digest, r.engine, r.version, r.fence, r.created_by, r.created_at,
              r.ended_at, p.plan, a.not_before, a.not_after FROM release r
              JOIN release_plan p ON p.release_id = r.id
              LEFT JOIN appointment a ON a.release_id = r.id\
            """;
    private static final String NEWEST = " ORDER BY r.ordinal DESC LIMIT ?";
    static final String PAGE = SELECT + " WHERE r.ordinal < ?" + NEWEST;
    static final String PAGE_OF_ENVIRONMENT =
            SELECT + " WHERE r.environment = ? AND r.ordinal < ?" + NEWEST;
    static final String PAGE_OF_STATE = SELECT + " WHERE r.state = ? AND r.ordinal < ?" + NEWEST;
    static final String PAGE_OF_ENVIRONMENT_AND_STATE =
            SELECT + " WHERE r.environment = ? AND r.state = ? AND r.ordinal < ?" + NEWEST;

    private static List<ReleaseRow> rows(Session session, String sql, Object... values)
            throws SQLException {
        return session.list(sql, row -> row(session, row), values);
    }

    private static ReleaseRow row(Session session, ResultSet row) throws SQLException {
        String id = row.getString("id");
        var scopes =
                new TreeSet<>(
                        session.list(
                                "SELECT scope FROM release_scope WHERE release_id = ?",
                                scope -> Scope.parse(scope.getString(1)),
                                id));
        return new ReleaseRow(
                id,
                row.getString("environment"),
                row.getString("title"),
                row.getLong("ordinal"),
                scopes,
                ReleaseState.valueOf(row.getString("state")),
                row.getInt("soaking") == 1,
                row.getString("plan"),
                row.getString("plan_digest"),
                row.getString("manifest_digest"),
                row.getInt("engine"),
                row.getLong("version"),
                row.getLong("fence"),
                row.getString("created_by"),
                row.getLong("created_at"),
                row.getLong("ended_at"),
                appointment(row));
    }

    private static @Nullable Appointment appointment(ResultSet row) throws SQLException {
        long from = row.getLong("not_before");
        return row.wasNull() ? null : new Appointment(from, row.getLong("not_after"));
    }
}
