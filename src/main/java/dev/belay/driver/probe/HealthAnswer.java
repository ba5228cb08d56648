package dev.belay.driver.probe;

import java.time.Duration;

/// What came of one question to one instance.
public sealed interface HealthAnswer {
    /// How long the answer took.
    Duration took();

    /// It answered as the check demands.
    record Well(Duration took) implements HealthAnswer {}

    /// It did not answer, or not so.
    ///
    /// @param reason one sentence without its full stop, fit to be shown
    record Unwell(Duration took, String reason) implements HealthAnswer {}

    /// The question could not be put, which says nothing of the instance.
    record NotAsked(Duration took, String reason) implements HealthAnswer {}
}
