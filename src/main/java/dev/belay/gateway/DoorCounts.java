package dev.belay.gateway;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// Who waits at a component's door, and what came of those who found it shut. Used by all event
/// loops: bounds hold for the component, not for each loop.
final class DoorCounts {
    /// How a request fared.
    enum Outcome {
        /// It waited, and went on.
        RELEASED,
        /// Too many waited already.
        COUNT,
        /// No more of bodies could be kept.
        BYTES,
        /// It waited too long.
        AGE,
        /// Its client left.
        LEFT,
        /// Its body was too large, too slow or no body.
        BODY,
        /// The gateway process in which it waited had to end.
        DRAINED,
        /// It came amid maintenance.
        MAINTENANCE;

        /// As metrics and JSON name it.
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final Map<Outcome, LongAdder> outcomes = new EnumMap<>(Outcome.class);

    DoorCounts() {
        for (Outcome outcome : Outcome.values()) {
            outcomes.put(outcome, new LongAdder());
        }
    }

    /// Whether one more may wait; it is counted then, until [#leave]. Who may not was never
    /// counted, so that it is in nobody's way meanwhile.
    boolean enter(int atMost) {
        int before;
        do {
            before = waiting.get();
            if (before >= atMost) {
                return false;
            }
        } while (!waiting.compareAndSet(before, before + 1));
        return true;
    }

    void leave() {
        waiting.decrementAndGet();
    }

    /// Whether so many more bytes may be kept; they are counted then, until [#giveBack].
    boolean take(long more, long atMost) {
        long before;
        do {
            before = bytes.get();
            if (more > 0 && more > atMost - before) {
                return false;
            }
        } while (!bytes.compareAndSet(before, before + more));
        return true;
    }

    void giveBack(long taken) {
        bytes.addAndGet(-taken);
    }

    int waiting() {
        return waiting.get();
    }

    long bytes() {
        return bytes.get();
    }

    void count(Outcome outcome) {
        add(outcome, 1);
    }

    void add(Outcome outcome, long more) {
        Objects.requireNonNull(outcomes.get(outcome)).add(more);
    }

    long of(Outcome outcome) {
        return Objects.requireNonNull(outcomes.get(outcome)).sum();
    }
}
