package dev.belay.driver;

import dev.belay.release.Work;

/// Knows what artifacts have shown.
public interface Proofs {
    /// Whether the rules are satisfied by what there is now.
    Look evidenced(Work.Evidenced work, Order order);
}
