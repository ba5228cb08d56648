package dev.belay.driver.prometheus;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// What the series of one part came to since the first reading. A counter that falls began anew;
/// one that is gone for a while is remembered. Where some go and others come it may be the same
/// ones under other names: what is in these is not counted again.
final class Gains {
    private final Map<String, Long> last = new HashMap<>();
    private final Set<String> forgotten = new HashSet<>();
    private Set<String> present = Set.of();
    private long total;

    /// Whether it cannot be known what was counted between the last reading and this one.
    ///
    /// @param lazy whether the first series may come late, as of errors with the first error
    boolean breaks(Map<String, Long> now, boolean lazy) {
        boolean comes = !last.keySet().containsAll(now.keySet());
        boolean goes = !now.keySet().containsAll(present);
        return (comes && (goes || (present.isEmpty() && !lazy)))
                || now.keySet().stream().anyMatch(forgotten::contains);
    }

    /// Goes on from here without what came in since the last reading.
    void begin(Map<String, Long> now) {
        forgotten.addAll(last.keySet());
        forgotten.removeAll(now.keySet());
        last.clear();
        last.putAll(now);
        present = new HashSet<>(now.keySet());
    }

    /// Adds that.
    void add(Map<String, Long> now) {
        total += more(now);
        last.putAll(now);
        present = new HashSet<>(now.keySet());
    }

    /// What came in since the last reading; a series that is new began at zero.
    long more(Map<String, Long> now) {
        long sum = 0;
        for (var one : now.entrySet()) {
            long before = last.getOrDefault(one.getKey(), 0L);
            sum += one.getValue() < before ? one.getValue() : one.getValue() - before;
        }
        return sum;
    }

    long total() {
        return total;
    }

    boolean isPresent() {
        return !present.isEmpty();
    }
}
