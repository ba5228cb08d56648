package dev.belay.server.text;

import java.time.Duration;

/// Spans of time as people say them: the two largest units.
public final class Ages {
    private Ages() {}

    /// `1h 04m`, `3m 20s`, `12s`, `340ms`.
    public static String of(long millis) {
        Duration time = Duration.ofMillis(Math.max(0, millis));
        if (time.toDays() > 0) {
            return "%dd %02dh".formatted(time.toDays(), time.toHoursPart());
        }
        if (time.toHours() > 0) {
            return "%dh %02dm".formatted(time.toHours(), time.toMinutesPart());
        }
        if (time.toMinutes() > 0) {
            return "%dm %02ds".formatted(time.toMinutes(), time.toSecondsPart());
        }
        if (time.toSeconds() > 0) {
            return time.toSeconds() + "s";
        }
        return time.toMillis() + "ms";
    }

    /// How long ago an instant was, `""` when it never was.
    public static String ago(long then, long now) {
        return then == 0 ? "" : of(now - then) + " ago";
    }
}
