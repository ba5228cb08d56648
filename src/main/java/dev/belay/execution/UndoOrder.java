package dev.belay.execution;

import dev.belay.execution.StepProgress.Status;
import dev.belay.plan.Plan;
import dev.belay.plan.Step;
import dev.belay.release.Direction;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// The order of going back: a step is undone only after everything that built on it, and within one
/// scope strictly in reverse. Computed once for a plan.
final class UndoOrder {
    private final Plan plan;
    private final List<BitSet> dependents = new ArrayList<>();

    UndoOrder(Plan plan) {
        this.plan = plan;
        int count = plan.steps().size();
        for (int i = 0; i <= count; i++) {
            dependents.add(new BitSet());
        }
        for (int number = count; number >= 1; number--) {
            for (int before : plan.step(number).after()) {
                dependents.get(before).set(number);
                dependents.get(before).or(dependents.get(number));
            }
            Step step = plan.step(number);
            for (int later = number + 1; later <= count; later++) {
                if (plan.step(later).scope().equals(step.scope())) {
                    dependents.get(number).set(later);
                    dependents.get(number).or(dependents.get(later));
                    break;
                }
            }
        }
    }

    Plan plan() {
        return plan;
    }

    /// Whether everything that builds on the step, and was intended, is undone.
    boolean mayUndo(int number, Progress progress) {
        return dependents.get(number).stream()
                .allMatch(later ->
                        !progress.intended(later)
                                || progress.step(later, Direction.UNDO).is(Status.DONE));
    }
}
