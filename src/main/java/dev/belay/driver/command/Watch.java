package dev.belay.driver.command;

import dev.belay.driver.Instance;
import dev.belay.driver.host.ScopedCommands;
import dev.belay.release.Scope;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Asks what is deployed how it is, now and then, so that whoever looks has an answer without
/// running a command. Nobody waits for an answer here.
final class Watch {
    private static final Duration WITHIN = Duration.ofSeconds(30);

    private final Talk talk;
    private final Duration every;
    private final Map<String, Asked> last = new ConcurrentHashMap<>();
    private final Set<String> asking = ConcurrentHashMap.newKeySet();

    Watch(Talk talk, Duration every) {
        this.talk = talk;
        this.every = every;
    }

    /// Whether it could have requests.
    enum Wellness {
        WELL,

        /// Nobody asked it since the control plane began.
        UNASKED,
        NOT_YET,
        ILL
    }

    /// How a revision is, as its commands say.
    ///
    /// @param because why not, or who says so
    record Condition(Wellness wellness, String because) {
        Instance.State state() {
            return switch (wellness) {
                case WELL, UNASKED -> Instance.State.RUNNING;
                case NOT_YET -> Instance.State.STARTING;
                case ILL -> Instance.State.CRASH_LOOP;
            };
        }

        String detail() {
            return wellness == Wellness.WELL ? "ready" : because;
        }
    }

    private record Asked(long nanos, Condition condition) {}

    private static String key(Scope scope, String revision) {
        return scope + " " + revision;
    }

    void forget(Scope scope, String revision) {
        last.remove(key(scope, revision));
    }

    /// As it was when it was asked last.
    Condition last(Scope scope, Deployed is) {
        if (!is.by().tells() && is.by().probe().isEmpty()) {
            return new Condition(Wellness.WELL, "deployed; nothing says how it is");
        }
        Asked asked = last.get(key(scope, is.recipe().revision()));
        return asked == null ? new Condition(Wellness.UNASKED, "not asked yet") : asked.condition();
    }

    /// Starts to ask those that were not asked for a while.
    ///
    /// @return what is new, a sentence each
    List<String> look(Scope scope, Deployments now) {
        var said = new ArrayList<String>();
        now.all()
                .forEach((revision, is) -> {
                    String key = key(scope, revision);
                    Asked asked = last.get(key);
                    boolean due =
                            asked == null || System.nanoTime() - asked.nanos() >= every.toNanos();
                    boolean askable = is.by().tells() || !is.by().probe().isEmpty();
                    if (is.isThere() && !is.retired() && askable && due && asking.add(key)) {
                        Thread.ofVirtual()
                                .name("watch " + key)
                                .start(() -> askOf(key, scope, is, now));
                    }
                });
        return said;
    }

    private void askOf(String key, Scope scope, Deployed is, Deployments now) {
        try {
            ask(scope, is, now, WITHIN);
        } catch (IOException e) {
            note(key, new Condition(Wellness.NOT_YET, String.valueOf(e.getMessage())));
        } finally {
            asking.remove(key);
        }
    }

    private void note(String key, Condition condition) {
        last.put(key, new Asked(System.nanoTime(), condition));
    }

    /// Asks now.
    Condition ask(Scope scope, Deployed is, Deployments now, Duration within) throws IOException {
        Condition condition = asked(scope, is, now, within);
        note(key(scope, is.recipe().revision()), condition);
        return condition;
    }

    private Condition asked(Scope scope, Deployed is, Deployments now, Duration within)
            throws IOException {
        String by = "nothing says how it is";
        if (is.by().tells()) {
            Condition seen = seen(talk.observe(is, scope, now, within), is, now);
            if (seen.wellness() != Wellness.WELL || is.by().probe().isEmpty()) {
                return seen;
            }
        }
        return is.by().probe().isEmpty()
                ? new Condition(Wellness.WELL, by)
                : probed(talk.ask(Verb.PROBE, is, scope, now, within));
    }

    private Condition seen(Talk.Seen seen, Deployed is, Deployments now) {
        return switch (seen) {
            case Talk.Seen.Unsaid(String because) -> new Condition(Wellness.NOT_YET, because);
            case Talk.Seen.At(Reply.State state, Reply reply) ->
                    switch (state) {
                        case ABSENT ->
                                new Condition(
                                        Wellness.NOT_YET,
                                        "`observe` says that it is not there"
                                                + talk.because(reply));
                        case PENDING ->
                                new Condition(
                                        Wellness.NOT_YET,
                                        "`observe` says that it is on its way"
                                                + talk.because(reply));
                        case FAILED ->
                                new Condition(
                                        Wellness.ILL,
                                        "`observe` says that it failed" + talk.because(reply));
                        case READY ->
                                now.serves(is.recipe().revision())
                                        ? new Condition(
                                                Wellness.NOT_YET,
                                                "`observe` says that it does not have the requests"
                                                        + " any more")
                                        : new Condition(
                                                Wellness.WELL, "`observe` says that it is ready");
                        case LIVE -> new Condition(Wellness.WELL, "`observe` says that it is live");
                    };
        };
    }

    private Condition probed(ScopedCommands.Said said) {
        if (!said.problem().isEmpty()) {
            return new Condition(Wellness.NOT_YET, "`probe`: " + said.problem());
        }
        return switch (said.status()) {
            case 0 -> new Condition(Wellness.WELL, "`probe` says that it is well");
            case Talk.REFUSED ->
                    new Condition(
                            Wellness.ILL,
                            "`probe` says that it will not be well" + talk.wrote(said));
            default ->
                    new Condition(
                            Wellness.NOT_YET,
                            "`probe` ended with status " + said.status() + talk.wrote(said));
        };
    }
}
