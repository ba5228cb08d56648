package dev.belay.driver;

import dev.belay.release.Work;

/// Knows what contracts say.
public interface Promises {
    /// Whether what a release promises still keeps what was promised before it.
    Look compatible(Work.Compatible work, Order order);
}
