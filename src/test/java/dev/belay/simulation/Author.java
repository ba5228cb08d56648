package dev.belay.simulation;

import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.plan.Deployment;
import dev.belay.plan.Expected;
import dev.belay.plan.Inventory;
import dev.belay.plan.Plan;
import dev.belay.plan.PlanRequest;
import dev.belay.plan.Planner;
import dev.belay.plan.Planning;
import dev.belay.plan.Selection;
import dev.belay.release.Digest;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Asks the real planner for releases of a platform drawn at random, from what the simulated world
/// runs at that moment and what the releases ahead will make of it, as the server does.
final class Author {
    /// Whether the number of instances also changes alone. The baseline of a release names the
    /// revision and not how many of it there are, so one that was planned behind such a change
    /// starts even when that never came to be, and cannot always go back: `-Drescale=true` shows
    /// it.
    private static final boolean RESCALES = Boolean.getBoolean("rescale");

    private static final int AHEAD_MAX = 100;
    private static final int HISTORY_MAX = 50;

    private final Simulation simulation;
    private final Universe universe;
    private final SimPlatform platform;
    private final Map<String, String> versions = new TreeMap<>();
    private int version;

    Author(Simulation simulation, int components) {
        this.simulation = simulation;
        this.universe = simulation.universe();
        this.platform = new SimPlatform(universe, components);
    }

    /// The releases that the next request comes to; none when everything runs as it is wanted.
    List<Plan> next(boolean supersede) {
        version++;
        for (String name : platform.names()) {
            if (!versions.containsKey(name) || universe.below(4) != 3) {
                versions.put(name, "v" + version);
                platform.renew(name);
            } else if (RESCALES) {
                platform.renew(name);
            }
        }
        var built = new TreeMap<String, PlanRequest.Source>();
        versions.forEach((name, source) ->
                built.put(name, new PlanRequest.Source(Digest.of(name + source), source)));
        Selection selection = Selection.ALL;
        if (universe.below(3) == 2) {
            String only = platform.names().get(universe.below(platform.names().size()));
            selection = new Selection(List.of(only), List.of(), "anna", "only that");
        }
        var request =
                new PlanRequest(platform.view(), built, inventory(supersede), selection, "sim");
        return switch (Planner.plan(request)) {
            case Planning.Planned planned -> planned.submission().plans();
            case Planning.Refused(var problems) ->
                    throw new Violation("Planned", "refused " + problems);
        };
    }

    private Inventory inventory(boolean supersede) {
        var components = new HashMap<String, Inventory.Component>();
        for (String name : platform.names()) {
            Scope scope = Scope.component(SimPlans.ENVIRONMENT, name);
            List<Inventory.Past> history = history(scope);
            Map<String, Integer> running = simulation.host(scope).counts();
            if (!history.isEmpty() || !running.isEmpty()) {
                components.put(name, new Inventory.Component(history, running));
            }
        }
        var inventory = new Inventory(SimPlans.ENVIRONMENT, components);
        for (ReleaseRow row : ahead(supersede)) {
            inventory = after(inventory, row);
        }
        return inventory;
    }

    private List<Inventory.Past> history(Scope scope) {
        Journal journal = simulation.journal();
        return journal.history(scope, HISTORY_MAX).stream()
                .filter(past -> !past.deployment().isEmpty())
                .map(past ->
                        new Inventory.Past(
                                simulation.deployment(past.deployment()),
                                past.soaked(),
                                past.release()))
                .toList();
    }

    private List<ReleaseRow> ahead(boolean supersede) {
        Set<ReleaseState> states =
                EnumSet.of(
                        ReleaseState.RUNNING,
                        ReleaseState.PAUSED,
                        ReleaseState.HELD,
                        ReleaseState.ROLLING_BACK);
        if (!supersede) {
            states.add(ReleaseState.QUEUED);
        }
        return simulation.journal().list("", states, Long.MAX_VALUE, AHEAD_MAX).stream()
                .sorted(Comparator.comparingLong(ReleaseRow::ordinal))
                .toList();
    }

    private Inventory after(Inventory now, ReleaseRow row) {
        if (row.soaking() && row.state() == ReleaseState.RUNNING) {
            return now;
        }
        Plan plan = simulation.plan(row.plan());
        if (row.state() != ReleaseState.ROLLING_BACK) {
            return Expected.after(now, plan, row.id());
        }
        var components = new HashMap<>(now.components());
        plan.fallback()
                .forEach((name, deployment) ->
                        components.computeIfPresent(
                                name, (_, component) -> back(component, deployment, row.id())));
        return new Inventory(now.environment(), components);
    }

    private static Inventory.Component back(
            Inventory.Component now, Deployment deployment, String release) {
        String id = deployment.revision().id();
        if (now.history().stream().limit(1).anyMatch(past -> isOf(past, id))) {
            return now;
        }
        boolean soaked = now.history().stream().anyMatch(past -> isOf(past, id) && past.soaked());
        var history = new ArrayList<Inventory.Past>();
        history.add(new Inventory.Past(deployment, soaked, release));
        history.addAll(now.history());
        return new Inventory.Component(history, now.running());
    }

    private static boolean isOf(Inventory.Past past, String revision) {
        return past.deployment().revision().id().equals(revision);
    }
}
