package dev.belay.journal;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// A wall clock that a test moves, in any direction.
final class SettableClock implements InstantSource {
    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Override
    public Instant instant() {
        return now;
    }

    void move(Duration time) {
        now = now.plus(time);
    }
}
