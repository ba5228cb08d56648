package dev.belay.bench.canary;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Draws of one run, which its seed repeats.
final class Chance {
    private static final double MANY = 200;

    private final RandomGenerator random;

    Chance(long seed) {
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    double uniform() {
        return random.nextDouble();
    }

    long word() {
        return random.nextLong();
    }

    long poisson(double mean) {
        if (mean > MANY) {
            return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.nextGaussian()));
        }
        double limit = Math.exp(-mean);
        double product = random.nextDouble();
        long count = 0;
        while (product > limit) {
            product *= random.nextDouble();
            count++;
        }
        return count;
    }

    /// Exactly, by the distances between successes.
    long binomial(long n, double p) {
        if (p <= 0 || n == 0) {
            return 0;
        }
        if (p > 0.5) {
            return n - binomial(n, 1 - p);
        }
        double scale = Math.log1p(-p);
        long at = 0;
        long count = -1;
        while (at <= n) {
            at += 1 + (long) Math.min(1e15, Math.log(1 - random.nextDouble()) / scale);
            count++;
        }
        return count;
    }

    /// At least one, on the average that many.
    long geometric(double mean) {
        return 1 + (long) (Math.log(1 - random.nextDouble()) / Math.log1p(-1 / mean));
    }
}
