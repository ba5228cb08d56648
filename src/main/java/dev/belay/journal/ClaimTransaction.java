package dev.belay.journal;

import dev.belay.release.Actor;
import dev.belay.release.Baseline;
import dev.belay.release.Digest;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Gives one release that needs somebody to whoever asks: first what is under way, then what waits.
final class ClaimTransaction {
    static final String ORPHANS =
            """
            SELECT id FROM release WHERE active = 1 AND lease_until <= ?
              ORDER BY lease_until, ordinal\
            """;

    private static final String ENGINE = Actor.ENGINE.subject();

    private final Session session;
    private final String owner;
    private final Duration lease;
    private final Set<String> except;
    private final long now;

    ClaimTransaction(Session session, String owner, Duration lease, Set<String> except, long now) {
        this.session = session;
        this.owner = owner;
        this.lease = lease;
        this.except = except;
        this.now = now;
    }

    Optional<ReleaseRow> run() throws SQLException {
        Optional<String> claimed = adopt();
        if (claimed.isEmpty()) {
            claimed = start();
        }
        return claimed.isEmpty() ? Optional.empty() : Releases.find(session, claimed.get());
    }

    /// Takes the active release that has been without anybody for longest.
    private Optional<String> adopt() throws SQLException {
        List<String> orphans = session.list(ORPHANS, row -> row.getString(1), now);
        for (String orphan : orphans) {
            if (!except.contains(orphan)) {
                session.update(
                        """
                        UPDATE release SET fence = fence + 1, lease_owner = ?, lease_millis = ?,
                          lease_until = ? WHERE id = ?\
                        """,
                        owner,
                        lease.toMillis(),
                        now + lease.toMillis(),
                        orphan);
                return Optional.of(orphan);
            }
        }
        return Optional.empty();
    }

    /// Starts the oldest queued release whose scopes are free. None overtakes an older one that
    /// wants one of its scopes, whether or not that one can be handled here; one whose time has not
    /// come, or has gone, is in nobody's way.
    private Optional<String> start() throws SQLException {
        var spokenFor = new HashSet<Scope>();
        for (Queue.Waiting waiting : Queue.read(session, now)) {
            if (!waiting.due()) {
                continue;
            }
            boolean ready =
                    !except.contains(waiting.release())
                            && !waiting.wantsAnyOf(spokenFor)
                            && waiting.wants().stream().allMatch(Queue.Wanted::free);
            if (ready) {
                Optional<String> moved = baselineMoved(waiting.release());
                if (moved.isEmpty()) {
                    start(waiting);
                    return Optional.of(waiting.release());
                }
                reject(waiting.release(), moved.get());
            } else {
                waiting.wants().forEach(wanted -> spokenFor.add(wanted.scope()));
            }
        }
        return Optional.empty();
    }

    private void start(Queue.Waiting waiting) throws SQLException {
        String id = waiting.release();
        Set<String> makeWay = waiting.makeWay();
        for (String soaking : makeWay) {
            end(
                    soaking,
                    new Fact.Ended(
                            ReleaseState.COMPLETED,
                            "unsoaked: `" + id + "` took over while it soaked"));
        }
        for (Queue.Wanted wanted : waiting.wants()) {
            session.update(
                    "INSERT INTO scope_owner (scope, release_id) VALUES (?, ?)",
                    wanted.scope().toString(),
                    id);
        }
        Scribe scribe = scribeOfNewFence(id);
        scribe.write(new Fact.Started(List.copyOf(makeWay)), ReleaseState.RUNNING);
        session.update(
                """
                UPDATE release SET state = 'RUNNING', active = 1, version = ?, lease_owner = ?,
                  lease_millis = ?, lease_until = ? WHERE id = ?\
                """,
                scribe.version(),
                owner,
                lease.toMillis(),
                now + lease.toMillis(),
                id);
    }

    private void reject(String id, String why) throws SQLException {
        end(id, new Fact.Ended(ReleaseState.REJECTED, why));
    }

    private void end(String id, Fact.Ended ended) throws SQLException {
        Releases.end(session, scribeOfNewFence(id), id, ended);
    }

    /// Whoever held the release until now is shut out before anything is written.
    private Scribe scribeOfNewFence(String id) throws SQLException {
        session.update("UPDATE release SET fence = fence + 1 WHERE id = ?", id);
        var head = Releases.head(session, id).orElseThrow();
        return new Scribe(session, id, head.version(), now, head.fence(), ENGINE);
    }

    /// Why the plan of a release no longer fits what runs.
    private Optional<String> baselineMoved(String id) throws SQLException {
        record Line(String scope, Baseline planned, Baseline runs) {}
        return session
                .list(
                        """
                        SELECT b.scope, b.revision, b.deployment, d.revision, d.deployment
                          FROM release_baseline b LEFT JOIN deployed d ON d.scope = b.scope
                            AND d.ordinal = (SELECT max(ordinal) FROM deployed WHERE scope = b.scope)
                          WHERE b.release_id = ? ORDER BY b.scope\
                        """,
                        row ->
                                new Line(
                                        row.getString(1),
                                        new Baseline(row.getString(2), row.getString(3)),
                                        runs(row.getString(4), row.getString(5))),
                        id)
                .stream()
                .filter(line -> !line.planned().covers(line.runs()))
                .findFirst()
                .map(line -> moved(line.scope(), line.planned(), line.runs()));
    }

    private static Baseline runs(@Nullable String revision, @Nullable String deployment) {
        return revision == null || deployment == null || revision.isEmpty()
                ? Baseline.NOTHING
                : new Baseline(revision, Digest.of(deployment).text());
    }

    private static String moved(String scope, Baseline planned, Baseline runs) {
        return planned.revision().equals(runs.revision())
                ? "`%s` still runs %s, but not as it did when this was planned; plan again"
                        .formatted(scope, revision(runs.revision()))
                : "`%s` ran %s when this was planned and runs %s now; plan again"
                        .formatted(scope, revision(planned.revision()), revision(runs.revision()));
    }

    private static String revision(String id) {
        return id.isEmpty() ? "nothing" : "`" + id + "`";
    }
}
