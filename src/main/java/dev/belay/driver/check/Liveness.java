package dev.belay.driver.check;

import dev.belay.driver.Instance;
import dev.belay.driver.Target;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.release.Health;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Takes for dead what its liveness probe says is dead although its process lives, and ends it, so
/// that it is started again like one that died by itself. Without a probe of its own an instance
/// lives as long as its process does, and nothing is asked.
///
/// One at a time, and none while another of the component is not settled: a probe that fails for
/// all of them, since it asks for more than life, must not take down together what may still serve.
public final class Liveness {
    private final Target target;
    private final Wellness wellness;

    /// Pids of which it was said.
    private final Set<Long> unaskable = ConcurrentHashMap.newKeySet();

    public Liveness(Target target, RuntimeValues values, ArtifactStore artifacts) {
        this.target = target;
        wellness = new Wellness(target, values, artifacts);
    }

    /// Asks every running instance of these revisions once. A revision whose release is still under
    /// way is not among them: there a probe that fails turns the release back.
    ///
    /// @return what was ended and why, a sentence each
    public List<String> tick(Scope scope, Collection<Revision> revisions) {
        Map<String, Revision> asked =
                revisions.stream()
                        .filter(revision ->
                                !(revision.launch().liveness().check() instanceof Health.Alive)
                                        && !target.asksInstances(revision))
                        .collect(
                                Collectors.toMap(
                                        Revision::id, Function.identity(), (first, _) -> first));
        List<String> said = new ArrayList<>();
        if (asked.isEmpty()) {
            return said;
        }
        List<Instance> instances =
                target.recorded(scope).stream()
                        .filter(one -> asked.containsKey(one.revision()))
                        .toList();
        List<Wellness.Condition> conditions = look(scope, asked, instances);
        if (conditions.stream().anyMatch(Wellness.Unsettled.class::isInstance)) {
            return said;
        }
        for (int i = 0; i < instances.size(); i++) {
            Instance one = instances.get(i);
            if (conditions.get(i) instanceof Wellness.Unaskable(String reason)
                    && unaskable.add(one.pid())) {
                said.add("`%s` %s; nobody knows whether it lives".formatted(one.id(), reason));
            }
        }
        for (int i = 0; i < instances.size(); i++) {
            Instance one = instances.get(i);
            if (one.state() == Instance.State.RUNNING
                    && conditions.get(i) instanceof Wellness.Ill(String reason)
                    && target.end(scope, one)) {
                said.add("`%s` %s; it was taken for dead".formatted(one.id(), reason));
                break;
            }
        }
        return said;
    }

    /// All at once: one that hangs is waited for no longer than its timeout.
    private List<Wellness.Condition> look(
            Scope scope, Map<String, Revision> asked, List<Instance> instances) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Wellness.Condition>> answers =
                    instances.stream()
                            .map(one -> {
                                Revision revision =
                                        Objects.requireNonNull(asked.get(one.revision()));
                                return threads.submit(
                                        () -> wellness.look(scope.environment(), revision, one));
                            })
                            .toList();
            List<Wellness.Condition> conditions = new ArrayList<>();
            for (Future<Wellness.Condition> answer : answers) {
                conditions.add(answer.get());
            }
            return conditions;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return instances.stream()
                    .<Wellness.Condition>map(_ -> new Wellness.Unsettled("not asked"))
                    .toList();
        } catch (ExecutionException e) {
            throw new IllegalStateException("asking whether it lives failed", e.getCause());
        }
    }
}
