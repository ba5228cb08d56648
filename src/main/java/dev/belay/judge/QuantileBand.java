package dev.belay.judge;

/// Where a quantile of one arm's times is.
public final class QuantileBand {
    private static final double WORTH = 100;

    private QuantileBand() {}

    /// Looks for it among all times.
    ///
    /// @param all times since the start
    /// @param gamma the ratio of bins
    /// @param quantile such as 0.99
    public static Band of(Histogram all, double gamma, double quantile, double error) {
        if (!(quantile > 0 && quantile < 1 && error > 0 && error < 1)) {
            throw new IllegalArgumentException(quantile + " with " + error);
        }
        double needed = -StrictMath.log(error / 2);
        double low = 0;
        double high = Double.POSITIVE_INFINITY;
        double n = all.total();
        double upTo = 0;
        for (int i = 0; i < all.size(); i++) {
            upTo += all.countAt(i);
            boolean ruledOut = evidence(upTo, n, quantile) >= needed;
            if (ruledOut && upTo < quantile * n) {
                low = StrictMath.pow(gamma, all.binAt(i));
            } else if (ruledOut) {
                high = StrictMath.pow(gamma, all.binAt(i));
                break;
            }
        }
        return new Band(low, high);
    }

    /// That another share than that is below.
    private static double evidence(double below, double n, double share) {
        double a = WORTH * share;
        double b = WORTH * (1 - share);
        return Logs.beta(a + below, b + n - below)
                - Logs.beta(a, b)
                - below * StrictMath.log(share)
                - (n - below) * StrictMath.log1p(-share);
    }
}
