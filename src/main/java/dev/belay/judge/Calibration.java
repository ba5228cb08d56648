package dev.belay.judge;

/// How far the requests of one service are from being independent of each other, measured by
/// comparing it with itself ([History]).
///
/// @param measured or else the default for those that never were
/// @param dispersion how many times the variance of counts is that of independent requests
/// @param correlation over how many batches what happens hangs together
/// @param block batches that are compared as one by [BlockRank]: long enough that blocks are
///   independent of each other
/// @param history batches that this was measured with
public record Calibration(
        boolean measured, double dispersion, double correlation, int block, long history) {
    /// Of whom nothing is known yet: a stated guess, and every verdict says so.
    public static final Calibration DEFAULT = new Calibration(false, 5, 6, 30, 0);

    /// Of requests that are known to be independent.
    public static final Calibration INDEPENDENT = new Calibration(true, 1, 1, 1, 0);

    private static final double NOT_WORTH_IT = 1.25;

    /// By that much evidence is weakened beyond the measured dispersion, which is itself uncertain.
    private static final double CAUTION = 1.5;

    static final int LONGEST_BLOCK = 4_096;

    public Calibration {
        if (!(dispersion >= 0 && dispersion <= 1e12)
                || !(correlation >= 0 && correlation <= 1e12)) {
            throw new IllegalArgumentException(dispersion + " and " + correlation);
        }
        if (block < 1 || block > LONGEST_BLOCK || history < 0) {
            throw new IllegalArgumentException("blocks of " + block + " from " + history);
        }
    }

    /// The power that evidence is raised to, at most 1.
    public double temper() {
        return dispersion < NOT_WORTH_IT ? 1 : 1 / (CAUTION * dispersion);
    }
}
