package dev.belay.journal;

import dev.belay.release.Appointment;
import dev.belay.release.Baseline;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// Queues what was asked for together, or answers a repeated request as the first time.
final class SubmitTransaction {
    private final Session session;
    private final Submission submission;
    private final long now;

    SubmitTransaction(Session session, Submission submission, long now) {
        this.session = session;
        this.submission = submission;
        this.now = now;
    }

    Submission.Reply run() throws SQLException {
        Optional<Submission.Reply> earlier =
                earlier(session, submission.requestKey(), submission.bodyDigest());
        if (earlier.isPresent()) {
            return earlier.get();
        }
        List<Queue.Waiting> waiting =
                submission.supersede() ? Queue.read(session, now) : List.<Queue.Waiting>of();
        var ids = new ArrayList<String>();
        for (NewRelease release : submission.releases()) {
            ids.add(queue(release));
        }
        makeWay(waiting, ids);
        session.update(
                "INSERT INTO request (request_key, body_digest, releases, at) VALUES (?, ?, ?, ?)",
                submission.requestKey(),
                submission.bodyDigest(),
                String.join("\n", ids),
                now);
        return new Submission.Reply.Accepted(List.copyOf(ids), false);
    }

    /// The first answer to a key, if it was ever used.
    static Optional<Submission.Reply> earlier(Session session, String key, String bodyDigest)
            throws SQLException {
        record Request(String bodyDigest, List<String> releases) {}
        Optional<Request> earlier =
                session.first(
                        "SELECT body_digest, releases FROM request WHERE request_key = ?",
                        row -> new Request(row.getString(1), row.getString(2).lines().toList()),
                        key);
        return earlier.map(first ->
                first.bodyDigest().equals(bodyDigest)
                        ? new Submission.Reply.Accepted(first.releases(), true)
                        : new Submission.Reply.KeyReused(key));
    }

    private String queue(NewRelease release) throws SQLException {
        long ordinal = session.number("SELECT coalesce(max(ordinal), 0) + 1 FROM release");
        String id = release.environment() + "-" + ordinal;
        session.update(
                """
                INSERT INTO release (id, ordinal, environment, title, state, active, plan_digest,
                  manifest_digest, engine, version, created_by, created_at)
                  VALUES (?, ?, ?, ?, 'QUEUED', 0, ?, ?, ?, 1, ?, ?)\
                """,
                id,
                ordinal,
                release.environment(),
                release.title(),
                release.planDigest(),
                release.manifestDigest(),
                release.engine(),
                submission.actor(),
                now);
        session.update(
                "INSERT INTO release_plan (release_id, plan) VALUES (?, ?)", id, release.plan());
        for (Scope scope : release.scopes()) {
            know(scope);
            session.update(
                    "INSERT INTO release_scope (release_id, scope) VALUES (?, ?)",
                    id,
                    scope.toString());
        }
        for (Map.Entry<Scope, Baseline> before : release.baseline().entrySet()) {
            know(before.getKey());
            session.update(
                    """
                    INSERT INTO release_baseline (release_id, scope, revision, deployment)
                      VALUES (?, ?, ?, ?)\
                    """,
                    id,
                    before.getKey().toString(),
                    before.getValue().revision(),
                    before.getValue().deployment());
        }
        new Scribe(session, id, 0, now, 0, submission.actor())
                .write(
                        new Fact.Submitted(
                                release.planDigest(),
                                release.manifestDigest(),
                                submission.reason(),
                                release.commit()),
                        ReleaseState.QUEUED);
        return scheduled(id);
    }

    private String scheduled(String id) throws SQLException {
        Appointment when = submission.appointment();
        if (when != null) {
            Queue.schedule(session, id, when);
            var scribe = new Scribe(session, id, 1, now, 0, submission.actor());
            scribe.write(new Fact.Scheduled(when, submission.reason()), ReleaseState.QUEUED);
            session.update("UPDATE release SET version = ? WHERE id = ?", scribe.version(), id);
        }
        return id;
    }

    private void know(Scope scope) throws SQLException {
        session.update(
                "INSERT INTO scope (scope, environment) VALUES (?, ?) ON CONFLICT DO NOTHING",
                scope.toString(),
                scope.environment());
    }

    /// Ends those that waited before for one of the same scopes.
    private void makeWay(List<Queue.Waiting> waiting, List<String> ids) throws SQLException {
        var scopes = new TreeSet<Scope>();
        submission.releases().forEach(release -> scopes.addAll(release.scopes()));
        for (Queue.Waiting older : waiting) {
            if (older.wantsAnyOf(scopes)) {
                var head = Releases.head(session, older.release()).orElseThrow();
                var scribe =
                        new Scribe(session, head.id(), head.version(), now, 0, submission.actor());
                var ended =
                        new Fact.Ended(
                                ReleaseState.SUPERSEDED, "superseded by " + String.join(", ", ids));
                Releases.end(session, scribe, head.id(), ended);
            }
        }
    }
}
