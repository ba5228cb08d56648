package dev.belay.judge;

/// What share of the baseline is bad, as far as earlier batches tell. A bet on the next batch may
/// know these and nothing of the next one; how good the forecast is decides how soon something is
/// found, never whether what is found is there.
final class Forecast {
    /// After so many batches one counts for half.
    private static final double HALF_LIFE = 360;

    private static final double LEAST = 1e-6;
    private static final double MOST = 0.95;
    private static final double DECAY = StrictMath.pow(0.5, 1 / HALF_LIFE);

    private double bad;
    private double all;

    Forecast(double share, double worth) {
        bad = share * worth;
        all = worth;
    }

    double share() {
        return Math.clamp(bad / all, LEAST, MOST);
    }

    void add(Count more) {
        add((double) more.bad(), (double) more.all());
    }

    void add(double moreBad, double more) {
        bad = bad * DECAY + moreBad;
        all = all * DECAY + more;
    }
}
