package dev.belay.driver;

import dev.belay.release.Work;

/// Knows what people said of releases.
public interface Consents {
    /// Whether all is said that the environment asks for.
    Look consented(Work.Consented work, Order order);
}
