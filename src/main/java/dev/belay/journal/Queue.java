package dev.belay.journal;

import dev.belay.release.Appointment;
import dev.belay.release.Scope;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
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
              a.release_id IS NULL OR ? BETWEEN a.not_before AND a.not_after AS due,
              EXISTS (SELECT 1 FROM open_intent i WHERE i.release_id = o.release_id)
                AS doubtful
              FROM release q
              JOIN release_scope w ON w.release_id = q.id
              LEFT JOIN scope_owner o ON o.scope = w.scope
              LEFT JOIN release s ON s.id = o.release_id
              LEFT JOIN appointment a ON a.release_id = q.id
              WHERE q.state = 'QUEUED' ORDER BY q.ordinal, w.scope\
            """;

    private Queue() {}

    /// In place of what was said before.
    static void schedule(Session session, String release, Appointment when) throws SQLException {
        session.update(
                """
                INSERT INTO appointment (release_id, not_before, not_after) VALUES (?, ?, ?)
                  ON CONFLICT (release_id) DO UPDATE
                  SET not_before = excluded.not_before, not_after = excluded.not_after\
                """,
                release,
                when.from(),
                when.until());
    }

    /// A scope that a queued release wants.
    ///
    /// @param owner the active release that has it, or null
    /// @param soaking whether the owner merely soaks and would make way
    record Wanted(Scope scope, @Nullable String owner, boolean soaking) {
        boolean free() {
            return owner == null || soaking;
        }
    }

    /// @param due whether its time has come, and not gone
    record Waiting(String release, boolean due, List<Wanted> wants) {
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
    static List<Waiting> read(Session session, long now) throws SQLException {
        record Line(String release, boolean due, Wanted wanted) {}
        List<Line> lines =
                session.list(
                        WAITING,
                        row ->
                                new Line(
                                        row.getString("id"),
                                        row.getInt("due") == 1,
                                        new Wanted(
                                                Scope.parse(row.getString("scope")),
                                                row.getString("owner"),
                                                row.getInt("soaking") == 1
                                                        && row.getInt("doubtful") == 0)),
                        now);
        Map<String, List<Wanted>> byRelease = new LinkedHashMap<>();
        var due = new HashSet<String>();
        for (Line line : lines) {
            byRelease.computeIfAbsent(line.release(), _ -> new ArrayList<>()).add(line.wanted());
            if (line.due()) {
                due.add(line.release());
            }
        }
        var queue = new ArrayList<Waiting>();
        byRelease.forEach(
                (release, wants) -> queue.add(new Waiting(release, due.contains(release), wants)));
        return queue;
    }
}
