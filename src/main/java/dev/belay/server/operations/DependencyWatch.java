package dev.belay.server.operations;

import dev.belay.driver.Checks;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.External;
import dev.belay.release.Dependency;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import dev.belay.server.operations.StatusView.DependencyStatus;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Knows whether datastores and external services answer. Asks when somebody wants to know and the
/// last answer is old; nobody waits long for it: a status is to be quick, above all when something
/// hangs.
public final class DependencyWatch {
    private static final Duration FRESH = Duration.ofSeconds(5);
    private static final Duration ASK_WITHIN = Duration.ofSeconds(3);
    private static final Duration WAIT_AT_MOST = Duration.ofMillis(400);
    private static final int KNOWN_MAX = 10_000;

    private final Checks checks;
    private final InstantSource clock;
    private final ConcurrentHashMap<Key, Watched> known = new ConcurrentHashMap<>();

    public DependencyWatch(Checks checks, InstantSource clock) {
        this.checks = checks;
        this.clock = clock;
    }

    private record Key(String environment, Dependency dependency) {}

    /// The present answer for each, in the order of the manifest.
    public List<DependencyStatus> of(EnvironmentView view) {
        var dependencies = new ArrayList<Dependency>();
        view.datastores().values().stream().map(Datastore::dependency).forEach(dependencies::add);
        view.externals().values().stream().map(External::dependency).forEach(dependencies::add);
        if (known.size() > KNOWN_MAX) {
            known.clear();
        }
        List<Watched> watched =
                dependencies.stream()
                        .map(d -> new Key(view.environment(), d))
                        .map(key -> known.computeIfAbsent(key, Watched::new))
                        .toList();
        watched.forEach(Watched::refresh);
        long end = System.nanoTime() + WAIT_AT_MOST.toNanos();
        return watched.stream().map(one -> one.status(end)).toList();
    }

    /// One dependency and its last answer.
    private final class Watched {
        private final Key key;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition answered = lock.newCondition();
        private boolean asking;
        private long at;
        private String state = "unknown";
        private String detail = "";

        Watched(Key key) {
            this.key = key;
        }

        void refresh() {
            lock.lock();
            try {
                boolean fresh = clock.millis() - at < FRESH.toMillis();
                if (!asking && !fresh) {
                    asking = true;
                    Thread.ofVirtual().name("watch-" + key.dependency().name()).start(this::ask);
                }
            } finally {
                lock.unlock();
            }
        }

        private void ask() {
            String newState = "unknown";
            String newDetail = "";
            try {
                var scope = new Scope(key.environment(), Scope.Kind.DATASTORE, name());
                var order = new Order(scope, 0, "", 0, ASK_WITHIN);
                switch (checks.look(new Work.Reachable(key.dependency()), order, Duration.ZERO)) {
                    case Look.Done(String said) -> {
                        newState = "up";
                        newDetail = said;
                    }
                    case Look.Waiting(Duration _, String because) -> {
                        newState = down();
                        newDetail = because;
                    }
                    case Look.Failed(String reason, String _, String _) -> {
                        newState = down();
                        newDetail = reason;
                    }
                }
            } finally {
                answer(newState, newDetail);
            }
        }

        private String name() {
            return key.dependency().name();
        }

        private String down() {
            return key.dependency().optional() ? "down-but-optional" : "down";
        }

        private void answer(String newState, String newDetail) {
            lock.lock();
            try {
                state = newState;
                detail = newDetail;
                at = clock.millis();
                asking = false;
                answered.signalAll();
            } finally {
                lock.unlock();
            }
        }

        DependencyStatus status(long end) {
            lock.lock();
            try {
                while (asking && System.nanoTime() < end) {
                    answered.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } finally {
                lock.unlock();
            }
            return new DependencyStatus(
                    name(), StepView.word(key.dependency().engine()), state, detail, at);
        }
    }
}
