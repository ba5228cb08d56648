package dev.belay.execution;

import java.time.Duration;

/// Values as people say them.
final class Texts {
    private Texts() {}

    /// `250 ms`, `12 s`, `4 min`, `24 h`.
    static String duration(Duration time) {
        long millis = time.toMillis();
        if (millis < 1000) {
            return millis + " ms";
        }
        if (time.toSeconds() < 120) {
            return time.toSeconds() + " s";
        }
        return time.toMinutes() < 120 ? time.toMinutes() + " min" : time.toHours() + " h";
    }
}
