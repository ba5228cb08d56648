package dev.belay.gateway;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import tools.jackson.databind.JsonNode;

/// Durations counted in log-spaced buckets, each bound √2 times the one before: 100 µs to about 100
/// s. Written by every event loop without a lock.
final class Histogram {
    private static final int BUCKETS = 41;
    private static final double FIRST_MICROS = 100;
    private static final long[] BOUNDS = bounds();

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS + 1);
    private final LongAdder sumNanos = new LongAdder();

    private static long[] bounds() {
        var bounds = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            bounds[i] = Math.round(FIRST_MICROS * Math.pow(2, i / 2.0)) * 1_000;
        }
        return bounds;
    }

    /// Upper bounds in nanoseconds, both included; a last bucket without bound follows.
    static long[] boundsNanos() {
        return BOUNDS.clone();
    }

    void record(long nanos) {
        int found = Arrays.binarySearch(BOUNDS, nanos);
        counts.incrementAndGet(found >= 0 ? found : -found - 1);
        sumNanos.add(nanos);
    }

    /// Adds another's counts; its buckets are the same.
    void inherit(JsonNode others, long nanos) {
        for (int i = 0; i < Math.min(BUCKETS + 1, others.size()); i++) {
            counts.addAndGet(i, others.path(i).asLong());
        }
        sumNanos.add(nanos);
    }

    long[] counts() {
        var copy = new long[BUCKETS + 1];
        Arrays.setAll(copy, counts::get);
        return copy;
    }

    long sumNanos() {
        return sumNanos.sum();
    }
}
