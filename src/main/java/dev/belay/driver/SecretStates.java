package dev.belay.driver;

import dev.belay.release.Work;

/// Knows how the values of variables stand, and tells none of them.
public interface SecretStates {
    /// Whether all are there, are their environment's own, and are young enough.
    Look current(Work.SecretsCurrent work, Order order);
}
