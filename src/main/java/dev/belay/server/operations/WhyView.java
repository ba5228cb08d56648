package dev.belay.server.operations;

/// The one answer to "why not now?".
///
/// @param blocked whether anything is in the way at all
/// @param release the release it is about, or `""`
/// @param step the step it is about, or 0
/// @param reason the single blocking reason, a sentence
/// @param since milliseconds since the epoch, 0 when unknown
/// @param owner who can clear it, as far as it was written down
/// @param command what to type to clear it; empty when only time helps
public record WhyView(
        boolean blocked,
        String release,
        int step,
        String reason,
        long since,
        String owner,
        String contact,
        String runbook,
        String command) {}
