package dev.belay.server.operations;

import dev.belay.driver.Instance;
import dev.belay.driver.Target;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.Deployment;
import dev.belay.plan.Expected;
import dev.belay.plan.Inventory;
import dev.belay.plan.Plan;
import dev.belay.plan.PlanJson;
import dev.belay.release.Digest;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Puts together what the planner may know of an environment: what it ran, what it will run once
/// the releases ahead have ended well, and what exists now.
public final class InventoryReader {
    /// Rollback targets are looked for so far back.
    static final int HISTORY_MAX = 50;

    private static final int AHEAD_MAX = 1_000;

    private final Journal journal;
    private final Function<Scope, Map<String, Integer>> running;
    private final Function<String, Plan> plans;
    private final Function<String, Deployment> deployments;

    public InventoryReader(Journal journal, Target target) {
        this(
                journal,
                scope -> running(target, scope),
                PlanJson::decode,
                PlanJson::decodeDeployment);
    }

    /// One for a journal whose texts are read in a way of their own.
    ///
    /// @param running revision id to instances that exist
    public InventoryReader(
            Journal journal,
            Function<Scope, Map<String, Integer>> running,
            Function<String, Plan> plans,
            Function<String, Deployment> deployments) {
        this.journal = journal;
        this.running = running;
        this.plans = plans;
        this.deployments = deployments;
    }

    /// The inventory of one environment at this moment.
    ///
    /// @param overQueued whether the plan will push aside what is queued: then it does not count
    public Inventory read(EnvironmentView view, boolean overQueued) {
        return read(view, overQueued, (scope, _) -> running.apply(scope));
    }

    /// The same for looking at a plan alone: while a cluster does not answer, what it was last told
    /// to run counts as running. Whoever carries the plan out looks again.
    Inventory readAtBest(EnvironmentView view) {
        if (!(view.target() instanceof dev.belay.manifest.Target.Kubernetes)) {
            return read(view, false);
        }
        var away = new AtomicBoolean();
        return read(
                view,
                false,
                (scope, history) -> {
                    if (!away.get()) {
                        try {
                            return running.apply(scope);
                        } catch (UncheckedIOException _) {
                            away.set(true);
                        }
                    }
                    return told(history);
                });
    }

    private static Map<String, Integer> told(List<Inventory.Past> history) {
        if (history.isEmpty()) {
            return Map.of();
        }
        Deployment last = history.getFirst().deployment();
        return last.instances() == 0 ? Map.of() : Map.of(last.revision().id(), last.instances());
    }

    private Inventory read(
            EnvironmentView view,
            boolean overQueued,
            BiFunction<Scope, List<Inventory.Past>, Map<String, Integer>> seen) {
        String environment = view.environment();
        List<ReleaseRow> ahead = ahead(environment, overQueued);
        var names = new LinkedHashSet<>(view.components().keySet());
        journal.scopes(environment).stream()
                .filter(scope -> scope.kind() == Scope.Kind.COMPONENT)
                .forEach(scope -> names.add(scope.name()));
        var components = new HashMap<String, Inventory.Component>();
        for (String name : names) {
            Scope scope = Scope.component(environment, name);
            List<Inventory.Past> history = history(scope);
            Map<String, Integer> exist = seen.apply(scope, history);
            if (!history.isEmpty() || !exist.isEmpty()) {
                components.put(name, new Inventory.Component(history, exist));
            }
        }
        var inventory =
                new Inventory(
                        environment, components, datastores(view), moving(environment, ahead));
        for (ReleaseRow row : ahead) {
            inventory = after(inventory, row);
        }
        return inventory;
    }

    /// Files of migrations, and artifacts whose tools migrate, that were released in an environment
    /// and soaked there; none for `""`.
    Set<Digest> migrated(String environment) {
        var digests = new HashSet<Digest>();
        if (environment.isEmpty()) {
            return digests;
        }
        for (Scope scope : journal.scopes(environment)) {
            for (Inventory.Past past : history(scope)) {
                Deployment deployment = past.deployment();
                if (past.soaked() && deployment.migrations() != null) {
                    digests.add(deployment.migrations().files());
                }
                if (past.soaked() && deployment.migratedBy() != null) {
                    digests.add(deployment.migratedBy().artifact());
                }
            }
        }
        return digests;
    }

    /// Nothing of a datastore runs that an instance would be found of.
    private Map<String, Inventory.Component> datastores(EnvironmentView view) {
        var datastores = new HashMap<String, Inventory.Component>();
        for (String name : view.sharedSchemas()) {
            List<Inventory.Past> history = history(Scope.datastore(view.environment(), name));
            if (!history.isEmpty()) {
                datastores.put(name, new Inventory.Component(history, Map.of()));
            }
        }
        return datastores;
    }

    /// Who builds on what such a release brings has to wait for it, or take it over.
    private static Set<String> moving(String environment, List<ReleaseRow> ahead) {
        return ahead.stream()
                .flatMap(row -> row.scopes().stream())
                .filter(scope -> scope.environment().equals(environment))
                .filter(scope -> scope.kind() == Scope.Kind.DATASTORE)
                .map(Scope::name)
                .collect(Collectors.toSet());
    }

    /// Active and queued releases, oldest first. What is to begin at another time is planned on
    /// what runs now, and is refused then if that is no more.
    private List<ReleaseRow> ahead(String environment, boolean overQueued) {
        Set<ReleaseState> states = ReleaseState.unended();
        if (overQueued) {
            states.remove(ReleaseState.QUEUED);
        }
        long now = journal.now();
        return journal.list(environment, states, Long.MAX_VALUE, AHEAD_MAX).stream()
                .filter(row -> !row.isElsewhen(now))
                .sorted(Comparator.comparingLong(ReleaseRow::ordinal))
                .toList();
    }

    /// What a component or datastore ran, the newest first; empty when it runs nothing.
    List<Inventory.Past> history(Scope scope) {
        List<Journal.Past> lines = journal.history(scope, HISTORY_MAX);
        if (!lines.isEmpty() && lines.getFirst().deployment().isEmpty()) {
            // Its first release was taken back: it runs nothing.
            return List.of();
        }
        return lines.stream()
                .filter(past -> !past.deployment().isEmpty())
                .map(past ->
                        new Inventory.Past(
                                deployments.apply(past.deployment()),
                                past.soaked(),
                                past.release(),
                                Digest.of(past.deployment()).text()))
                .toList();
    }

    /// What will be there when that release has ended.
    private Inventory after(Inventory now, ReleaseRow row) {
        boolean soaks = row.soaking() && row.state() == ReleaseState.RUNNING;
        if (soaks) {
            // It can be taken over as it is, and then it never counts as soaked.
            return now;
        }
        Plan plan = plans.apply(row.plan());
        if (row.state() != ReleaseState.ROLLING_BACK) {
            return Expected.after(now, plan, row.id());
        }
        return Expected.afterUndo(now, plan, row.id());
    }

    private static Map<String, Integer> running(Target target, Scope scope) {
        return target.instances(scope).stream()
                .filter(instance -> instance.state() != Instance.State.EXITED)
                .collect(Collectors.toMap(Instance::revision, _ -> 1, Integer::sum));
    }
}
