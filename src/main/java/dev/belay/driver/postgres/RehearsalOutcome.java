package dev.belay.driver.postgres;

/// What became of an attempt to rehearse.
public sealed interface RehearsalOutcome {
    /// It came to a report, whatever that says.
    record Reported(RehearsalReport report) implements RehearsalOutcome {}

    /// There was nothing to rehearse on.
    record Refused(String reason, String hint) implements RehearsalOutcome {}
}
