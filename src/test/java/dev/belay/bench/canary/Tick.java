package dev.belay.bench.canary;

import dev.belay.judge.Count;
import dev.belay.judge.Histogram;
import java.util.List;

/// Ten seconds of a rollout: all that a judge gets to see.
///
/// @param changed the weight changed just before
/// @param share of the canary by its weight
/// @param peers groups of the baseline that are as large as the canary
record Tick(
        int number,
        boolean changed,
        double share,
        Count canary,
        Count baseline,
        List<Count> peers,
        Histogram canaryTimes,
        Histogram baselineTimes) {
    /// As large as the canary where there is one, as whoever compares series is advised to take.
    Count peer() {
        return peers.isEmpty() ? baseline : peers.getFirst();
    }
}
