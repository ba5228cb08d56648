package dev.belay.server;

import dev.belay.driver.Target;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.check.Liveness;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.journal.Journal;
import dev.belay.plan.PlanJson;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks, about every second, whether what was deployed still lives by the word of its liveness
/// probe; on a thread of its own, since a probe may take its time.
final class LivenessWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LivenessWatch.class);
    private static final Duration EVERY = Duration.ofSeconds(1);

    /// What runs, and what is kept warm beside it.
    private static final int REVISIONS = 3;

    private static final int KNOWN_MAX = 10_000;
    private static final Duration END_WITHIN = Duration.ofSeconds(10);

    private final Journal journal;
    private final Target target;
    private final Liveness liveness;
    private final Map<String, Revision> known = new ConcurrentHashMap<>();
    private final Thread thread;

    LivenessWatch(Journal journal, Target target, RuntimeValues values, ArtifactStore artifacts) {
        this.journal = journal;
        this.target = target;
        liveness = new Liveness(target, values, artifacts);
        thread = Thread.ofPlatform().name("belay-liveness").daemon().unstarted(this::work);
    }

    void start() {
        thread.start();
    }

    private void work() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                look();
            } catch (IOException | RuntimeException e) {
                LOG.error("nobody is asked whether it lives: {}", e.getMessage());
            }
            try {
                Thread.sleep(EVERY);
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    /// A component that hangs keeps the others waiting no longer than its own timeout.
    private void look() throws IOException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (String environment : target.environments()) {
                for (Scope scope : journal.scopes(environment)) {
                    if (scope.kind() == Scope.Kind.COMPONENT) {
                        threads.execute(() -> look(scope));
                    }
                }
            }
        }
    }

    private void look(Scope scope) {
        try {
            List<Journal.Past> lines =
                    journal.history(scope, REVISIONS).stream()
                            .filter(past -> !past.deployment().isEmpty())
                            .toList();
            // What soaks is its release's to judge.
            Set<String> judged =
                    lines.stream()
                            .filter(this::soaks)
                            .map(Journal.Past::revision)
                            .collect(Collectors.toSet());
            List<Revision> revisions =
                    lines.stream()
                            .filter(past -> !judged.contains(past.revision()))
                            .map(past -> read(past.deployment()))
                            .toList();
            liveness.tick(scope, revisions).forEach(line -> LOG.warn("{}", line));
        } catch (RuntimeException e) {
            LOG.error("`{}` is not asked whether it lives: {}", scope, e.getMessage());
        }
    }

    private boolean soaks(Journal.Past past) {
        return journal.find(past.release()).filter(row -> row.state().active()).isPresent();
    }

    /// Asked every second, changed with a release.
    private Revision read(String deployment) {
        if (known.size() > KNOWN_MAX) {
            known.clear();
        }
        return known.computeIfAbsent(
                deployment, text -> PlanJson.decodeDeployment(text).revision());
    }

    /// Returns when nobody is being asked any more.
    @Override
    public void close() {
        thread.interrupt();
        try {
            if (!thread.join(END_WITHIN)) {
                LOG.warn("an instance is still being asked whether it lives");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
