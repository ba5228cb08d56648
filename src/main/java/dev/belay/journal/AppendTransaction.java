package dev.belay.journal;

import dev.belay.journal.Append.Reply;
import dev.belay.journal.Append.Writer;
import dev.belay.release.Appointment;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Adds facts to one release. Who may not write is answered; what may never be said is a bug of the
/// caller and thrown as [IllegalStateException], and then nothing is written.
final class AppendTransaction {
    private final Session session;
    private final Append append;
    private final long now;

    AppendTransaction(Session session, Append append, long now) {
        this.session = session;
        this.append = append;
        this.now = now;
    }

    Reply run() throws SQLException {
        Releases.Head head =
                Releases.head(session, append.release()).orElseThrow(() -> bug("does not exist"));
        if (!mayWrite(head)) {
            return new Reply.LostLease();
        }
        if (append.version() != head.version()) {
            return new Reply.Moved(head.version());
        }
        check(head);
        var scribe = new Scribe(session, head.id(), head.version(), now, fence(), append.actor());
        var entries = new ArrayList<Entry>();
        for (Fact fact : append.facts()) {
            entries.add(scribe.write(take(fact), append.state()));
        }
        for (Append.Deployed deployed : append.deployed()) {
            deploy(deployed);
        }
        if (append.state().ended()) {
            Releases.close(session, head.id(), append.state(), scribe);
        } else {
            move(head, scribe);
        }
        return new Reply.Appended(List.copyOf(entries));
    }

    private boolean mayWrite(Releases.Head head) {
        return switch (append.writer()) {
            case Writer.Holder holder -> head.state().active() && holder.fence() == head.fence();
            case Writer.Person _ -> !head.state().ended();
        };
    }

    private long fence() {
        return switch (append.writer()) {
            case Writer.Holder holder -> holder.fence();
            case Writer.Person _ -> 0;
        };
    }

    /// What the rows and the facts must agree on before anything is written.
    private void check(Releases.Head head) {
        ReleaseState from = head.state();
        ReleaseState to = append.state();
        if (append.facts().isEmpty()) {
            throw bug("was to change without a fact");
        }
        boolean follows =
                from.active()
                        ? to != ReleaseState.QUEUED && !neverStarted(to)
                        : to == ReleaseState.QUEUED || neverStarted(to);
        if (!follows) {
            throw bug("cannot go from " + from + " to " + to);
        }
        int last = append.facts().size() - 1;
        if (append.facts().stream().limit(last).anyMatch(Fact.Ended.class::isInstance)) {
            throw bug("has facts after its end");
        }
        boolean person = append.writer() instanceof Writer.Person;
        if (person && append.facts().stream().anyMatch(AppendTransaction::attempt)) {
            throw bug("is carried out by its holder, not by a person");
        }
        boolean agree =
                append.facts().getLast() instanceof Fact.Ended ended
                        ? to.ended() && ended.state() == to
                        : !to.ended();
        if (!agree) {
            throw bug("ends in its state but not in its facts, or the other way round");
        }
    }

    private static boolean attempt(Fact fact) {
        return fact instanceof Fact.Intent || fact instanceof Fact.Reattempt;
    }

    private static boolean neverStarted(ReleaseState state) {
        return state == ReleaseState.REJECTED || state == ReleaseState.SUPERSEDED;
    }

    /// Does to the rows what the fact says, and completes it.
    private Fact take(Fact fact) throws SQLException {
        return switch (fact) {
            case Fact.Intent f -> {
                long token = nextToken(f.scope());
                session.update(
                        """
                        INSERT INTO open_intent (scope, release_id, step, direction, token)
                          VALUES (?, ?, ?, ?, ?)\
                        """,
                        f.scope().toString(),
                        append.release(),
                        f.step(),
                        f.direction().name(),
                        token);
                yield new Fact.Intent(f.step(), f.direction(), f.scope(), token);
            }
            case Fact.Reattempt f -> {
                long token = nextToken(f.scope());
                int open =
                        session.update(
                                """
                                UPDATE open_intent SET token = ? WHERE scope = ?
                                  AND release_id = ? AND step = ? AND direction = ?\
                                """,
                                token,
                                f.scope().toString(),
                                append.release(),
                                f.step(),
                                f.direction().name());
                if (open == 0) {
                    throw bug("has no open intent of step " + f.step() + " to attempt again");
                }
                yield new Fact.Reattempt(f.step(), f.direction(), f.scope(), token, f.because());
            }
            case Fact.Outcome f -> {
                closeIntent(f);
                yield f;
            }
            case Fact.Scheduled(Appointment when, String _) -> {
                if (append.state() != ReleaseState.QUEUED) {
                    throw bug("has begun, and is scheduled no more");
                }
                Queue.schedule(session, append.release(), when);
                yield fact;
            }
            case Fact.Submitted _, Fact.Started _ ->
                    throw bug("is submitted and started by the journal alone");
            case Fact.Waiting _,
                    Fact.Soaking _,
                    Fact.TurnedBack _,
                    Fact.Held _,
                    Fact.Paused _,
                    Fact.Resumed _,
                    Fact.CancelRequested _,
                    Fact.Decided _,
                    Fact.Approved _,
                    Fact.Objected _,
                    Fact.CheckedOff _,
                    Fact.Ended _ ->
                    fact;
        };
    }

    private long nextToken(Scope scope) throws SQLException {
        return session.first(
                        "UPDATE scope SET op_token = op_token + 1 WHERE scope = ? RETURNING op_token",
                        row -> row.getLong(1),
                        scope.toString())
                .orElseThrow(() -> bug("does not own `" + scope + "`"));
    }

    /// A step that only looks has no intent to close.
    private void closeIntent(Fact.Outcome outcome) throws SQLException {
        Optional<Direction> open =
                session.first(
                        "SELECT direction FROM open_intent WHERE release_id = ? AND step = ?",
                        row -> Direction.valueOf(row.getString(1)),
                        append.release(),
                        outcome.step());
        if (open.isPresent() && open.get() != outcome.direction()) {
            throw bug("has the other direction of step " + outcome.step() + " open");
        }
        session.update(
                "DELETE FROM open_intent WHERE release_id = ? AND step = ?",
                append.release(),
                outcome.step());
    }

    /// A second word about what the scope runs since this release changes that line; anything else
    /// is a new one.
    private void deploy(Append.Deployed deployed) throws SQLException {
        String scope = deployed.scope().toString();
        long owned =
                session.number(
                        "SELECT count(*) FROM scope_owner WHERE scope = ? AND release_id = ?",
                        scope,
                        append.release());
        if (owned == 0) {
            throw bug("does not own `" + scope + "`");
        }
        int same =
                session.update(
                        """
                        UPDATE deployed SET deployment = ?, soaked = CASE WHEN ? = 1 THEN 1 ELSE soaked END
                          WHERE scope = ? AND release_id = ? AND revision = ?
                          AND ordinal = (SELECT max(ordinal) FROM deployed WHERE scope = ?)\
                        """,
                        deployed.deployment(),
                        deployed.soaked(),
                        scope,
                        append.release(),
                        deployed.revision(),
                        scope);
        if (same == 0) {
            session.update(
                    """
                    INSERT INTO deployed (scope, ordinal, release_id, revision, deployment, soaked,
                      at) SELECT ?, coalesce(max(ordinal), 0) + 1, ?, ?, ?,
                      max(?, coalesce(max(CASE WHEN revision = ? THEN soaked END), 0)), ?
                      FROM deployed WHERE scope = ?\
                    """,
                    scope,
                    append.release(),
                    deployed.revision(),
                    deployed.deployment(),
                    deployed.soaked(),
                    deployed.revision(),
                    now,
                    scope);
        }
    }

    /// The holder's lease is prolonged; a person's word leaves it as it is: the holder finds the
    /// journal moved, and what it has under way stays under way.
    private void move(Releases.Head head, Scribe scribe) throws SQLException {
        boolean holder = append.writer() instanceof Writer.Holder;
        boolean turned = append.facts().stream().anyMatch(Fact.TurnedBack.class::isInstance);
        session.update(
                """
                UPDATE release SET state = ?, active = ?, soaking = ?, version = ?,
                  lease_until = CASE WHEN ? = 1 THEN ? ELSE lease_until END,
                  direction = CASE WHEN ? = 1 THEN 'UNDO' ELSE direction END WHERE id = ?\
                """,
                append.state().name(),
                append.state().active(),
                append.soaking(),
                scribe.version(),
                holder,
                now + head.leaseMillis(),
                turned,
                head.id());
    }

    private IllegalStateException bug(String what) {
        return new IllegalStateException("release " + append.release() + " " + what);
    }
}
