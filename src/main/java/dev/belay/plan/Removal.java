package dev.belay.plan;

import dev.belay.manifest.Strategy;
import dev.belay.problem.Nearest;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What runs and is in the manifest no more. It is never ended unasked: a manifest is easily
/// shortened by mistake, and an older one knows nothing of what came later.
final class Removal {
    private final PlanRequest request;

    Removal(PlanRequest request) {
        this.request = request;
    }

    /// Adds the end of everything that is to be removed.
    void into(Map<String, Change> changes, Map<String, String> unchanged, List<Problem> problems) {
        for (String name : request.selection().remove()) {
            Inventory.Component component = request.inventory().components().get(name);
            if (request.view().components().containsKey(name)) {
                problems.add(
                        problem(
                                "plan/still-declared",
                                name,
                                "`" + name + "` is in the manifest: a deploy would start it again",
                                "take it out of `components:`, then remove it"));
            } else if (component == null) {
                problems.add(
                        problem(
                                "plan/unknown-name",
                                name,
                                "`%s` was never deployed to `%s`"
                                        .formatted(name, request.view().environment()),
                                Nearest.hint(name, forgotten().keySet())));
            } else if (component.isEnded()) {
                unchanged.put(name, "does not run");
            } else if (component.history().isEmpty()) {
                problems.add(
                        problem(
                                "plan/nobody-brought-it",
                                name,
                                "`" + name + "` runs, and no release of this journal says as what",
                                "`belay down` ends everything that runs here"));
            } else {
                changes.put(name, end(name, component));
            }
        }
        heldPorts(changes, problems);
    }

    /// What the manifest has no more still listens until it is removed, and until that is over.
    private void heldPorts(Map<String, Change> changes, List<Problem> problems) {
        forgotten()
                .forEach((name, component) -> {
                    if (component.history().isEmpty()) {
                        return;
                    }
                    for (Traffic line : component.history().getFirst().deployment().traffic()) {
                        changes.values().stream()
                                .filter(change -> listens(change, line.port()))
                                .forEach(change ->
                                        problems.add(held(change.name(), name, line.port())));
                    }
                });
    }

    private static boolean listens(Change change, int port) {
        return change.goal().traffic().stream().anyMatch(line -> line.port() == port);
    }

    private Problem held(String wanted, String holder, int port) {
        return new Problem(
                "plan/port-in-use",
                new Place.Named("`" + wanted + "`"),
                "port %d belongs to `%s`, which runs and is not in the manifest any more"
                        .formatted(port, holder),
                "end it first, by itself: `belay deploy %s --remove %s`"
                        .formatted(request.view().environment(), holder));
    }

    /// What stays as it is though the manifest has it no more, each with what ends it.
    Map<String, String> left(Set<String> changing) {
        var left = new TreeMap<String, String>();
        for (String name : forgotten().keySet()) {
            if (!changing.contains(name)) {
                left.put(
                        name,
                        "runs, and the manifest has it no more: `belay deploy %s --remove %s` ends it"
                                .formatted(request.view().environment(), name));
            }
        }
        return left;
    }

    private Map<String, Inventory.Component> forgotten() {
        var forgotten = new TreeMap<>(request.inventory().components());
        forgotten.keySet().removeAll(new TreeSet<>(request.view().components().keySet()));
        forgotten.values().removeIf(Inventory.Component::isEnded);
        return forgotten;
    }

    /// Undone, it leads to what runs now and nowhere else.
    private Change end(String name, Inventory.Component component) {
        var now = component.history().getFirst().deployment();
        return Change.of(
                        name,
                        Scope.component(request.view().environment(), name),
                        Deployment.ended(now.revision()),
                        Strategy.BLUE_GREEN,
                        component)
                .returning();
    }

    private static Problem problem(String code, String name, String what, String hint) {
        return new Problem(code, new Place.Named("`--remove " + name + "`"), what, hint);
    }
}
