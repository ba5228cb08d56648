package dev.belay.driver.prometheus;

import dev.belay.driver.Answered;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What one side of a rollout answered, reading after reading.
final class Tally {
    private static final List<Part> TIMES = List.of(Part.TIMED, Part.FAST);

    private final String revision;
    private final int bound;
    private final Map<Part, Gains> parts = new EnumMap<>(Part.class);
    private boolean begun;
    private String remark = "";

    /// @param revision for people
    /// @param bound the bin from which on an answer is slow; what is not is counted in it
    Tally(String revision, int bound) {
        this.revision = revision;
        this.bound = bound;
        for (Part part : Part.values()) {
            parts.put(part, new Gains());
        }
    }

    private Gains of(Part part) {
        return parts.getOrDefault(part, new Gains());
    }

    private static Map<String, Long> of(Map<Part, Map<String, Long>> now, Part part) {
        return now.getOrDefault(part, Map.of());
    }

    /// Takes in a reading, and says whether it goes on from the one before.
    boolean take(Map<Part, Map<String, Long>> now) {
        remark = "";
        boolean goesOn = begun && counts(now);
        if (!goesOn) {
            parts.forEach((part, gains) -> gains.begin(of(now, part)));
        }
        begun = true;
        if (remark.isEmpty() && of(now, Part.REQUESTS).isEmpty()) {
            remark = "it knows no `requests` of `%s`".formatted(revision);
        }
        return goesOn;
    }

    private boolean counts(Map<Part, Map<String, Long>> now) {
        Map<String, Long> requests = of(now, Part.REQUESTS);
        Map<String, Long> errors = of(now, Part.ERRORS);
        boolean known = of(Part.REQUESTS).isPresent();
        if (of(Part.REQUESTS).breaks(requests, false) || of(Part.ERRORS).breaks(errors, known)) {
            return false;
        }
        if (of(Part.ERRORS).more(errors) > of(Part.REQUESTS).more(requests)) {
            remark = "more `errors` than `requests` came in of `%s`".formatted(revision);
            return false;
        }
        of(Part.REQUESTS).add(requests);
        of(Part.ERRORS).add(errors);
        times(now);
        return true;
    }

    /// What is not whole of them is left for the next reading, errors are not.
    private void times(Map<Part, Map<String, Long>> now) {
        Map<String, Long> timed = of(now, Part.TIMED);
        Map<String, Long> fast = of(now, Part.FAST);
        boolean whole = timed.keySet().equals(fast.keySet());
        if (!whole || of(Part.FAST).more(fast) > of(Part.TIMED).more(timed)) {
            remark = "the buckets of `latency` of `%s` are not whole".formatted(revision);
        } else if (TIMES.stream().anyMatch(part -> of(part).breaks(of(now, part), false))) {
            TIMES.forEach(part -> of(part).begin(of(now, part)));
        } else {
            TIMES.forEach(part -> of(part).add(of(now, part)));
        }
    }

    Answered answered() {
        SortedMap<Integer, Long> times = new TreeMap<>();
        long fast = of(Part.FAST).total();
        long slow = of(Part.TIMED).total() - fast;
        if (fast > 0) {
            times.put(bound, fast);
        }
        if (slow > 0) {
            times.put(bound + 1, slow);
        }
        return new Answered(of(Part.REQUESTS).total(), of(Part.ERRORS).total(), times);
    }

    /// What is strange about the last reading; empty for nothing.
    String remark() {
        return remark;
    }
}
