package dev.belay.server.operations;

import dev.belay.driver.Checks;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.plan.Beside;
import dev.belay.plan.Deployment;
import dev.belay.plan.Plan;
import dev.belay.plan.Step;
import dev.belay.plan.Submission;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a plan would run into if it were carried out now. No part of the plan: whoever holds a port
/// at this moment makes it no other plan, and no other digest.
public final class Obstacles {
    private static final Duration WITHIN = Duration.ofSeconds(2);

    private final Checks checks;
    private final Calendar calendar;
    private final Foresight foresight;

    public Obstacles(Checks checks, Calendar calendar, Foresight foresight) {
        this.checks = checks;
        this.calendar = calendar;
        this.foresight = foresight;
    }

    /// All that looking at the world tells beside a plan.
    public Beside beside(Submission submission) {
        return new Beside(of(submission), foresight.of(submission));
    }

    private void secrets(Plan plan, List<String> obstacles) {
        for (Step step : plan.steps()) {
            if (step.work() instanceof Work.SecretsCurrent work) {
                var order = new Order(step.scope(), 0, "", 0, WITHIN);
                if (checks.look(work, order, Duration.ZERO)
                        instanceof Look.Failed(String reason, String hint, String _)) {
                    obstacles.add("%s; until then a deploy is refused: %s".formatted(reason, hint));
                }
            }
        }
    }

    /// A sentence for what keeps it from beginning, and for each port that somebody else has.
    private List<String> of(Submission submission) {
        var obstacles = new ArrayList<>(calendar.obstacles(submission));
        for (Plan plan : submission.plans()) {
            secrets(plan, obstacles);
            for (Map.Entry<String, Deployment> goal : plan.desired().entrySet()) {
                Scope scope = Scope.component(plan.environment(), goal.getKey());
                for (Traffic line : goal.getValue().traffic()) {
                    var work = new Work.Preflight(Set.of(), Map.of(), line.ports(), Set.of());
                    var order = new Order(scope, 0, "", 0, WITHIN);
                    if (checks.look(work, order, Duration.ZERO)
                            instanceof Look.Failed(String reason, String hint, String _)) {
                        obstacles.add("`%s`: %s: %s".formatted(goal.getKey(), reason, hint));
                    }
                }
            }
        }
        return obstacles;
    }
}
