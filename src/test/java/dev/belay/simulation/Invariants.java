package dev.belay.simulation;

import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.execution.Progress;
import dev.belay.execution.StepProgress.Status;
import dev.belay.journal.Entry;
import dev.belay.journal.Fact;
import dev.belay.journal.ReleaseRow;
import dev.belay.plan.Deployment;
import dev.belay.plan.Plan;
import dev.belay.plan.Step;
import dev.belay.plan.Undo;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What must never happen, judged at every committed line and every effect. Deliberately written
/// without the engine's own decisions, so that it cannot share their mistakes.
final class Invariants implements SimJournal.Observer {
    private final Simulation simulation;
    private final Map<Scope, String> owners = new HashMap<>();
    private final Map<Scope, Long> tokens = new HashMap<>();
    private final Map<String, Progress> folds = new HashMap<>();
    private final Map<String, String> plans = new HashMap<>();
    private final Set<String> granted = new HashSet<>();
    private final Set<String> tampered = new HashSet<>();
    private int endedCount;
    private boolean observing;

    Invariants(Simulation simulation) {
        this.simulation = simulation;
    }

    int submitted() {
        return folds.size();
    }

    int ended() {
        return endedCount;
    }

    /// A person closed it against the evidence; its end proves nothing.
    void excuse(String release) {
        tampered.add(release);
    }

    @Override
    public void committed(ReleaseRow before, ReleaseRow after, List<Entry> entries) {
        observing = true;
        require(!before.state().ended(), "NoWriteAfterEnd", after.id());
        require(
                after.plan().equals(plans.computeIfAbsent(after.id(), _ -> after.plan())),
                "FrozenPlan",
                after.id());
        oneActive(after);
        Plan plan = simulation.plan(after.plan());
        for (Entry entry : entries) {
            Progress then = folds.getOrDefault(after.id(), Progress.blank(plan.steps().size()));
            require(entry.seq() == then.version() + 1, "DenseJournal", after.id());
            staleWriter(entry, after);
            judge(plan, then, entry);
            folds.put(after.id(), then.after(List.of(entry)));
        }
        Progress now = folds.getOrDefault(after.id(), Progress.blank(plan.steps().size()));
        require(
                now.state() == after.state(),
                "ProjectionIsFold",
                after.id() + " " + now.state() + " is not " + after.state());
        monotone(before.state(), after);
        if (after.state().ended()) {
            ended(plan, now, after);
        }
    }

    private void oneActive(ReleaseRow row) {
        for (Scope scope : row.scopes()) {
            if (row.state().active()) {
                String owner = owners.putIfAbsent(scope, row.id());
                require(
                        owner == null || owner.equals(row.id()),
                        "OneActive",
                        row.id() + " and " + owner);
            } else {
                owners.remove(scope, row.id());
            }
        }
    }

    private void staleWriter(Entry entry, ReleaseRow row) {
        require(
                entry.fence() == 0 || entry.fence() == row.fence(),
                "StaleNoWrite",
                row.id() + " by fence " + entry.fence());
    }

    private static void monotone(ReleaseState before, ReleaseRow after) {
        boolean turned = before == ReleaseState.ROLLING_BACK;
        require(!turned || after.state() != ReleaseState.RUNNING, "MonotoneDirection", after.id());
    }

    private void judge(Plan plan, Progress then, Entry entry) {
        switch (entry.fact()) {
            case Fact.Intent f -> {
                token(f.scope(), f.token(), entry.release());
                require(!then.step(f.step(), f.direction()).is(Status.OPEN), "OneIntent", f + "");
                intent(plan, then, f);
            }
            case Fact.Reattempt f -> {
                token(f.scope(), f.token(), entry.release());
                require(
                        then.step(f.step(), f.direction()).is(Status.OPEN),
                        "OutcomeMatches",
                        f + "");
            }
            case Fact.Outcome f -> outcome(plan, then, f);
            default -> {}
        }
    }

    private void token(Scope scope, long token, String release) {
        long last = tokens.getOrDefault(scope, 0L);
        require(token > last, "TokenMonotone", token + " after " + last + " on " + scope);
        tokens.put(scope, token);
        granted.add(scope + "/" + token + "/" + release);
    }

    private void intent(Plan plan, Progress then, Fact.Intent intent) {
        Step step = plan.step(intent.step());
        require(step.work() instanceof Work.Effect, "IntentOfEffect", step.title());
        if (intent.direction() == Direction.DO) {
            require(
                    then.state() == ReleaseState.RUNNING,
                    "PauseHolds",
                    intent + " " + then.state());
            require(!then.cancelled(), "CancelWins", intent + "");
            for (int before : step.after()) {
                require(
                        then.step(before, Direction.DO).is(Status.DONE),
                        "NoSkip",
                        step.title() + " before " + before);
            }
        } else {
            require(then.state() == ReleaseState.ROLLING_BACK, "UndoOnlyBack", intent + "");
            require(then.intended(intent.step()), "UndoWhatWasIntended", step.title());
        }
    }

    private static void outcome(Plan plan, Progress then, Fact.Outcome outcome) {
        Step step = plan.step(outcome.step());
        boolean effect =
                outcome.direction() == Direction.DO
                        ? step.work() instanceof Work.Effect
                        : step.undo() instanceof Undo.Apply;
        require(
                !effect || then.step(outcome.step(), outcome.direction()).is(Status.OPEN),
                "OutcomeMatches",
                outcome + "");
        require(
                !then.step(outcome.step(), outcome.direction()).is(Status.DONE),
                "DoneOnce",
                outcome + "");
    }

    /// No effect reaches the world without a committed intent that carries its token.
    void beforeEffect(Order order) {
        if (observing && simulation.design().has(Design.Part.TOKEN_PER_OPERATION)) {
            require(
                    granted.contains(order.scope() + "/" + order.token() + "/" + order.release()),
                    "IntentFirst",
                    order + "");
        }
    }

    private void ended(Plan plan, Progress now, ReleaseRow row) {
        endedCount++;
        require(
                !now.hasOpenIntent() || row.state() == ReleaseState.WRITTEN_OFF,
                "NothingOpen",
                row.id());
        require(row.state() != ReleaseState.COMPLETED || !now.cancelled(), "CancelWins", row.id());
        if (tampered.contains(row.id())) {
            return;
        }
        if (row.state() == ReleaseState.COMPLETED && !now.reason().startsWith("unsoaked")) {
            plan.desired().forEach((name, goal) -> truthful(desired(name, goal), row));
            lastWords(plan).values().forEach(last -> truthful(last, row));
            schemas(plan, now, row, true);
        }
        nobodyKeptOut(plan, row);
        if (row.state() == ReleaseState.ROLLED_BACK) {
            schemas(plan, now, row, false);
            for (Work.Check check : plan.before()) {
                if (check instanceof Work.Settled settled && touched(settled, plan, now)) {
                    truthful(asFarAsMoved(settled, plan, now), row);
                }
            }
            for (Step step : plan.steps()) {
                require(
                        !now.intended(step.number())
                                || now.step(step.number(), Direction.UNDO).is(Status.DONE),
                        "NothingLost",
                        row.id() + " left " + step.title());
            }
        }
    }

    /// Users come in again, whichever way a release ends.
    private void nobodyKeptOut(Plan plan, ReleaseRow row) {
        for (Step step : plan.steps()) {
            if (step.work() instanceof Work.Shut && row.state() != ReleaseState.WRITTEN_OFF) {
                require(
                        !simulation.shutBy(step.scope()).equals(row.id()),
                        "NobodyKeptOut",
                        row.id() + " " + row.state() + ": " + step.title());
            }
        }
    }

    /// What a command changed stays with a release that completed, and with no other.
    private void schemas(Plan plan, Progress now, ReleaseRow row, boolean changed) {
        for (Step step : plan.steps()) {
            if (step.work() instanceof Work.MigrateByCommand && now.intended(step.number())) {
                require(
                        simulation.host(step.scope()).happened(row.id() + "/" + step.number())
                                == changed,
                        "SchemaAsPromised",
                        row.id() + " " + row.state() + ": " + step.title());
            }
        }
    }

    private static Work.Settled desired(String component, Deployment goal) {
        var instances = Map.of(goal.revision().id(), goal.instances());
        return new Work.Settled(component, instances, goal.traffic());
    }

    /// What the plan itself looks at last, of each component.
    private static Map<String, Work.Settled> lastWords(Plan plan) {
        var last = new TreeMap<String, Work.Settled>();
        for (Step step : plan.steps()) {
            if (step.work() instanceof Work.Settled settled) {
                last.put(settled.component(), settled);
            }
        }
        return last;
    }

    /// A component none of whose effects was ever intended stands as it stood.
    private static boolean touched(Work.Settled settled, Plan plan, Progress now) {
        return plan.steps().stream()
                .filter(step -> now.intended(step.number()))
                .anyMatch(step -> step.scope().name().equals(settled.component()));
    }

    private static Work.Settled asFarAsMoved(Work.Settled settled, Plan plan, Progress now) {
        boolean moved =
                plan.steps().stream()
                        .filter(step -> now.intended(step.number()))
                        .anyMatch(step ->
                                moves(step.work(), settled.component())
                                        || (step.undo() instanceof Undo.Apply(var effect, var _)
                                                && moves(effect, settled.component())));
        return moved
                ? settled
                : new Work.Settled(settled.component(), settled.instances(), List.of());
    }

    private static boolean moves(Work work, String component) {
        return work instanceof Work.Route route && route.component().equals(component);
    }

    private void truthful(Work.Settled settled, ReleaseRow row) {
        Scope scope = Scope.component(row.environment(), settled.component());
        require(
                simulation.host(scope).settled(settled) instanceof Look.Done,
                "TruthfulEnd",
                row.id()
                        + " "
                        + row.state()
                        + " but "
                        + simulation.host(scope).counts()
                        + " "
                        + simulation.host(scope).traffic()
                        + " is not "
                        + settled);
    }

    private static void require(boolean holds, String invariant, String what) {
        if (!holds) {
            throw new Violation(invariant, what);
        }
    }
}
