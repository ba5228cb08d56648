package dev.belay.judge;

/// A set of pairs of probabilities that are not worse: those of the first arm and of the second
/// between which that margin lies. The set is convex, so that whoever bets on a point outside of
/// it, against the nearest point within, gains nothing on the average from any point within (the
/// reverse information projection; Turner, Ly and Grünwald, 2024).
sealed interface Margin {
    double CERTAIN = 1e-12;

    /// The second arm's probability at the nearest point.
    double nearest(double n1, double p1, double n2, double p2);

    /// The first arm's, which is as far from the second's as is allowed.
    double first(double second);

    /// Odds that are so many times those at the margin.
    double beyond(double times, double base);

    /// The logarithm of what one unit becomes that is bet on `p1` and `p2`.
    ///
    /// @param bet1 on the first, and so for the second; kept from certainty
    default double gain(double x1, double n1, double x2, double n2, double bet1, double bet2) {
        double p1 = Math.clamp(bet1, CERTAIN, 1 - CERTAIN);
        double p2 = Math.clamp(bet2, CERTAIN, 1 - CERTAIN);
        if (!(n1 > 0 && n2 > 0 && p1 > first(p2))) {
            return 0;
        }
        double q2 = nearest(n1, p1, n2, p2);
        double q1 = Math.clamp(first(q2), Double.MIN_NORMAL, 1 - 1e-15);
        return arm(x1, n1, p1, q1) + arm(x2, n2, p2, q2);
    }

    private static double arm(double x, double n, double p, double q) {
        double good = n - x;
        double gained = good > 0 ? good * StrictMath.log1p((q - p) / (1 - q)) : 0;
        return x > 0 ? gained + x * StrictMath.log(p / q) : gained;
    }

    /// The first is at most so many times the second.
    record Ratio(double most) implements Margin {
        @Override
        public double nearest(double n1, double p1, double n2, double p2) {
            double a = most * (n1 + n2);
            double b = n1 * (p1 + most) + n2 * (1 + most * p2);
            double c = n1 * p1 + n2 * p2;
            return 2 * c / (b + Math.sqrt(Math.max(0, b * b - 4 * a * c)));
        }

        @Override
        public double first(double second) {
            return most * second;
        }

        @Override
        public double beyond(double times, double base) {
            double odds = times * most * base / (1 - base);
            return odds / (1 + odds);
        }
    }

    /// The first is at most so much above the second.
    record Difference(double most) implements Margin {
        private static final int STEPS = 60;
        private static final double CLOSE = 1e-8;

        @Override
        public double nearest(double n1, double p1, double n2, double p2) {
            double low = Math.max(p2, -most);
            double high = Math.min(p1 - most, 1);
            double at = Math.clamp(rare(n1, p1, n2, p2), low, high);
            for (int i = 0; i < STEPS; i++) {
                double value = slope(n1, p1, n2, p2, at);
                if (value > 0) {
                    low = at;
                } else {
                    high = at;
                }
                double next = at - value / curve(n1, p1, n2, p2, at);
                if (!(next > low && next < high)) {
                    // Newton's step left the two: half the way.
                    next = (low + high) / 2;
                } else if (Math.abs(next - at) <= CLOSE * at) {
                    // What is wrong still is the square of that.
                    return next;
                }
                if (high - low <= 1e-15 * high) {
                    return next;
                }
                at = next;
            }
            return at;
        }

        /// Where it would be if both were rare: near enough to begin with.
        private double rare(double n1, double p1, double n2, double p2) {
            double n = n1 + n2;
            double b = n1 * (p1 - most) + n2 * (p2 - most);
            return (b + Math.sqrt(Math.max(0, b * b + 4 * n * n2 * p2 * most))) / (2 * n);
        }

        /// Of the sum of both distances, times what is above zero everywhere.
        private double slope(double n1, double p1, double n2, double p2, double q) {
            double q1 = q + most;
            return n1 * (p1 - q1) * q * (1 - q) + n2 * (p2 - q) * q1 * (1 - q1);
        }

        private double curve(double n1, double p1, double n2, double p2, double q) {
            double q1 = q + most;
            return n1 * ((p1 - q1) * (1 - 2 * q) - q * (1 - q))
                    + n2 * ((p2 - q) * (1 - 2 * q1) - q1 * (1 - q1));
        }

        @Override
        public double first(double second) {
            return second + most;
        }

        @Override
        public double beyond(double times, double base) {
            double at = Math.min(base + most, 0.95);
            double odds = times * at / (1 - at);
            return odds / (1 + odds);
        }
    }
}
