package dev.belay.release;

import java.time.Duration;

/// That users are kept out while a release is at work, as it is announced to them.
///
/// @param text why, for them; may be empty
/// @param lasting how long it is to take, from the time for which it was announced
public record Maintenance(String text, Duration lasting) {
    public static final int TEXT_MAX = 300;
    public static final Duration LASTING = Duration.ofMinutes(30);
    public static final Duration LASTING_MIN = Duration.ofSeconds(1);
    public static final Duration LASTING_MAX = Duration.ofDays(1);

    public Maintenance {
        boolean fits =
                lasting.compareTo(LASTING_MIN) >= 0
                        && lasting.compareTo(LASTING_MAX) <= 0
                        && text.length() <= TEXT_MAX;
        if (!fits) {
            throw new IllegalArgumentException("no maintenance is like that: " + lasting);
        }
    }

    /// When it is to be over, in milliseconds since the epoch.
    ///
    /// @param announced for when; 0 where it was for no time of its own
    /// @param now when it begins: what comes after the announced end lasts as long once more
    public long until(long announced, long now) {
        long end = announced + lasting.toMillis();
        return announced > 0 && end > now ? end : now + lasting.toMillis();
    }
}
