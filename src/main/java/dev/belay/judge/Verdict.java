package dev.belay.judge;

import java.util.List;

/// What a rollout's counts come to so far. All evidence is in natural logarithms: 4.6 is 100 to 1.
///
/// @param evidence now that something is worse than tolerated, all guards together
/// @param strongest that it ever was
/// @param needed for a rollback
/// @param failedAt the batch with which it was enough, or [#NEVER]; it stays failed
/// @param batches that were judged, and the number of the last one
/// @param calibrated every guard by a measured calibration
public record Verdict(
        Outcome outcome,
        double evidence,
        double strongest,
        double needed,
        long failedAt,
        long batches,
        long last,
        boolean calibrated,
        List<Finding> findings) {
    public static final long NEVER = -1;

    public Verdict {
        findings = List.copyOf(findings);
    }

    /// As canonical JSON.
    public String text() {
        return TranscriptJson.encode(this);
    }

    /// Reads what [#text] wrote.
    ///
    /// @throws IllegalArgumentException when it is none
    public static Verdict parse(String text) {
        return TranscriptJson.decodeVerdict(text);
    }

    /// What follows. Only one of them lets a release advance.
    public enum Outcome {
        /// Nothing that is guarded is materially worse.
        PASS,
        /// Something is worse than tolerated.
        FAIL,
        /// Not enough is known either way, or requests are not split as they should be.
        INCONCLUSIVE,
        /// Of a guard nothing was measured, on one side or both.
        NO_DATA
    }

    /// What one guard says.
    ///
    /// @param harm evidence now that it is worse than tolerated
    /// @param worst that it ever was
    /// @param fine evidence that it is not materially worse
    /// @param needed of `fine`
    /// @param named whether this guard alone is enough, and may be blamed with the rule's error
    /// @param canary how much there was
    public record Finding(
            String guard,
            Outcome outcome,
            double harm,
            double worst,
            double fine,
            double needed,
            boolean named,
            double canary,
            double baseline) {}
}
