package dev.belay.judge;

import java.util.Comparator;
import java.util.List;

/// What a guard looks at, and how much worse the canary may be. Of two margins, the one that rolls
/// back is the nearer: between them nothing is proven either way, which is why there are two.
public sealed interface Measure {
    double GREATEST_RATIO = 1e6;

    private static void ratios(double tolerated, double fine) {
        if (!(tolerated >= 1 && fine > 1 && tolerated <= fine && fine <= GREATEST_RATIO)) {
            throw new IllegalArgumentException(tolerated + " tolerated, " + fine + " fine");
        }
    }

    /// Whether it goes back or fails at a higher rate.
    ///
    /// @param tolerated times the baseline's share of bad ones
    /// @param floor and at the same time that much above it, as a share of all; 0 for none
    /// @param fine proven to be less than so many times the baseline's lets a release advance
    /// @param fineFloor or proven to be less than that above it; 0 for none
    /// @param peers whether samples have groups of the baseline that are as large as the canary:
    ///   half of the evidence then comes from them, whatever the dispersion
    record Errors(double tolerated, double floor, double fine, double fineFloor, boolean peers)
            implements Measure {
        /// A quarter more, and a fiftieth of a percent.
        public static final Errors USUAL = new Errors(1.25, 0.0002, 1.5, 0.001, true);

        public Errors {
            ratios(tolerated, fine);
            if (!(floor >= 0 && floor < 1 && fineFloor >= 0 && fineFloor < 1)) {
                throw new IllegalArgumentException(floor + " and " + fineFloor);
            }
        }
    }

    /// Whether it is slower: whether the share of slow requests is higher than the baseline's would
    /// be if all of its times were stretched.
    ///
    /// @param gamma the ratio of bins
    /// @param tolerated stretch, in bins
    /// @param fine proven not to be stretched by so many bins lets a release advance
    /// @param levels in ascending order
    record Latency(double gamma, int tolerated, int fine, List<Level> levels) implements Measure {
        /// Two bins are 5 %.
        public static final double GAMMA = 1.025;

        private static final double[] QUANTILES = {.25, .5, .75, .9, .95, .99, .995, .999};

        /// What a stretch leaves beyond a level at which it can be seen to be missing.
        private static final double SHOWS = .97;

        private static final double ALMOST_ALL = .999;

        /// Of a level at which nothing is looked for but proof.
        private static final double FOR_PROOF = .01;

        private static final double[] WEIGHTS = {.08, .17, .15, .12, .12, .20, .08, .08};

        public Latency {
            levels = List.copyOf(levels);
            boolean ordered =
                    levels.equals(
                            levels.stream().sorted(Comparator.comparingInt(Level::bin)).toList());
            if (!(gamma > 1 && gamma < 10) || tolerated < 0 || fine < tolerated || fine < 1) {
                throw new IllegalArgumentException(tolerated + " and " + fine + " of " + gamma);
            }
            if (!ordered || levels.isEmpty() || levels.size() > 64) {
                throw new IllegalArgumentException("levels " + levels);
            }
        }

        /// Levels where the baseline had its quantiles before the rollout. Should they be wrong,
        /// less is found; nothing that is not there.
        ///
        /// Where times are the same again and again, a stretch by `fine` would not show at a
        /// quantile: then it is proven at an edge nearby, at which it does.
        public static Latency of(double gamma, int tolerated, int fine, Histogram before) {
            var levels = new java.util.ArrayList<Level>();
            for (int i = 0; i < QUANTILES.length; i++) {
                double share = 1 - QUANTILES[i];
                int level = level(before, share);
                boolean proves = QUANTILES[i] == .5 || QUANTILES[i] == .9 || QUANTILES[i] == .99;
                int edge = proves ? edge(before, level, share, fine) : level;
                levels.add(new Level(level, share, WEIGHTS[i], proves && edge == level));
                if (edge != level) {
                    double beyond = (double) before.beyond(edge) / before.total();
                    double likely = Math.min(beyond, ALMOST_ALL);
                    levels.add(new Level(edge, likely, FOR_PROOF, true));
                }
            }
            levels.sort(Comparator.comparingInt(Level::bin));
            return new Latency(gamma, tolerated, fine, levels);
        }

        /// Where a stretch shows: at the level itself, just below its bin, or at the end of the gap
        /// above it, whichever has about that share beyond it.
        private static int edge(Histogram before, int level, double share, int fine) {
            if (shows(before, level, fine)) {
                return level;
            }
            int best = level;
            for (int one : new int[] {level - 1, before.above(level) - 1}) {
                if (shows(before, one, fine)
                        && (best == level
                                || distance(before, one, share) < distance(before, best, share))) {
                    best = one;
                }
            }
            return best;
        }

        private static boolean shows(Histogram before, int level, int fine) {
            return before.beyond(level + fine) < SHOWS * before.beyond(level);
        }

        private static double distance(Histogram before, int level, double share) {
            double beyond = (double) before.beyond(level) / before.total();
            return Math.abs(StrictMath.log(beyond / share));
        }

        private static int level(Histogram before, double share) {
            if (before.total() == 0) {
                throw new IllegalArgumentException("nothing was measured before");
            }
            double beyond = 0;
            int i = before.size() - 1;
            while (i > 0 && beyond + before.countAt(i) <= share * before.total()) {
                beyond += before.countAt(i);
                i--;
            }
            return before.binAt(i);
        }

        /// A time, and how many of the baseline's are beyond it.
        ///
        /// @param bin the slow ones are beyond it
        /// @param share of the baseline's that is expected to be
        /// @param weight among all levels
        /// @param proves whether a release advances only when this level is proven
        public record Level(int bin, double share, double weight, boolean proves) {
            public Level {
                if (!(share > 0 && share < 1 && weight > 0 && weight <= 1e6)) {
                    throw new IllegalArgumentException(share + " at a weight of " + weight);
                }
            }
        }
    }

    /// Whether something happens more often, against its exposure.
    ///
    /// @param falling it is the fall that is bad
    record Rate(double tolerated, double fine, boolean falling) implements Measure {
        public Rate {
            ratios(tolerated, fine);
        }
    }

    /// Whether the mean of a bounded value is worse.
    ///
    /// @param bins of [Sample.Values]
    /// @param tolerated above the baseline's mean, as a share of the whole range
    /// @param fine proven to be less than that above it lets a release advance
    record Mean(int bins, double tolerated, double fine) implements Measure {
        public Mean {
            if (bins < 1 || bins > 10_000 || !(tolerated >= 0 && fine >= tolerated && fine < 1)) {
                throw new IllegalArgumentException(tolerated + " and " + fine + " in " + bins);
            }
        }
    }

    /// Whether the canary gets less than that part of the requests that are due to it: one that
    /// crashes before it reports anything has no errors.
    ///
    /// @param tolerated times less
    record Silence(double tolerated, double fine) implements Measure {
        /// Half, and a third.
        public static final Silence USUAL = new Silence(2, 3);

        public Silence {
            ratios(tolerated, fine);
        }
    }

    /// Whether requests are split as the weights say. Where they are not, the comparison is
    /// worthless: nothing advances, and nothing is rolled back for it.
    record Split() implements Measure {}
}
