package dev.belay.driver.host;

import java.time.Duration;

/// How instances are looked after between orders.
///
/// @param deaths so many within `window` are a crash loop
/// @param firstPause before an instance that died is started again; doubles with each death
/// @param logBytes at which a log is cut; one older generation of that size is kept
/// @param fatalLines so many alike within `window` are a repeated fatal error
/// @param keptRevisions how many revisions that run no more keep their logs
public record Supervision(
        int deaths,
        Duration window,
        Duration firstPause,
        Duration lastPause,
        long logBytes,
        int fatalLines,
        int keptRevisions) {
    public static final Supervision DEFAULT =
            new Supervision(
                    4,
                    Duration.ofMinutes(5),
                    Duration.ofMillis(250),
                    Duration.ofSeconds(30),
                    64L << 20,
                    3,
                    10);
}
