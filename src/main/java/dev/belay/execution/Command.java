package dev.belay.execution;

import dev.belay.journal.Fact;
import dev.belay.release.Appointment;

/// What a person may ask of a release.
public sealed interface Command {
    /// For the record: why.
    String reason();

    record Pause(String reason) implements Command {}

    record Resume(String reason) implements Command {}

    record Cancel(Fact.Cancel mode, String reason) implements Command {}

    /// It is to begin at another time.
    record Schedule(Appointment when, String reason) implements Command {}

    /// Somebody consents to exactly this plan.
    record Approve(String planDigest, String reason) implements Command {}

    /// Somebody does not want it to go on.
    record Objection(String reason) implements Command {}

    /// Somebody confirms a point of the checklist.
    ///
    /// @param point its text, or its number from 1
    record CheckOff(String point, String reason) implements Command {}

    /// About a held release.
    ///
    /// @param step the step in doubt, or 0 where the decision needs none
    record Decide(Fact.Decision decision, int step, String reason) implements Command {}
}
