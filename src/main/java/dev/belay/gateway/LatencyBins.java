package dev.belay.gateway;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Durations counted in bins narrow enough to compare two revisions by: bin `b` holds those up to
/// `1.025^b` µs and above the bound before. The first takes all up to 10 µs, the last all above 100
/// s. Takes no room until something was counted. Written by every event loop without a lock.
final class LatencyBins {
    static final double RATIO = 1.025;
    private static final int FIRST = 94;
    private static final int LAST = 747;
    private static final double NANOS = 1e3;
    private static final long[] BOUNDS = bounds();

    private final AtomicReference<@Nullable AtomicLongArray> counts = new AtomicReference<>();

    private static long[] bounds() {
        var bounds = new long[LAST - FIRST];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = Math.round(StrictMath.pow(RATIO, FIRST + i) * NANOS);
        }
        return bounds;
    }

    void record(long nanos) {
        int found = Arrays.binarySearch(BOUNDS, nanos);
        room().incrementAndGet(found >= 0 ? found : -found - 1);
    }

    private AtomicLongArray room() {
        AtomicLongArray there = counts.get();
        if (there != null) {
            return there;
        }
        var made = new AtomicLongArray(BOUNDS.length + 1);
        AtomicLongArray other = counts.compareAndExchange(null, made);
        return other == null ? made : other;
    }

    /// What was counted, by bin.
    void write(ObjectNode json) {
        AtomicLongArray there = counts.get();
        for (int i = 0; there != null && i < there.length(); i++) {
            long count = there.get(i);
            if (count > 0) {
                json.put(Integer.toString(FIRST + i), count);
            }
        }
    }

    /// Adds what another wrote.
    void inherit(JsonNode others) {
        for (int bin = FIRST; bin <= LAST; bin++) {
            long count = others.path(Integer.toString(bin)).asLong();
            if (count > 0) {
                room().addAndGet(bin - FIRST, count);
            }
        }
    }
}
