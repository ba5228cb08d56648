package dev.belay.plan;

import dev.belay.release.Work;
import java.time.Duration;

/// The inverse of one step, decided before the step is touched.
public sealed interface Undo {
    /// There is nothing to undo.
    record Nothing(String why) implements Undo {}

    /// Apply this instead. It must be harmless when the step never happened.
    record Apply(Work.Effect effect, Duration deadline) implements Undo {}

    /// There is no way back past this step: the point of no return.
    record Impossible(String why) implements Undo {}
}
