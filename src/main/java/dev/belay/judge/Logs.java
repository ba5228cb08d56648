package dev.belay.judge;

/// Sums of numbers that are known by their logarithms. All of this package uses [StrictMath]: it
/// gives the same bits on every machine, and so do verdicts.
final class Logs {
    private static final double[] STIRLING = {
        1.0 / 12, -1.0 / 360, 1.0 / 1_260, -1.0 / 1_680, 1.0 / 1_188, -691.0 / 360_360
    };
    private static final double HALF_LOG_TWO_PI = 0.9189385332046727;
    private static final double LARGE = 12;

    private Logs() {}

    static double sum(double a, double b) {
        double more = Math.max(a, b);
        double less = Math.min(a, b);
        if (less == Double.NEGATIVE_INFINITY) {
            return more;
        }
        return more + StrictMath.log1p(StrictMath.exp(less - more));
    }

    /// The logarithm of the mean of two.
    static double half(double a, double b) {
        return sum(a, b) - StrictMath.log(2);
    }

    /// The logarithm of the gamma function, above zero.
    static double gamma(double x) {
        double shift = 0;
        double at = x;
        while (at < LARGE) {
            shift += StrictMath.log(at);
            at++;
        }
        double series = 0;
        double power = 1 / at;
        for (double term : STIRLING) {
            series += term * power;
            power /= at * at;
        }
        return (at - 0.5) * StrictMath.log(at) - at + HALF_LOG_TWO_PI + series - shift;
    }

    static double beta(double a, double b) {
        return gamma(a) + gamma(b) - gamma(a + b);
    }
}
