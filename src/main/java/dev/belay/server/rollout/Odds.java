package dev.belay.server.rollout;

import java.util.Locale;

/// Evidence as people read it.
public final class Odds {
    private static final double LARGE = 1e6;
    private static final double SMALL = 10;

    private Odds() {}

    /// `0.3`, `12`, `2e+07`: to one.
    ///
    /// @param log its natural logarithm
    public static String text(double log) {
        double odds = Math.exp(log);
        String form = odds >= LARGE ? "%.0e" : odds >= SMALL ? "%.0f" : "%.1f";
        return String.format(Locale.ROOT, form, odds);
    }
}
