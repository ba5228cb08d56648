package dev.belay.driver;

import dev.belay.release.Work;
import java.time.Duration;

/// Compares a canary with what runs beside it.
@FunctionalInterface
public interface Judging {
    /// Whether the step may end, by all that was counted since the canary's first step began.
    ///
    /// @param since how long this step has been waiting
    /// @throws java.io.UncheckedIOException when nobody can be asked for counts just now, or what
    ///   was counted cannot be kept
    Look judged(Work.Judged work, Order order, Duration since);
}
