package dev.belay.simulation;

import dev.belay.plan.Inventory;
import dev.belay.plan.Plan;
import dev.belay.plan.PlanRequest;
import dev.belay.plan.Planner;
import dev.belay.plan.Planning;
import dev.belay.plan.Selection;
import dev.belay.plan.Submission;
import dev.belay.release.Digest;
import dev.belay.release.Maintenance;
import dev.belay.server.operations.InventoryReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Asks the real planner for releases of a platform drawn at random, from what the simulated world
/// runs at that moment and what the releases ahead will make of it, as the server does.
final class Author {
    private final Universe universe;
    private final InventoryReader inventory;
    private final SimPlatform platform;
    private final Map<String, String> versions = new TreeMap<>();
    private int version;

    Author(Simulation simulation, int components) {
        this.universe = simulation.universe();
        this.inventory =
                new InventoryReader(
                        simulation.journal(),
                        scope -> simulation.host(scope).counts(),
                        simulation::plan,
                        simulation::deployment);
        this.platform = new SimPlatform(universe, components);
    }

    /// The releases that the next request comes to; none when everything runs as it is wanted.
    List<Plan> next(boolean supersede) {
        version++;
        for (String name : platform.names()) {
            if (!versions.containsKey(name) || universe.below(4) != 3) {
                versions.put(name, "v" + version);
                platform.renew(name);
            } else {
                // Also when that changes the number of instances alone.
                platform.renew(name);
            }
        }
        var built = new TreeMap<String, PlanRequest.Source>();
        versions.forEach((name, source) ->
                built.put(name, new PlanRequest.Source(Digest.of(name + source), source)));
        Selection selection = Selection.ALL;
        if (universe.below(3) == 2) {
            String only = platform.names().get(universe.below(platform.names().size()));
            selection = new Selection(List.of(only), List.of(), List.of(), "anna", "only that");
        }
        Inventory there = inventory.read(platform.view(), supersede);
        if (universe.below(4) == 3) {
            Selection closed = selection.during(new Maintenance("", Duration.ofMinutes(1)));
            var request = new PlanRequest(platform.view(), built, there, closed, "sim");
            // Where nobody comes yet, nobody is kept out.
            if (Planner.plan(request) instanceof Planning.Planned(Submission submission)) {
                return submission.plans();
            }
        }
        var request = new PlanRequest(platform.view(), built, there, selection, "sim");
        return switch (Planner.plan(request)) {
            case Planning.Planned planned -> planned.submission().plans();
            case Planning.Refused(var problems) ->
                    throw new Violation("Planned", "refused " + problems);
        };
    }
}
