package dev.belay.cli.live;

import java.util.Locale;

/// Lengths of time, short enough for a column.
final class Ages {
    private static final long SECOND = 1000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private Ages() {}

    /// `0.4s`, `12s`, `3m05s`, `2h10m`, `4d06h`.
    static String of(long millis) {
        long age = Math.max(0, millis);
        if (age < 10 * SECOND) {
            return String.format(Locale.ROOT, "%.1fs", age / (double) SECOND);
        }
        if (age < MINUTE) {
            return age / SECOND + "s";
        }
        if (age < HOUR) {
            return two(age / MINUTE, "m", age % MINUTE / SECOND, "s");
        }
        return age < DAY
                ? two(age / HOUR, "h", age % HOUR / MINUTE, "m")
                : two(age / DAY, "d", age % DAY / HOUR, "h");
    }

    private static String two(long large, String unit, long small, String smallUnit) {
        return String.format(Locale.ROOT, "%d%s%02d%s", large, unit, small, smallUnit);
    }
}
