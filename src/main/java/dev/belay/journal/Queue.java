package dev.belay.journal;

import dev.belay.release.Scope;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Releases that wait for their scopes, oldest first.
final class Queue {
    static final String WAITING =
            """
            SELECT q.id, w.scope, o.release_id AS owner, s.soaking AS soaking,
              EXISTS (SELECT 1 FROM open_intent i WHERE i.release_id = o.release_id)
                AS doubtful
              FROM release q
              JOIN release_scope w ON w.release_id = q.id
              LEFT JOIN scope_owner o ON o.scope = w.scope
              LEFT JOIN release s ON s.id = o.release_id
              WHERE q.state = 'QUEUED' ORDER BY q.ordinal, w.scope\
            """;

    private Queue() {}

    /// A scope that a queued release wants.
    ///
    /// @param owner the active release that has it, or null
    /// @param soaking whether the owner merely soaks and would make way
    record Wanted(Scope scope, @Nullable String owner, boolean soaking) {
        boolean free() {
            return owner == null || soaking;
        }
    }

    record Waiting(String release, List<Wanted> wants) {
        boolean wantsAnyOf(Collection<Scope> scopes) {
            return wants.stream().anyMatch(wanted -> scopes.contains(wanted.scope()));
        }

        /// The soaking releases that end when this one starts.
        Set<String> makeWay() {
            var owners = new TreeSet<String>();
            for (Wanted wanted : wants) {
                if (wanted.owner() != null) {
                    owners.add(wanted.owner());
                }
            }
            return owners;
        }
    }

    /// A soaking owner whose soak is itself an open question, with an intent not yet answered, does
    /// not make way.
    static List<Waiting> read(Session session) throws SQLException {
        record Line(String release, Wanted wanted) {}
        List<Line> lines =
                session.list(
                        WAITING,
                        row ->
                                new Line(
                                        row.getString("id"),
                                        new Wanted(
                                                Scope.parse(row.getString("scope")),
                                                row.getString("owner"),
                                                row.getInt("soaking") == 1
                                                        && row.getInt("doubtful") == 0)));
        Map<String, List<Wanted>> byRelease = new LinkedHashMap<>();
        for (Line line : lines) {
            byRelease.computeIfAbsent(line.release(), _ -> new ArrayList<>()).add(line.wanted());
        }
        var queue = new ArrayList<Waiting>();
        byRelease.forEach((release, wants) -> queue.add(new Waiting(release, wants)));
        return queue;
    }
}
