package dev.belay.journal;

import dev.belay.release.ReleaseState;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Writes lines of one release's journal in one transaction, each together with its leaf of the
/// audit log: no line is without a leaf.
final class Scribe {
    private static final int AUDIT_VERSION = 1;

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
        long seq = session.number("SELECT coalesce(max(seq), 0) + 1 FROM audit");
        String body =
                FactCodec.text(
                        new TreeMap<>(
                                Map.of(
                                        "v", AUDIT_VERSION,
                                        "seq", seq,
                                        "at", at,
                                        "actor", actor,
                                        "release", release,
                                        "entry", version,
                                        "fence", fence,
                                        "state", FactCodec.kebab(after),
                                        "fact", FactCodec.fields(fact))));
        session.update(
                "INSERT INTO audit (seq, at, actor, body, leaf_hash) VALUES (?, ?, ?, ?, ?)",
                seq,
                at,
                actor,
                body,
                leafHash(body));
    }

    /// The hash of a leaf as RFC 6962 defines it.
    static String leafHash(String body) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update((byte) 0);
            sha256.update(body.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
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
                        Fact.Started _,
                        Fact.TurnedBack _,
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
