package dev.belay.execution;

import dev.belay.plan.Deployment;
import dev.belay.plan.Plan;

/// Between plans as values and plans as the journal keeps them, which is text.
public interface PlanCodec {
    /// Reads a plan as the planner wrote it.
    ///
    /// @throws RuntimeException when this version cannot read it
    Plan read(String plan);

    String write(Deployment deployment);
}
