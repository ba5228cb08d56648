package dev.belay.plan;

import dev.belay.problem.Problem;
import java.util.List;

/// What came of planning.
public sealed interface Planning {
    /// A course for every release of it; none when there is nothing to do.
    record Planned(Submission submission) implements Planning {}

    /// Why there is no plan; never empty, everything that is wrong at once.
    record Refused(List<Problem> problems) implements Planning {
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
