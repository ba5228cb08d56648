package dev.belay.gateway;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/// The process's own counters, written by every event loop without a lock.
final class Tallies {
    private final Map<Tally, LongAdder> adders = new EnumMap<>(Tally.class);
    private final Histogram loopLag = new Histogram();

    Tallies() {
        for (Tally tally : Tally.values()) {
            adders.put(tally, new LongAdder());
        }
    }

    void count(Tally tally) {
        adder(tally).increment();
    }

    void add(Tally tally, long more) {
        adder(tally).add(more);
    }

    long of(Tally tally) {
        return adder(tally).sum();
    }

    private LongAdder adder(Tally tally) {
        return Objects.requireNonNull(adders.get(tally));
    }

    /// How much later than wanted an event loop came round: what a request waits on top.
    Histogram loopLag() {
        return loopLag;
    }
}
