package dev.belay.judge;

import java.util.List;

/// Where the canary is among groups that are as large as it, block by block. If it is in nothing
/// different from them, every place is as likely, however bursty and heavy the world is and
/// whatever the hour: only blocks have to be independent of each other.
final class BlockRank {
    private static final double[] STAKES = {.15, .3, .5, .7, .9};
    private static final double[] TILTS = {.5, 1, 2, 4, 8};
    private static final double[] WON = logs(1);
    private static final double[] LOST = logs(-1);
    private static final double[] EVENLY = {1, 1, 1, 1, 1};

    private final int block;
    private final double kept;
    private final long seed;
    private final OnsetMixture mixture;
    private final double[] gains = new double[STAKES.length];

    private long current;
    private boolean changed;

    /// Of the block: the canary's, then those of each of its peers.
    private long[] all = {};

    private long[] bad = {};

    /// @param tolerated times the rate of its peers: of the canary's bad ones only such a part
    ///   counts
    BlockRank(int block, double tolerated, int onsets, long seed) {
        this.block = block;
        kept = 1 / tolerated;
        this.seed = seed;
        mixture = new OnsetMixture(EVENLY, Math.max(1, onsets / block));
    }

    void add(long tick, boolean weightsChanged, Count canary, List<Count> peers) {
        if (tick / block != current) {
            close();
            current = tick / block;
        }
        changed |= weightsChanged;
        // A block with other groups is begun again: how many there are says nothing of how they
        // are.
        if (all.length != peers.size() + 1) {
            all = new long[peers.size() + 1];
            bad = new long[peers.size() + 1];
        }
        count(0, canary);
        for (int i = 0; i < peers.size(); i++) {
            count(i + 1, peers.get(i));
        }
        if (tick % block == block - 1) {
            close();
            current++;
        }
    }

    private void count(int group, Count more) {
        all[group] += more.all();
        bad[group] += more.bad();
    }

    private void close() {
        java.util.Arrays.fill(gains, 0);
        boolean comparable = all.length > 1;
        for (long one : all) {
            comparable &= one > 0;
        }
        if (comparable) {
            var draws = new Draws(seed, current);
            bad[0] = draws.kept(bad[0], kept);
            if (all.length == 2) {
                sign();
            } else {
                rank(draws);
            }
        }
        mixture.add(current, changed, gains);
        changed = false;
        all = new long[] {};
        bad = new long[] {};
    }

    private void sign() {
        int sign = compare(0, 1);
        if (sign != 0) {
            System.arraycopy(sign > 0 ? WON : LOST, 0, gains, 0, gains.length);
        }
    }

    private void rank(Draws draws) {
        int peers = all.length - 1;
        int below = 0;
        int ties = 0;
        for (int i = 1; i <= peers; i++) {
            int compared = compare(0, i);
            below += compared > 0 ? 1 : 0;
            ties += compared == 0 ? 1 : 0;
        }
        double place = (below + draws.below(ties + 1)) / (double) peers;
        for (int i = 0; i < TILTS.length; i++) {
            double sum = 0;
            for (int s = 0; s <= peers; s++) {
                sum += StrictMath.exp(TILTS[i] * s / peers);
            }
            gains[i] = StrictMath.log((peers + 1) / sum) + TILTS[i] * place;
        }
    }

    private static double[] logs(int sign) {
        double[] all = new double[STAKES.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = StrictMath.log1p(sign * STAKES[i]);
        }
        return all;
    }

    private int compare(int one, int other) {
        return Double.compare((double) bad[one] * all[other], (double) bad[other] * all[one]);
    }

    double log() {
        return mixture.log();
    }
}
