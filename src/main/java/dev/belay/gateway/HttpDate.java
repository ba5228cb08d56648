package dev.belay.gateway;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.OptionalLong;

/// Times as HTTP writes them (RFC 9110 §5.6.7): always two digits for the day, always GMT.
final class HttpDate {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);

    private HttpDate() {}

    static String now() {
        return FORMAT.format(Instant.now());
    }

    static String of(long epochSecond) {
        return FORMAT.format(Instant.ofEpochSecond(epochSecond));
    }

    /// Seconds since 1970; empty for what is no such time, which HTTP says to ignore.
    static OptionalLong parse(String text) {
        try {
            var time = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
            return OptionalLong.of(time.toEpochSecond());
        } catch (DateTimeException _) {
            return OptionalLong.empty();
        }
    }
}
