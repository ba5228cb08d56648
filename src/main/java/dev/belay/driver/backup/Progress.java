package dev.belay.driver.backup;

import java.time.Duration;
import java.util.Optional;

/// How far one stage is.
///
/// @param bytes done so far
/// @param expected in all, an estimate; 0 where there is none
/// @param elapsed since the stage began
public record Progress(Stage stage, long bytes, long expected, Duration elapsed) {
    /// Over the whole stage.
    public long bytesPerSecond() {
        long millis = elapsed.toMillis();
        return millis == 0 ? 0 : bytes * 1000 / millis;
    }

    /// A line for people: `dump 40 %: 120 of about 280 MB, 35 MB/s, about 4 s left`. What stands
    /// before the colon changes seldom.
    public String text() {
        long tenths = expected == 0 ? 0 : Math.min(9, 10 * bytes / expected);
        String what =
                stage.name().toLowerCase(java.util.Locale.ROOT)
                        + (tenths == 0 ? "" : " " + 10 * tenths + " %");
        if (megabytes(bytes) == 0) {
            return what;
        }
        String sum = expected == 0 ? megabytes(bytes) + " MB" : amount() + " MB";
        return "%s: %s, %d MB/s%s"
                .formatted(
                        what,
                        sum,
                        megabytes(bytesPerSecond()),
                        left().map(time -> ", about " + time.toSeconds() + " s left").orElse(""));
    }

    private String amount() {
        return megabytes(bytes) + " of about " + megabytes(Math.max(bytes, expected));
    }

    private static long megabytes(long bytes) {
        return bytes >> 20;
    }

    /// Empty while nothing can be said.
    public Optional<Duration> left() {
        long rate = bytesPerSecond();
        return rate == 0 || expected == 0
                ? Optional.empty()
                : Optional.of(Duration.ofSeconds(Math.max(0, expected - bytes) / rate));
    }
}
