package dev.belay.driver.acme;

import java.time.Duration;
import java.time.Instant;

/// When to ask an authority, and when to ask it again. Pure.
final class RenewalPace {
    private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
    private static final Duration PAUSE_MAX = Duration.ofDays(1);

    /// Authorities ask for as much as a week.
    private static final Duration WISHED_MAX = Duration.ofDays(7);

    private static final int DOUBLINGS_MAX = 12;

    private RenewalPace() {}

    /// When a certificate is to be renewed: when two thirds of its life are over, so that a third
    /// is left for whatever goes wrong, and up to a thirtieth later, so that those who began
    /// together do not come together.
    ///
    /// @param chance from 0 to below 1, the same whenever the same certificate is asked about
    static Instant renewal(Instant from, Instant until, double chance) {
        long life = Duration.between(from, until).toMillis();
        return from.plusMillis(life * 2 / 3).plusMillis((long) (life * chance / 30));
    }

    /// How long to leave an authority alone after failures in a row: a minute, then twice that, up
    /// to a day; a tenth more by chance; and never less than it asked for.
    static Duration pause(int failures, Duration wished, double chance) {
        long base =
                Math.min(
                        FIRST_PAUSE.toMillis() << Math.min(failures - 1, DOUBLINGS_MAX),
                        PAUSE_MAX.toMillis());
        Duration own = Duration.ofMillis(base + (long) (base * chance / 10));
        Duration asked = wished.compareTo(WISHED_MAX) > 0 ? WISHED_MAX : wished;
        return own.compareTo(asked) > 0 ? own : asked;
    }
}
