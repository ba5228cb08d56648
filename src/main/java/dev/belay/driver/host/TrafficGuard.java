package dev.belay.driver.host;

import dev.belay.driver.Answer;
import dev.belay.driver.Router;
import dev.belay.release.Launch;
import dev.belay.release.Scope;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Keeps instances alive that the router still sends to, and lets those that it sends to no more
/// finish what they hold. First the router stops sending, then the instance is told to end; never
/// the other way round.
public final class TrafficGuard {
    private final Router router;

    /// When these instances were first seen draining, so that asking again does not begin anew.
    private final Map<String, Deadline> drains = new ConcurrentHashMap<>();

    public TrafficGuard(Router router) {
        this.router = router;
    }

    /// Why none of these may be stopped now; empty when they may.
    Optional<Answer> refuse(Scope scope, String revision, List<String> ids) {
        return observe(scope).map(seen -> refuse(seen, revision, ids)).orElse(Optional.empty());
    }

    /// Waits until nothing is in flight at these instances, or their drain time is over; half-way,
    /// what runs long at them is told to end. What is in flight at the revision's other instances,
    /// which may keep their traffic, is no business of theirs.
    ///
    /// @param deadline until when the caller waits, if that is earlier
    public Optional<Answer> drain(
            Scope scope, String revision, Launch.Stop stop, List<String> ids, Deadline deadline) {
        String key = scope + " " + ids;
        try {
            Optional<Answer> refusal = refuse(scope, revision, ids);
            if (refusal.isPresent()) {
                drains.remove(key);
                return refusal;
            }
            Deadline drained = drains.computeIfAbsent(key, _ -> Deadline.in(stop.drain()));
            Deadline farewell = drained.earlier(stop.drain().minus(stop.untilFarewell()));
            deadline.orIn(farewell.left()).await(() -> inFlight(scope, ids) == 0);
            if (farewell.over() && inFlight(scope, ids) > 0) {
                router.closeLongLived(scope, revision, ids);
            }
            deadline.orIn(drained.left()).await(() -> inFlight(scope, ids) == 0);
            int left = inFlight(scope, ids);
            if (left > 0 && !drained.over()) {
                return notYet(
                        left + " requests are in flight at `" + String.join("`, `", ids) + "`");
            }
            drains.remove(key);
            // The wait was long: it may have traffic again.
            return refuse(scope, revision, ids);
        } catch (UncheckedIOException e) {
            return unreachable(e);
        }
    }

    static Optional<Answer> unreachable(UncheckedIOException e) {
        return notYet(
                "the router cannot be asked whether it still sends there: " + Failures.say(e));
    }

    private static Optional<Answer> refuse(
            Router.Observed seen, String revision, List<String> ids) {
        if (seen.weights().getOrDefault(revision, 0) <= 0) {
            return Optional.empty();
        }
        List<String> members = seen.members().getOrDefault(revision, List.of());
        List<String> needed = ids.stream().filter(members::contains).toList();
        return needed.isEmpty()
                ? Optional.empty()
                : notYet("the router still sends to `" + String.join("`, `", needed) + "`");
    }

    private int inFlight(Scope scope, List<String> ids) {
        return router.inFlightAt(scope, ids);
    }

    private Optional<Router.Observed> observe(Scope scope) {
        return router.observe(scope);
    }

    private static Optional<Answer> notYet(String because) {
        return Optional.of(new Answer.NotYet(because));
    }
}
