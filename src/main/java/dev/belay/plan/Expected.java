package dev.belay.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an environment will run once a plan has been carried out or undone: what a release further
/// back in the queue is planned on.
public final class Expected {
    private static final int HISTORY_MAX = 50;

    private Expected() {}

    /// The inventory, with what the plan desires on top of each history.
    ///
    /// @param release the id of the release that carries the plan out
    public static Inventory after(Inventory now, Plan plan, String release) {
        return after(now, List.of(plan), release);
    }

    /// The inventory, with what the undone plan leads back to on top of each history.
    ///
    /// @param release the id of the release that is undone
    public static Inventory afterUndo(Inventory now, Plan plan, String release) {
        var components = new HashMap<>(now.components());
        var datastores = new HashMap<>(now.datastores());
        plan.fallback()
                .forEach((name, deployment) ->
                        (plan.isDatastore(name) ? datastores : components)
                                .computeIfPresent(
                                        name,
                                        (_, component) -> back(component, deployment, release)));
        plan.desired().keySet().stream()
                .filter(name -> !plan.fallback().containsKey(name))
                .forEach(name ->
                        (plan.isDatastore(name) ? datastores : components)
                                .computeIfPresent(
                                        name,
                                        (_, component) ->
                                                new Inventory.Component(
                                                        List.of(), component.running())));
        return now.having(components, datastores);
    }

    private static Inventory.Component back(
            Inventory.Component now, Deployment deployment, String release) {
        boolean there =
                !now.history().isEmpty()
                        && now.history().getFirst().deployment().equals(deployment);
        if (there) {
            return now;
        }
        boolean soaked = soakedBefore(now, deployment);
        var past = new Inventory.Past(deployment, soaked, release);
        return onTop(now, new Inventory.Component(List.of(past), now.running()));
    }

    private static boolean soakedBefore(
            Inventory.@Nullable Component component, Deployment deployment) {
        String id = deployment.revision().id();
        return component != null
                && component.history().stream()
                        .anyMatch(past ->
                                past.soaked() && past.deployment().revision().id().equals(id));
    }

    /// The same for several releases, called by one name.
    static Inventory after(Inventory now, List<Plan> plans, String release) {
        var components = new HashMap<>(now.components());
        var datastores = new HashMap<>(now.datastores());
        for (Plan plan : plans) {
            plan.desired()
                    .forEach((name, deployment) -> {
                        boolean datastore = plan.isDatastore(name);
                        var all = datastore ? datastores : components;
                        boolean soaks = plan.soaks() && (datastore || !deployment.isEnded());
                        all.merge(
                                name,
                                first(
                                        deployment,
                                        soaks || soakedBefore(all.get(name), deployment),
                                        release),
                                Expected::onTop);
                    });
        }
        return now.having(components, datastores);
    }

    private static Inventory.Component first(Deployment deployment, boolean soaks, String release) {
        Map<String, Integer> running =
                deployment.instances() == 0
                        ? Map.of()
                        : Map.of(deployment.revision().id(), deployment.instances());
        return new Inventory.Component(
                List.of(new Inventory.Past(deployment, soaks, release)), running);
    }

    private static Inventory.Component onTop(Inventory.Component old, Inventory.Component latest) {
        var history = new ArrayList<>(latest.history());
        history.addAll(old.history());
        return new Inventory.Component(
                history.subList(0, Math.min(history.size(), HISTORY_MAX)), latest.running());
    }
}
