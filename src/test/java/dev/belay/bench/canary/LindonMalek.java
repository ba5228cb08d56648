package dev.belay.bench.canary;

/// Lindon and Malek's test of counts (2022): by how much better any other split of all failures
/// explains them than that of the requests, by a beta prior that is worth 100. Everything so far is
/// pooled.
final class LindonMalek implements Subject {
    private static final double WORTH = 100;
    private static final double ENOUGH = Math.log(100);

    private double n1;
    private double x1;
    private double n2;
    private double x2;
    private boolean failed;

    @Override
    public boolean add(Tick tick) {
        n1 += tick.canary().all();
        x1 += tick.canary().bad();
        n2 += tick.baseline().all();
        x2 += tick.baseline().bad();
        if (n1 > 0 && n2 > 0 && x1 * n2 > x2 * n1) {
            double share = n1 / (n1 + n2);
            double a = WORTH * share;
            double b = WORTH - a;
            double factor =
                    beta(a + x1, b + x2)
                            - beta(a, b)
                            - x1 * Math.log(share)
                            - x2 * Math.log(1 - share);
            failed |= factor >= ENOUGH;
        }
        return failed;
    }

    private static double beta(double a, double b) {
        return logGamma(a) + logGamma(b) - logGamma(a + b);
    }

    /// Nemes's approximation, moved to where it is good to ten digits.
    private static double logGamma(double x) {
        double moved = 0;
        double z = x;
        for (; z < 30; z++) {
            moved += Math.log(z);
        }
        double inner = z + 1 / (12 * z - 0.1 / z);
        return 0.5 * Math.log(2 * Math.PI / z) + z * (Math.log(inner) - 1) - moved;
    }
}
