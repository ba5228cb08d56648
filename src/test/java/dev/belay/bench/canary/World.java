package dev.belay.bench.canary;

import dev.belay.judge.Count;
import dev.belay.judge.Histogram;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;

/// What traffic is like: how much, how much of it fails in each arm at which time, and how failures
/// hang together. Times are in ticks of 10 s.
///
/// @param perSecond of both arms together
/// @param share the canary's
/// @param baseline share of its requests that fail
/// @param canary the same of the canary
/// @param split the canary's share as it is, whatever the weights say
record World(
        IntToDoubleFunction perSecond,
        IntToDoubleFunction share,
        IntToDoubleFunction baseline,
        IntToDoubleFunction canary,
        Bursts bursts,
        Times times,
        DoubleUnaryOperator split) {
    private static final int MOST_PEERS = 9;

    /// How failures hang together.
    ///
    /// @param clustered of them, that share comes in clusters
    /// @param size of a cluster
    /// @param sticky ticks that a bad spell of a group lasts, with five times the failures; 0 for
    ///   none. A tenth of the time is bad.
    record Bursts(double clustered, double size, double sticky) {
        static final Bursts NONE = new Bursts(0, 1, 0);
    }

    /// How long requests take.
    ///
    /// @param drift times that, at that tick, in both arms
    /// @param stretch of the canary
    /// @param tail share of the slowest that alone is stretched
    /// @param heavy a tenth of all times is a Pareto tail of index 1.1
    record Times(IntToDoubleFunction drift, double stretch, double tail, boolean heavy) {
        static final Times NONE = new Times(_ -> 1, 1, 1, false);
    }

    static final double GAMMA = 1.025;
    private static final double LOG_GAMMA = Math.log(GAMMA);
    private static final int BINS = 3_000;
    private static final int LOWEST = -400;
    private static final int ATOMS = 1 << 16;
    private static final double TAIL = 0.1;
    private static final double[] LIGHT = table(0);
    private static final double[] HEAVY = table(TAIL);

    /// The same without anything wrong: what the judge is calibrated with.
    World twice() {
        return new World(
                perSecond,
                _ -> 0.5,
                baseline,
                baseline,
                bursts,
                new Times(times.drift(), 1, 1, times.heavy()),
                x -> x);
    }

    /// One rollout in it.
    final class Run {
        private final Chance chance;
        private final boolean[] bad = new boolean[MOST_PEERS + 2];
        private int tick;

        Run(long seed) {
            chance = new Chance(seed);
        }

        Tick next() {
            int t = tick++;
            double all = perSecond.applyAsDouble(t) * 10;
            double weight = share.applyAsDouble(t);
            boolean changed = t > 0 && weight != share.applyAsDouble(t - 1);
            double base = baseline.applyAsDouble(t);
            double mine = all * split.applyAsDouble(weight);
            int groups = (int) Math.min(MOST_PEERS, Math.floor((1 - weight) / weight + 1e-9));
            var peers = new ArrayList<Count>();
            long n = 0;
            long x = 0;
            for (int i = 0; i < groups; i++) {
                Count peer = count(i + 1, all * weight, base);
                peers.add(peer);
                n += peer.all();
                x += peer.bad();
            }
            double others = all * (1 - weight) - groups * all * weight;
            if (others > 1e-9 * all) {
                Count rest = count(groups + 1, others, base);
                n += rest.all();
                x += rest.bad();
            }
            Count own = count(0, mine, canary.applyAsDouble(t));
            boolean timed = !times.equals(Times.NONE);
            return new Tick(
                    t,
                    changed,
                    weight,
                    own,
                    new Count(n, x),
                    List.copyOf(peers),
                    timed ? times(own.all(), t, true) : Histogram.EMPTY,
                    timed ? times(n, t, false) : Histogram.EMPTY);
        }

        private Count count(int group, double mean, double share) {
            long n = chance.poisson(mean);
            double p = share;
            if (bursts.sticky() > 0) {
                double turns = bad[group] ? 1 / bursts.sticky() : 1 / (9 * bursts.sticky());
                bad[group] ^= chance.uniform() < turns;
                p = Math.min(1, p * (bad[group] ? 5 : 1));
            }
            long x = chance.binomial(n, p * (1 - bursts.clustered()));
            if (bursts.clustered() > 0) {
                long clusters = chance.poisson(n * p * bursts.clustered() / bursts.size());
                for (long i = 0; i < clusters; i++) {
                    x += chance.geometric(bursts.size());
                }
            }
            return new Count(n, Math.min(n, x));
        }

        /// By a table of as many equally likely times as two bytes have values.
        private Histogram times(long n, int t, boolean isCanary) {
            long[] counts = new long[BINS];
            double[] table = times.heavy() ? HEAVY : LIGHT;
            double drift = Math.log(100 * times.drift().applyAsDouble(t)) / LOG_GAMMA - LOWEST;
            double stretch = isCanary ? Math.log(times.stretch()) / LOG_GAMMA : 0;
            // From there on they are the slowest, or those of the heavy tail.
            int slow = (int) (ATOMS * (times.heavy() ? 1 - TAIL : 1 - times.tail()));
            long word = 0;
            for (long i = 0; i < n; i++) {
                word = i % 4 == 0 ? chance.word() : word >>> 16;
                int atom = (int) (word & (ATOMS - 1));
                double bin = drift + table[atom] + (atom >= slow ? stretch : 0);
                counts[Math.clamp((int) Math.ceil(bin), 0, BINS - 1)]++;
            }
            return Histogram.of(LOWEST, counts);
        }
    }

    /// Bins beyond the middle: logarithms are normal, and in a heavy world those of a tenth lie on
    /// a Pareto tail of index 1.1.
    private static double[] table(double tail) {
        double[] all = new double[ATOMS];
        int light = (int) (ATOMS * (1 - tail));
        for (int i = 0; i < ATOMS; i++) {
            all[i] =
                    i < light
                            ? 0.5 * quantile((i + 0.5) / light)
                            : 1 - Math.log(1 - (i - light + 0.5) / (ATOMS - light)) / 1.1;
            all[i] /= LOG_GAMMA;
        }
        return all;
    }

    /// Of the normal distribution, by halving.
    static double quantile(double share) {
        double low = -10;
        double high = 10;
        while (high - low > 1e-9) {
            double middle = (low + high) / 2;
            if (below(middle) < share) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// Abramowitz and Stegun, 26.2.17.
    static double below(double z) {
        double t = 1 / (1 + 0.2316419 * Math.abs(z));
        double poly =
                t
                        * (0.31938153
                                + t
                                        * (-0.356563782
                                                + t
                                                        * (1.781477937
                                                                + t
                                                                        * (-1.821255978
                                                                                + t
                                                                                        * 1.330274429))));
        double tail = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * poly;
        return z > 0 ? 1 - tail : tail;
    }
}
