package dev.belay.bench;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Counts what clients get: answers by kind of traffic, failures by kind with the first examples.
final class Tally {
    private static final int EXAMPLES_MAX = 20;

    private final Map<String, LongAdder> requests = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> failures = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> versions = new ConcurrentSkipListMap<>();
    private final LongAdder all = new LongAdder();
    private final LongAccumulator slowest = new LongAccumulator(Math::max, 0);
    private final Duration patience;
    private final List<String> examples = new ArrayList<>();
    private volatile String situation = "start";
    private volatile @Nullable Cutover cutover;

    /// @param patience a later answer is a failure
    Tally(Duration patience) {
        this.patience = patience;
    }

    /// @param next what happens from now on, for the examples
    void during(String next) {
        situation = next;
    }

    void watch(Cutover next) {
        cutover = next;
    }

    /// A good answer, which came in time or not.
    void answered(String kind, boolean quick, String answer, long askedAt) {
        count(requests, kind);
        all.increment();
        count(versions, answer.substring(0, Math.max(0, answer.indexOf(' '))));
        Cutover now = cutover;
        if (quick && now != null) {
            now.answered(answer, askedAt);
        }
        long took = Cutover.now() - askedAt;
        slowest.accumulate(took);
        if (took > patience.toMillis() * 1000) {
            note(
                    kind + ": stall over " + patience.toSeconds() + " s",
                    took / 1000 + " ms, answered " + answer,
                    askedAt);
        }
    }

    void failed(String kind, IOException failure, long askedAt) {
        count(requests, kind);
        all.increment();
        note(kind + ": " + failure.getClass().getSimpleName(), failure.getMessage(), askedAt);
    }

    private void note(String what, @Nullable String detail, long askedAt) {
        count(failures, what);
        synchronized (examples) {
            if (examples.size() < EXAMPLES_MAX) {
                examples.add(
                        "%s %s, during %s, asked %d ms ago: %s"
                                .formatted(
                                        Instant.now(),
                                        what,
                                        situation,
                                        (Cutover.now() - askedAt) / 1000,
                                        detail));
            }
        }
    }

    private static void count(Map<String, LongAdder> counts, String key) {
        counts.computeIfAbsent(key, _ -> new LongAdder()).increment();
    }

    long requests() {
        return all.sum();
    }

    long failures() {
        return failures.values().stream().mapToLong(LongAdder::sum).sum();
    }

    void print() {
        System.out.printf("requests  %,d  %s%n", requests(), new TreeMap<>(requests));
        System.out.printf("slowest   %,d ms%n", slowest.get() / 1000);
        System.out.printf("versions  %s%n", new TreeMap<>(versions));
        System.out.printf("failures  %,d  %s%n", failures(), new TreeMap<>(failures));
        synchronized (examples) {
            examples.forEach(example -> System.out.println("  " + example));
        }
    }
}
