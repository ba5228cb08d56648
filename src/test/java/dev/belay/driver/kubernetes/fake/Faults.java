package dev.belay.driver.kubernetes.fake;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;

/// What goes wrong with requests, as a test says it. Each takes one request that it fits, but for
/// those that stay until they are lifted.
public final class Faults {
    /// A request, as a fault sees it.
    ///
    /// @param verb `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`
    /// @param kind in the plural
    public record Asked(String verb, String kind, String namespace, String name) {}

    /// What becomes of a request.
    public sealed interface Fault {}

    /// It is answered with that status, and nothing is done.
    public record Fails(int status) implements Fault {}

    /// It is too many of them.
    public record Throttled(Duration retryAfter) implements Fault {}

    /// It is done, and the line is cut before the answer.
    public record AnswerLost() implements Fault {}

    /// The line is cut before anything is done.
    public record Cut() implements Fault {}

    /// It is on its way until it is let through.
    public record Held(CountDownLatch until) implements Fault {
        /// A new one.
        public Held() {
            this(new CountDownLatch(1));
        }

        /// It arrives now.
        public void release() {
            until.countDown();
        }
    }

    private record Waiting(Predicate<Asked> which, Fault fault, boolean stays) {}

    private record Denial(Predicate<Asked> which, String because) {}

    private final List<Waiting> waiting = new ArrayList<>();
    private final List<Denial> denials = new CopyOnWriteArrayList<>();
    private final List<Predicate<Asked>> forbidden = new CopyOnWriteArrayList<>();

    /// The next request of that verb and kind meets it.
    public <T extends Fault> T next(String verb, String kind, T fault) {
        synchronized (waiting) {
            waiting.add(new Waiting(fits(verb, kind), fault, false));
        }
        return fault;
    }

    /// Every request of that verb and kind meets it.
    public void always(String verb, String kind, Fault fault) {
        synchronized (waiting) {
            waiting.add(new Waiting(fits(verb, kind), fault, true));
        }
    }

    /// Every request meets it.
    public void everything(Fault fault) {
        synchronized (waiting) {
            waiting.add(new Waiting(_ -> true, fault, true));
        }
    }

    /// An admission webhook says no to it, to controllers as well.
    public void deny(String verb, String kind, String because) {
        denials.add(new Denial(fits(verb, kind), because));
    }

    /// Whoever has the test's token may not do it.
    public void forbid(String verb, String kind) {
        forbidden.add(fits(verb, kind));
    }

    /// Nothing goes wrong any more.
    public void lift() {
        synchronized (waiting) {
            waiting.clear();
        }
        denials.clear();
        forbidden.clear();
    }

    private static Predicate<Asked> fits(String verb, String kind) {
        return asked -> asked.verb().equals(verb) && asked.kind().equals(kind);
    }

    Optional<Fault> take(Asked asked) {
        synchronized (waiting) {
            for (int i = 0; i < waiting.size(); i++) {
                Waiting one = waiting.get(i);
                if (one.which().test(asked)) {
                    if (!one.stays()) {
                        waiting.remove(i);
                    }
                    return Optional.of(one.fault());
                }
            }
        }
        return Optional.empty();
    }

    Optional<String> denied(Asked asked) {
        return denials.stream()
                .filter(one -> one.which().test(asked))
                .map(Denial::because)
                .findFirst();
    }

    boolean isForbidden(Asked asked) {
        return forbidden.stream().anyMatch(one -> one.test(asked));
    }
}
