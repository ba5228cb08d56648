package dev.belay.bench;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;

/// What clients see of one change from a version to another, in microseconds since the epoch. Only
/// quick requests count: a slow one is answered by whoever took it.
final class Cutover {
    private final String from;
    private final String to;
    private final long decided = now();
    private final Map<String, Long> healthySince = new HashMap<>();
    private long firstNew = Long.MAX_VALUE;
    private long lastOld;
    private long lastOldAsked;

    Cutover(String from, String to) {
        this.from = from;
        this.to = to;
    }

    static long now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    /// @param answer version, instance, and since when the instance is healthy
    synchronized void answered(String answer, long askedAt) {
        String[] parts = answer.split(" ", -1);
        long now = now();
        if (parts[0].equals(to)) {
            firstNew = Math.min(firstNew, now);
            healthySince.put(parts[1], Long.parseLong(parts[2]));
        } else if (parts[0].equals(from)) {
            lastOld = now;
            lastOldAsked = Math.max(lastOldAsked, askedAt);
        }
    }

    synchronized boolean seen() {
        return firstNew != Long.MAX_VALUE;
    }

    /// From the decision until the new version answers and the old one does not any more.
    synchronized double decisionToAllMillis() {
        return (Math.max(firstNew, lastOld) - decided) / 1e3;
    }

    /// From the first answer of the new version to the last one of the old.
    synchronized double overlapMillis() {
        return Math.max(0, lastOld - firstNew) / 1e3;
    }

    /// From the first answer of the new version to the last request that still went to the old.
    synchronized double askedOverlapMillis() {
        return Math.max(0, lastOldAsked - firstNew) / 1e3;
    }

    /// From the moment when all instances were healthy to the first answer that a client got.
    synchronized double healthyToTrafficMillis() {
        long all = healthySince.values().stream().mapToLong(Long::longValue).max().orElse(firstNew);
        return (firstNew - all) / 1e3;
    }
}
