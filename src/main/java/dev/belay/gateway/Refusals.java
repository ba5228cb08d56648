package dev.belay.gateway;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// How often something was refused to protect everything else, by why.
final class Refusals {
    /// Each says which limit was met.
    enum Why {
        CONNECTIONS,
        CLIENT_CONNECTIONS,
        CLIENT_REQUESTS,
        BODY_SIZE,
        BODY_PACE,
        ANSWER_PACE,
        HTTP2_FRAMES,
        RUNNING,
        LATE,
        MEMORY;

        /// As metrics name it.
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Map<Why, LongAdder> counts = new EnumMap<>(Why.class);

    Refusals() {
        for (Why why : Why.values()) {
            counts.put(why, new LongAdder());
        }
    }

    void count(Why why) {
        adder(why).increment();
    }

    void add(Why why, long more) {
        adder(why).add(more);
    }

    long of(Why why) {
        return adder(why).sum();
    }

    private LongAdder adder(Why why) {
        LongAdder adder = counts.get(why);
        if (adder == null) {
            throw new IllegalStateException("a reason without a count");
        }
        return adder;
    }
}
