package dev.belay.judge;

import java.time.Duration;

/// How many requests a rollout may fail beyond those that fail anyway. Small weights pass with
/// loose evidence, large ones need more: what may be lost in the next step is what counts.
///
/// @param requests that may fail in one step
public record HarmBudget(double requests) {
    public HarmBudget {
        if (!(requests > 0 && requests <= Count.MOST)) {
            throw new IllegalArgumentException(requests + " requests");
        }
    }

    /// Whether a step keeps within it.
    ///
    /// @param excess of errors at most, as a share ([ExcessBound])
    /// @param weight of the canary in that step
    /// @param perSecond requests of both
    public boolean allows(double excess, double weight, double perSecond, Duration step) {
        double failed = Math.max(0, excess) * weight * perSecond * (step.toMillis() / 1e3);
        return failed <= requests;
    }
}
