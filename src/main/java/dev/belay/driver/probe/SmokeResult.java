package dev.belay.driver.probe;

import java.time.Duration;

/// What came of one smoke test. Holds no secret, nor a longer value that the test captured.
public sealed interface SmokeResult {
    String name();

    Duration took();

    /// It did all that it was to do.
    record Passed(String name, Duration took) implements SmokeResult {}

    /// It did not.
    ///
    /// @param exchange which part of the test, such as `2 of 3: POST /orders`
    /// @param body the first two kilobytes of the answer, or of a command's output the last; may be
    ///   empty
    record Failed(
            String name, Duration took, String exchange, String expected, String found, String body)
            implements SmokeResult {}
}
