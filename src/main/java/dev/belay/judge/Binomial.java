package dev.belay.judge;

/// Exact probabilities of counts. Sums run over logarithms, so that ten thousand trials are no
/// different from ten.
final class Binomial {
    /// Halvings after which a bound does not move any more.
    private static final int HALVINGS = 60;

    private Binomial() {}

    /// That at least so many of `trials` succeed, each with that probability.
    static double atLeast(int successes, int trials, double probability) {
        if (successes <= 0) {
            return 1;
        }
        if (successes > trials || probability <= 0) {
            return 0;
        }
        if (probability >= 1) {
            return 1;
        }
        double odds = Math.log(probability) - Math.log1p(-probability);
        double term = trials * Math.log1p(-probability);
        double sum = 0;
        for (int k = 0; k <= trials; k++) {
            if (k > 0) {
                term += Math.log((double) (trials - k + 1) / k) + odds;
            }
            if (k >= successes) {
                sum += Math.exp(term);
            }
        }
        return Math.min(1, sum);
    }

    /// The greatest probability under which no more than so many successes are still likelier than
    /// `error`: the upper end of Clopper and Pearson.
    static double upper(int successes, int trials, double error) {
        if (successes >= trials) {
            return 1;
        }
        double low = (double) successes / trials;
        double high = 1;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (1 - atLeast(successes + 1, trials, middle) > error) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }
}
