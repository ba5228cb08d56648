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

    /// Empty while nothing can be said.
    public Optional<Duration> left() {
        long rate = bytesPerSecond();
        return rate == 0 || expected == 0
                ? Optional.empty()
                : Optional.of(Duration.ofSeconds(Math.max(0, expected - bytes) / rate));
    }
}
