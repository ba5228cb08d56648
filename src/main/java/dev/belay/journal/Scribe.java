package dev.belay.journal;

import dev.belay.release.ReleaseState;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes lines of one release's journal in one transaction, each together with its leaf of the
/// audit log: no line is without a leaf.
final class Scribe {
    private final Session session;
    private final String release;
    private final long at;
    private final long fence;
    private final String actor;
    private long version;

    /// @param version the journal's length so far
    /// @param fence the writer's lease epoch, 0 for a person
    Scribe(Session session, String release, long version, long at, long fence, String actor) {
        this.session = session;
        this.release = release;
        this.version = version;
        this.at = at;
        this.fence = fence;
        this.actor = actor;
    }

    /// The journal's length, with what was written.
    long version() {
        return version;
    }

    long at() {
        return at;
    }

    /// @param after the release's state after the transaction
    Entry write(Fact fact, ReleaseState after) throws SQLException {
        version++;
        Columns columns = Columns.of(fact);
        session.update(
                """
                INSERT INTO journal (release_id, seq, kind, step, direction, scope, token, done,
                  fence, actor, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
                """,
                release,
                version,
                String.valueOf(FactCodec.fields(fact).get("type")),
                columns.step(),
                columns.direction(),
                columns.scope(),
                columns.token(),
                columns.done() ? 1 : null,
                fence,
                actor,
                at,
                FactCodec.encode(fact));
        audit(fact, after);
        return new Entry(release, version, at, fence, actor, fact);
    }

    private void audit(Fact fact, ReleaseState after) throws SQLException {
        AuditLeaf.add(
                session,
                at,
                actor,
                Map.of(
                        "release", release,
                        "entry", version,
                        "fence", fence,
                        "state", FactCodec.kebab(after),
                        "fact", FactCodec.fields(fact)));
    }

    /// What of a fact the constraints look at.
    private record Columns(
            @Nullable Integer step,
            @Nullable String direction,
            @Nullable String scope,
            @Nullable Long token,
            boolean done) {
        static Columns of(Fact fact) {
            return switch (fact) {
                case Fact.Intent f ->
                        new Columns(
                                f.step(),
                                f.direction().name(),
                                f.scope().toString(),
                                f.token(),
                                false);
                case Fact.Reattempt f ->
                        new Columns(
                                f.step(),
                                f.direction().name(),
                                f.scope().toString(),
                                f.token(),
                                false);
                case Fact.Outcome f ->
                        new Columns(f.step(), f.direction().name(), null, null, done(f.result()));
                case Fact.Soaking f -> new Columns(f.step(), null, null, null, false);
                case Fact.Waiting f -> new Columns(f.step(), null, null, null, false);
                case Fact.Held f -> new Columns(f.step(), null, null, null, false);
                case Fact.Decided f -> new Columns(f.step(), null, null, null, false);
                case Fact.Submitted _,
                        Fact.Scheduled _,
                        Fact.Started _,
                        Fact.TurnedBack _,
                        Fact.Approved _,
                        Fact.Objected _,
                        Fact.CheckedOff _,
                        Fact.Paused _,
                        Fact.Resumed _,
                        Fact.CancelRequested _,
                        Fact.Ended _ ->
                        new Columns(null, null, null, null, false);
            };
        }

        private static boolean done(Fact.Result result) {
            return switch (result) {
                case Fact.Result.Done _, Fact.Result.AssumedDone _ -> true;
                case Fact.Result.Failed _, Fact.Result.NotDone _ -> false;
            };
        }
    }
}
