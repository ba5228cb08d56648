package dev.belay.gateway;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether an event loop has more than it can do. New requests are refused then, and what runs goes
/// on: a request that is refused costs little and may be sent elsewhere, one that is cut was in
/// vain. With few requests under way none is refused: they would not be why the loop is late, and
/// to refuse them would mend nothing.
final class Overload {
    /// How often the loop is asked to look.
    static final Duration TICK = Duration.ofMillis(50);

    private static final Logger LOG = LoggerFactory.getLogger(Overload.class);

    /// A single pause, of the collector or of the whole machine, does not last.
    private static final int CAP = 4;

    private static final long CALM = Duration.ofSeconds(1).toNanos();
    private static final double WEIGHT = 0.25;
    private static final double PERCENT = 100;

    private final Limits.Load limits;
    private final LongSupplier memory;
    private final long memoryMax;
    private int running;
    private double lateness;

    private boolean full;
    private long refused;
    private long refusedAtStart;
    private boolean shedding;
    private long refusedBefore;
    private long calmSince;

    /// @param memory bytes outside the heap that are in use, of `memoryMax`
    Overload(Limits.Load limits, LongSupplier memory, long memoryMax) {
        this.limits = limits;
        this.memory = memory;
        this.memoryMax = memoryMax;
    }

    void began() {
        running++;
    }

    void ended() {
        running--;
    }

    /// Why a request must not begin now; null when it may.
    Refusals.@Nullable Why why() {
        Refusals.Why why = reason();
        if (why != null) {
            refused++;
        }
        return why;
    }

    private Refusals.@Nullable Why reason() {
        if (running >= limits.running()) {
            return Refusals.Why.RUNNING;
        }
        if (running < limits.floor()) {
            return null;
        }
        if (full) {
            return Refusals.Why.MEMORY;
        }
        return lateness > limits.late().toNanos() ? Refusals.Why.LATE : null;
    }

    /// Every [#TICK].
    ///
    /// @param late by how many nanoseconds the loop missed it
    void tick(long now, long late) {
        long sample = Math.clamp(late, 0, CAP * limits.late().toNanos());
        lateness += WEIGHT * (sample - lateness);
        full = memory.getAsLong() > memoryMax / PERCENT * limits.memoryPercent();
        say(now);
    }

    /// One line when it begins and one when it is over, however often it happens in between.
    private void say(long now) {
        if (refused != refusedBefore) {
            calmSince = now;
            if (!shedding) {
                shedding = true;
                refusedAtStart = refusedBefore;
                LOG.warn("overload: new requests are refused ({})", state());
            }
        } else if (shedding && now - calmSince >= CALM) {
            shedding = false;
            LOG.info("the overload is over: {} requests were refused", refused - refusedAtStart);
        }
        refusedBefore = refused;
    }

    private String state() {
        long millis = Duration.ofNanos((long) lateness).toMillis();
        return running + " under way, " + millis + " ms late, " + memory.getAsLong() + " bytes";
    }

    /// Whether requests were refused within the last second.
    boolean shedding() {
        return shedding;
    }
}
