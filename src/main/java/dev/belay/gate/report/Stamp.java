package dev.belay.gate.report;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/// When a report was written, by its own words. A time without a zone is none: hours make the
/// difference between fresh and stale.
final class Stamp {
    /// Seconds and milliseconds since the epoch are told apart by this: it is the year 5138, or
    /// 1973.
    private static final long SECONDS_MAX = 100_000_000_000L;

    private Stamp() {}

    /// Of `2026-01-31T12:00:00Z`; 0 for anything else.
    static long of(String text) {
        try {
            return OffsetDateTime.parse(text.strip()).toInstant().toEpochMilli();
        } catch (DateTimeException | ArithmeticException _) {
            return 0;
        }
    }

    /// Of a number of seconds or milliseconds; 0 for anything else.
    static long ofEpoch(String text) {
        if (!text.matches("[0-9]{9,15}")) {
            return 0;
        }
        long number = Long.parseLong(text);
        return number < SECONDS_MAX ? Instant.ofEpochSecond(number).toEpochMilli() : number;
    }
}
