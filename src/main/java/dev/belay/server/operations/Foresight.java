package dev.belay.server.operations;

import dev.belay.driver.Foreshown;
import dev.belay.driver.Target;
import dev.belay.plan.Deployment;
import dev.belay.plan.Inventory;
import dev.belay.plan.Plan;
import dev.belay.plan.Submission;
import dev.belay.release.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Shows beside a plan what it changes where its environment lives, and what somebody else changed
/// there since. Whatever cannot be seen is said, and keeps nobody from planning.
public final class Foresight {
    private static final Duration WITHIN = Duration.ofSeconds(15);

    private final Target target;
    private final InventoryReader inventory;

    public Foresight(Target target, InventoryReader inventory) {
        this.target = target;
        this.inventory = inventory;
    }

    List<String> of(Submission submission) {
        var goals = new ArrayList<Foreshown.Goal>();
        for (Plan plan : submission.plans()) {
            plan.desired().entrySet().stream()
                    .filter(one -> !plan.isDatastore(one.getKey()))
                    .forEach(one ->
                            goals.add(goal(submission, one.getKey(), one.getValue(), false)));
        }
        for (String name : submission.unchanged().keySet()) {
            List<Inventory.Past> history =
                    inventory.history(Scope.component(submission.environment(), name));
            if (!history.isEmpty() && !history.getFirst().deployment().isEnded()) {
                goals.add(goal(submission, name, history.getFirst().deployment(), true));
            }
        }
        return goals.isEmpty()
                ? List.of()
                : target.foreshow(submission.environment(), goals, WITHIN).stream()
                        .flatMap(one -> Stream.concat(one.changes().stream(), one.notes().stream()))
                        .toList();
    }

    private static Foreshown.Goal goal(
            Submission submission, String name, Deployment deployment, boolean kept) {
        return new Foreshown.Goal(
                Scope.component(submission.environment(), name),
                deployment.revision(),
                deployment.instances(),
                deployment.traffic(),
                kept);
    }
}
