package dev.belay.journal;

import dev.belay.journal.Append.Writer;
import dev.belay.release.Appointment;
import dev.belay.release.Baseline;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/// What the journal's tests ask for, in few words.
final class Appends {
    static final Duration LEASE = Duration.ofSeconds(15);
    static final Scope API = Scope.component("local", "api");
    static final Scope WEB = Scope.component("local", "web");
    private static final AtomicLong KEYS = new AtomicLong();

    private Appends() {}

    static NewRelease release(Scope... scopes) {
        return release(Map.of(), scopes);
    }

    static NewRelease release(Map<Scope, Baseline> baseline, Scope... scopes) {
        Set<Scope> owned = new TreeSet<>(Arrays.asList(scopes));
        return new NewRelease(
                scopes[0].environment(),
                "a change",
                owned,
                baseline,
                "{\"steps\":[]}",
                "sha256:plan",
                "sha256:manifest",
                1);
    }

    /// A baseline that knows the revision alone.
    static Map<Scope, Baseline> on(String revision, Scope scope) {
        return Map.of(scope, new Baseline(revision, ""));
    }

    static Submission submission(NewRelease... releases) {
        return submission("key-" + KEYS.incrementAndGet(), "body", false, releases);
    }

    static Submission submission(
            String key, String body, boolean supersede, NewRelease... releases) {
        return new Submission(List.of(releases), "anna", "a reason", key, body, supersede);
    }

    /// Queues one release and returns its id.
    static String queue(Journal journal, NewRelease release) {
        return accepted(journal.submit(submission(release))).getFirst();
    }

    /// Queues one that is to begin at a time of its own, and returns its id.
    static String scheduled(Journal journal, Appointment when, NewRelease release) {
        String key = "key-" + KEYS.incrementAndGet();
        return accepted(
                        journal.submit(
                                new Submission(
                                        List.of(release),
                                        "anna",
                                        "a reason",
                                        key,
                                        "body",
                                        false,
                                        when)))
                .getFirst();
    }

    static List<String> accepted(Submission.Reply reply) {
        if (reply instanceof Submission.Reply.Accepted accepted) {
            return accepted.releases();
        }
        throw new AssertionError(reply);
    }

    static Optional<ReleaseRow> claim(Journal journal) {
        return journal.claim("engine", LEASE, Set.of());
    }

    /// Queues and starts a release that nothing stands in the way of.
    static ReleaseRow start(Journal journal, Scope... scopes) {
        String id = queue(journal, release(scopes));
        ReleaseRow started = claim(journal).orElseThrow();
        if (!started.id().equals(id)) {
            throw new AssertionError("started " + started.id() + " instead of " + id);
        }
        return started;
    }

    static Append running(ReleaseRow row, Fact... facts) {
        return append(row, ReleaseState.RUNNING, facts);
    }

    static Append append(ReleaseRow row, ReleaseState state, Fact... facts) {
        return new Append(
                row.id(),
                new Writer.Holder(row.fence()),
                row.version(),
                "belay",
                List.of(facts),
                state,
                false,
                List.of());
    }

    static Append byPerson(ReleaseRow row, ReleaseState state, Fact... facts) {
        return new Append(
                row.id(),
                new Writer.Person(),
                row.version(),
                "ben",
                List.of(facts),
                state,
                false,
                List.of());
    }

    static Append soaking(ReleaseRow row, Scope scope, String revision) {
        return new Append(
                row.id(),
                new Writer.Holder(row.fence()),
                row.version(),
                "belay",
                List.of(new Fact.Waiting(9, "soaks")),
                ReleaseState.RUNNING,
                true,
                List.of(new Append.Deployed(scope, revision, "{}", false)));
    }

    static Append ended(ReleaseRow row, ReleaseState state) {
        return append(row, state, new Fact.Ended(state, ""));
    }

    /// Completes a release that has deployed the revision, which soaked.
    static Append completed(ReleaseRow row, Scope scope, String revision) {
        return completed(row, new Append.Deployed(scope, revision, "{}", true));
    }

    /// The same, and it did not soak.
    static Append deployed(ReleaseRow row, Scope scope, String revision) {
        return completed(row, new Append.Deployed(scope, revision, "{}", false));
    }

    private static Append completed(ReleaseRow row, Append.Deployed line) {
        return new Append(
                row.id(),
                new Writer.Holder(row.fence()),
                row.version(),
                "belay",
                List.of(new Fact.Ended(ReleaseState.COMPLETED, "")),
                ReleaseState.COMPLETED,
                false,
                List.of(line));
    }

    static Fact.Intent intent(int step, Scope scope) {
        return new Fact.Intent(step, Direction.DO, scope, 0);
    }

    static Fact.Outcome done(int step) {
        return new Fact.Outcome(step, Direction.DO, new Fact.Result.Done(""));
    }

    /// Appends and returns the row as it is then.
    static ReleaseRow write(Journal journal, Append append) {
        appended(journal.append(append));
        return journal.find(append.release()).orElseThrow();
    }

    static List<Entry> appended(Append.Reply reply) {
        if (reply instanceof Append.Reply.Appended appended) {
            return appended.entries();
        }
        throw new AssertionError(reply);
    }
}
