package dev.belay.judge;

/// Chances that a replay draws again: Steele, Lea and Flood's SplitMix64, written out so that no
/// other Java draws anything else.
final class Draws {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /// Beyond that, chance changes a count by less than a thousandth.
    private static final long MANY = 1L << 22;

    private long state;

    Draws(long seed, long place) {
        state = seed + place * 0xD1342543DE82EF95L;
    }

    long next() {
        state += GOLDEN;
        long mixed = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /// One of 0 to `bound` - 1.
    int below(int bound) {
        return (int) Math.unsignedMultiplyHigh(next(), bound);
    }

    /// How many of `count` stay, each with that probability: each draws a number below one bit by
    /// bit until it differs from the probability, 64 at a time.
    long kept(long count, double probability) {
        if (probability >= 1) {
            return count;
        }
        if (count > MANY) {
            return (long) (count * probability);
        }
        long kept = 0;
        long undecided = count;
        double rest = probability;
        while (undecided > 0 && rest > 0) {
            rest *= 2;
            long ones = ones(undecided);
            if (rest >= 1) {
                rest -= 1;
                kept += undecided - ones;
                undecided = ones;
            } else {
                undecided -= ones;
            }
        }
        return kept;
    }

    private long ones(long bits) {
        long ones = 0;
        for (long left = bits; left > 0; left -= Long.SIZE) {
            long word = next();
            ones += Long.bitCount(left >= Long.SIZE ? word : word & ((1L << left) - 1));
        }
        return ones;
    }
}
