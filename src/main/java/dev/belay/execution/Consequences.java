package dev.belay.execution;

import dev.belay.journal.Append.Deployed;
import dev.belay.journal.Fact;
import dev.belay.plan.Deployment;
import dev.belay.plan.Phase;
import dev.belay.plan.Plan;
import dev.belay.release.Baseline;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the journal must know besides the facts: whether a release merely soaks, and what its
/// scopes run from now on.
final class Consequences {
    private Consequences() {}

    /// Whether, after the facts, all that is left to do is to wait for the soak.
    static boolean soaks(Plan plan, Progress progress, List<Fact> facts, ReleaseState state) {
        if (state != ReleaseState.RUNNING || progress.cancelled() || cancels(facts)) {
            return false;
        }
        return facts.stream().anyMatch(Fact.Soaking.class::isInstance)
                || soaksStill(plan, progress, facts);
    }

    /// What is to go back must get there: nobody takes over from it.
    private static boolean cancels(List<Fact> facts) {
        return facts.stream().anyMatch(Fact.CancelRequested.class::isInstance);
    }

    private static boolean soaksStill(Plan plan, Progress progress, List<Fact> facts) {
        return facts.stream().noneMatch(Fact.Outcome.class::isInstance)
                && plan.steps().stream()
                        .filter(step -> step.phase() == Phase.SOAK)
                        .anyMatch(step ->
                                progress.step(step.number(), Direction.DO)
                                        .is(StepProgress.Status.WAITING));
    }

    /// The lines of the scopes' history that these facts bring about.
    static List<Deployed> deployed(
            Plan plan, Progress progress, List<Fact> facts, PlanCodec codec) {
        var lines = new ArrayList<Deployed>();
        for (Fact fact : facts) {
            switch (fact) {
                case Fact.Soaking _ -> wanted(plan, false, codec, lines);
                case Fact.Ended(ReleaseState end, String _) when end == ReleaseState.COMPLETED ->
                        wanted(plan, soaked(plan, progress.with(facts, "", 0)), codec, lines);
                case Fact.Ended(ReleaseState end, String _) when end == ReleaseState.ROLLED_BACK ->
                        returned(plan, progress, codec, lines);
                default -> {}
            }
        }
        return lines;
    }

    /// Not so when the soak was skipped, or what was there was adopted before its end.
    private static boolean soaked(Plan plan, Progress after) {
        return plan.soaks()
                && plan.steps().stream()
                        .filter(step -> step.phase() == Phase.SOAK)
                        .allMatch(step ->
                                after.step(step.number(), Direction.DO)
                                        .is(StepProgress.Status.DONE));
    }

    private static void wanted(Plan plan, boolean soaked, PlanCodec codec, List<Deployed> lines) {
        for (Map.Entry<String, Deployment> entry : plan.desired().entrySet()) {
            Scope scope = plan.scopeOf(entry.getKey());
            Deployment fallback = plan.fallback().get(entry.getKey());
            boolean removed = entry.getValue().isEnded() && fallback != null && !fallback.isEnded();
            // What is ended proves nothing about its revision.
            lines.add(line(scope, entry.getValue(), soaked && !removed, codec));
        }
    }

    /// After a rollback the fallback runs wherever traffic had been moved.
    private static void returned(
            Plan plan, Progress progress, PlanCodec codec, List<Deployed> lines) {
        Set<String> moved = new HashSet<>();
        for (Work.Route route : progress.routes(plan)) {
            moved.add(route.component());
        }
        for (String component : plan.desired().keySet()) {
            Scope scope = plan.scopeOf(component);
            Deployment fallback = plan.fallback().get(component);
            String before = plan.baseline().getOrDefault(scope, Baseline.NOTHING).revision();
            boolean other = fallback != null && !fallback.revision().id().equals(before);
            if (!progress.deployed() && !(other && moved.contains(component))) {
                continue;
            }
            lines.add(
                    fallback == null
                            ? new Deployed(scope, "", "", true)
                            : line(scope, fallback, false, codec));
        }
    }

    private static Deployed line(
            Scope scope, Deployment deployment, boolean soaked, PlanCodec codec) {
        return new Deployed(scope, deployment.revision().id(), codec.write(deployment), soaked);
    }
}
