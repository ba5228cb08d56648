package dev.belay.server.operations;

import java.util.List;

/// The one answer to "why not now?".
///
/// @param blocked whether anything is in the way at all
/// @param release the release it is about, or `""`
/// @param step the step it is about, or 0
/// @param reason the single blocking reason, a sentence
/// @param since milliseconds since the epoch, 0 when unknown
/// @param owner who can clear it, as far as it was written down
/// @param command what to type to clear it; empty when only time helps
/// @param overrides what was left out of it or agreed to, by whom and why
/// @param others further releases of the environment that something is in the way of, by urgency
public record WhyView(
        boolean blocked,
        String release,
        int step,
        String reason,
        long since,
        String owner,
        String contact,
        String runbook,
        String command,
        List<String> overrides,
        List<String> others) {
    public WhyView {
        overrides = List.copyOf(overrides);
        others = List.copyOf(others);
    }

    WhyView with(List<String> further) {
        return new WhyView(
                blocked, release, step, reason, since, owner, contact, runbook, command, overrides,
                further);
    }

    WhyView overriding(List<String> what) {
        return new WhyView(
                blocked, release, step, reason, since, owner, contact, runbook, command, what,
                others);
    }
}
