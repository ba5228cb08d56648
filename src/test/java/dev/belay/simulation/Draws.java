package dev.belay.simulation;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The only source of chance in a simulated run: a sequence of small integers in which 0 is always
/// the tamest choice. Recorded while it is random, so that a failing run can be repeated, and
/// shrunk by setting parts of the record to 0 as long as it still fails.
final class Draws {
    private static final int SCALE = 1 << 20;
    private final @Nullable SplittableRandom random;
    private int[] record;
    private int count;
    private final int length;

    private Draws(@Nullable SplittableRandom random, int[] record, int length) {
        this.random = random;
        this.record = record;
        this.length = length;
    }

    static Draws seeded(long seed) {
        return new Draws(new SplittableRandom(seed), new int[1024], 0);
    }

    /// Repeats a record; after its end every draw is 0.
    static Draws replaying(int[] record) {
        return new Draws(null, record, record.length);
    }

    /// From 0 to `bound - 1`.
    int below(int bound) {
        if (random == null) {
            int value = count < length ? Math.floorMod(record[count], bound) : 0;
            count++;
            return value;
        }
        return keep(random.nextInt(bound));
    }

    boolean chance(double probability) {
        if (random == null) {
            return below(2) == 1;
        }
        return keep(random.nextDouble() < probability ? 1 : 0) == 1;
    }

    /// From 0 up to 1.
    double fraction() {
        return below(SCALE) / (double) SCALE;
    }

    private int keep(int value) {
        if (count == record.length) {
            record = Arrays.copyOf(record, count * 2);
        }
        record[count] = value;
        count++;
        return value;
    }

    /// What was drawn so far.
    int[] recorded() {
        return Arrays.copyOf(record, count);
    }

    /// The tamest record that still fails in the same way.
    ///
    /// @param failure names how a record fails, or `""` when it does not
    static int[] shrink(int[] failing, Function<int[], String> failure) {
        String kind = failure.apply(failing);
        int[] best = failing;
        boolean better = true;
        while (better) {
            better = false;
            for (int block = Math.max(1, best.length / 2); block >= 1; block /= 2) {
                for (int at = 0; at < best.length; at += block) {
                    int[] tamer = best.clone();
                    Arrays.fill(tamer, at, Math.min(best.length, at + block), 0);
                    if (!Arrays.equals(tamer, best) && kind.equals(failure.apply(tamer))) {
                        best = tamer;
                        better = true;
                    }
                }
            }
        }
        int end = best.length;
        while (end > 0 && best[end - 1] == 0) {
            end--;
        }
        return Arrays.copyOf(best, end);
    }
}
