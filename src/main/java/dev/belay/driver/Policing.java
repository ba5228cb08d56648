package dev.belay.driver;

import dev.belay.release.Work;

/// Knows what releases are held to when they begin.
@FunctionalInterface
public interface Policing {
    /// Whether the release breaks no rule, by what the manifest says now.
    Look policed(Work.Policed work, Order order);
}
