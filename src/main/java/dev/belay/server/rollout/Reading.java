package dev.belay.server.rollout;

import dev.belay.driver.Answered;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What both sides of a rollout had answered at one instant.
///
/// @param at milliseconds since the epoch
/// @param percent of the requests that the canary was to get then
record Reading(long at, int percent, Answered canary, Answered baseline) {
    /// What came in since an earlier one.
    ///
    /// @throws IllegalArgumentException when somebody began to count anew in between
    Reading since(Reading earlier) {
        return new Reading(
                at, percent, since(canary, earlier.canary), since(baseline, earlier.baseline));
    }

    /// Whether either side answered something.
    boolean isOfBoth() {
        return canary.all() > 0 && baseline.all() > 0;
    }

    /// Whether somebody began to count anew: totals of one who goes on never fall.
    boolean isAnewSince(Reading earlier) {
        return falls(earlier.canary, canary) || falls(earlier.baseline, baseline);
    }

    private static boolean falls(Answered before, Answered now) {
        return now.all() < before.all()
                || now.failed() < before.failed()
                || now.all() - before.all() < now.failed() - before.failed()
                || before.times().entrySet().stream()
                        .anyMatch(
                                one -> now.times().getOrDefault(one.getKey(), 0L) < one.getValue());
    }

    private static Answered since(Answered now, Answered before) {
        if (falls(before, now)) {
            throw new IllegalArgumentException(before + " became " + now);
        }
        SortedMap<Integer, Long> times = new TreeMap<>();
        for (Map.Entry<Integer, Long> one : now.times().entrySet()) {
            long more = one.getValue() - before.times().getOrDefault(one.getKey(), 0L);
            if (more > 0) {
                times.put(one.getKey(), more);
            }
        }
        return new Answered(now.all() - before.all(), now.failed() - before.failed(), times);
    }
}
