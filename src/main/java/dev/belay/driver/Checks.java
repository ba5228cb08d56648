package dev.belay.driver;

import dev.belay.release.Work;
import java.time.Duration;

/// Looks at the world without changing it. Every look is bounded by `within`.
public interface Checks {
    /// Looks once.
    ///
    /// @param since how long the step has been waiting: what a soak or a drain is measured by
    Look look(Work.Check check, Order order, Duration since);
}
