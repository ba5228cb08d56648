package dev.belay.judge;

/// The same items, each tried on what is there and on what comes. Only the items on which the two
/// differ say anything about which is better: McNemar's test, here by exact binomial probabilities
/// and so right for ten items, too.
///
/// @param items that both were tried on
/// @param broken passed before, and fail now
/// @param mended failed before, and pass now
public record Pairs(int items, int broken, int mended) {
    public Pairs {
        if (broken < 0 || mended < 0 || items < broken + mended) {
            throw new IllegalArgumentException(items + " items cannot have these differences");
        }
    }

    /// How likely at least so many of the differences are for the worse, when worse and better are
    /// equally likely.
    public double chance() {
        return Binomial.atLeast(broken, broken + mended, 0.5);
    }

    /// By how much the share of passed items fell; below zero when it rose.
    public double drop() {
        return items == 0 ? 0 : (double) (broken - mended) / items;
    }

    /// The most that the share may have fallen by among all items of this sort, of which these are
    /// a sample: true but for `error`. Half of the error goes into how often the two differ, half
    /// into how often a difference is for the worse.
    public double dropAtMost(double error) {
        if (items == 0) {
            return 1;
        }
        double differing = Binomial.upper(broken + mended, items, error / 2);
        double worse =
                broken + mended == 0 ? 1 : Binomial.upper(broken, broken + mended, error / 2);
        return differing * Math.max(0, 2 * worse - 1);
    }

    /// What that comes to.
    ///
    /// @param margin a fall of the share that is not material
    /// @param error of saying worse where nothing is, and of saying fine where it fell by more than
    ///   the margin; each
    public Outcome outcome(double margin, double error) {
        if (items == 0) {
            return Outcome.NO_DATA;
        }
        if (chance() <= error) {
            return Outcome.WORSE;
        }
        return dropAtMost(error) <= margin ? Outcome.NOT_WORSE : Outcome.INCONCLUSIVE;
    }

    /// The fewest items with which [Outcome#NOT_WORSE] can come out at all: when none differs.
    public static int fewest(double margin, double error) {
        return (int) Math.ceil(Math.log(error / 2) / Math.log1p(-margin));
    }

    /// What a comparison showed. Only one of them lets anything pass.
    public enum Outcome {
        /// It did not fall by more than the margin.
        NOT_WORSE,
        /// It fell, and not by chance.
        WORSE,
        /// There are too few items to say either.
        INCONCLUSIVE,
        /// No item was tried on both.
        NO_DATA
    }
}
