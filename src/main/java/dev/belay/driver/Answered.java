package dev.belay.driver;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// How many requests a revision has answered since somebody counts.
///
/// @param all that got an answer
/// @param failed of those, by an error of the server
/// @param times how long it took until the answers began, by bin: bin `b` has those above
///   `1.025^(b-1)` µs and up to `1.025^b` µs
public record Answered(long all, long failed, SortedMap<Integer, Long> times) {
    /// The ratio of neighbouring bins' bounds.
    public static final double RATIO = 1.025;

    public static final Answered NONE = new Answered(0, 0, new TreeMap<>());

    public Answered {
        times = Collections.unmodifiableSortedMap(new TreeMap<>(times));
    }

    /// The bin of a time.
    ///
    /// @param micros above zero
    public static int bin(double micros) {
        return (int) Math.ceil(StrictMath.log(micros) / StrictMath.log(RATIO) - 1e-9);
    }

    /// Both together.
    public Answered plus(Answered other) {
        var sum = new TreeMap<>(times);
        other.times.forEach((bin, count) -> sum.merge(bin, count, Long::sum));
        return new Answered(all + other.all, failed + other.failed, sum);
    }
}
