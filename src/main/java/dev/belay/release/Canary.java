package dev.belay.release;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a new revision gets its requests little by little, and what it is judged by meanwhile.
///
/// @param steps its part of the requests in percent, growing, below 100
/// @param least how long each step lasts at the least
/// @param most how long a step waits for proof at the most; then the release falls
/// @param proven whether a step ends only when it is proven that the revision is not worse; else
///   its time alone ends it, as long as nothing speaks against the revision
/// @param errors by how many percent more of its requests may fail than of the others
/// @param slower by how many percent its answers may take longer
/// @param prometheus who counts where the router does not; null for nobody
public record Canary(
        List<Integer> steps,
        Duration least,
        Duration most,
        boolean proven,
        int errors,
        int slower,
        @Nullable Prometheus prometheus) {
    /// A hundredth, a tenth, a half; each until it is proven.
    public static final Canary USUAL =
            new Canary(List.of(1, 10, 50), Duration.ofMinutes(5), Duration.ofHours(2), true, 25, 5);

    private static final int ALL = 100;

    /// Beyond that nothing is compared any more.
    public static final int MOST_WORSE = 1_000;

    public Canary {
        steps = List.copyOf(steps);
        int before = 0;
        for (int step : steps) {
            if (step <= before || step >= ALL) {
                throw new IllegalArgumentException("steps of " + steps + " %");
            }
            before = step;
        }
        if (steps.isEmpty() || least.isNegative() || most.compareTo(least) < 0) {
            throw new IllegalArgumentException(steps + ", " + least + " to " + most);
        }
        if (errors < 0 || slower < 1 || errors > MOST_WORSE || slower > MOST_WORSE) {
            throw new IllegalArgumentException(errors + " % and " + slower + " %");
        }
    }

    /// Counted by the router, or by nobody.
    public Canary(
            List<Integer> steps,
            Duration least,
            Duration most,
            boolean proven,
            int errors,
            int slower) {
        this(steps, least, most, proven, errors, slower, null);
    }

    /// The same, counted by that.
    public Canary countedBy(@Nullable Prometheus source) {
        return new Canary(steps, least, most, proven, errors, slower, source);
    }
}
