package dev.belay.judge;

import java.util.HashSet;
import java.util.List;

/// What a rollout is judged by. It does not change while one is under way.
///
/// @param rollbackError how likely at most a rollout that is not worse is rolled back, by all
///   guards together, however long it takes
/// @param promoteError how likely at most one that is worse in a guard gets past it
/// @param dwell batches before anything passes
/// @param onsets every so many batches a regression may begin
/// @param seed of the chances that comparing blocks needs
public record Rule(
        List<Guard> guards,
        double rollbackError,
        double promoteError,
        int dwell,
        int onsets,
        long seed) {
    private static final int MOST_GUARDS = 1_000;

    public Rule {
        guards = List.copyOf(guards);
        if (!(rollbackError > 0 && rollbackError < 1 && promoteError > 0 && promoteError < 1)) {
            throw new IllegalArgumentException(rollbackError + " and " + promoteError);
        }
        if (dwell < 0 || onsets < 1) {
            throw new IllegalArgumentException(dwell + " and " + onsets);
        }
        var names = new HashSet<String>();
        if (guards.size() > MOST_GUARDS || guards.stream().noneMatch(one -> one.weight() > 0)) {
            throw new IllegalArgumentException(guards.size() + " guards");
        }
        for (Guard guard : guards) {
            if (!names.add(guard.name())) {
                throw new IllegalArgumentException("two guards are called `" + guard.name() + "`");
            }
        }
    }

    /// With the usual errors: one of a hundred rollbacks, one of twenty advances a guard. Batches
    /// of 10 s: five minutes at the least.
    public static Rule usual(List<Guard> guards, long seed) {
        return new Rule(guards, 0.01, 0.05, 30, 30, seed);
    }

    double weights() {
        return guards.stream().mapToDouble(Guard::weight).sum();
    }
}
