package dev.belay.execution;

import java.time.Duration;

/// How long to rest before trying the same again: twice as long each time, up to a cap, with jitter
/// so that many releases do not come back in step.
enum Patience {
    /// A condition that is likely to come true soon: a member getting ready.
    CONDITION(Duration.ofMillis(20), Duration.ofSeconds(1)),
    /// Something that failed and may work the next time.
    FAILURE(Duration.ofMillis(200), Duration.ofSeconds(30)),
    /// No answer came.
    SILENCE(Duration.ofMillis(200), Duration.ofSeconds(5));

    private static final int DOUBLINGS_MAX = 16;
    private final long first;
    private final long cap;

    Patience(Duration first, Duration cap) {
        this.first = first.toMillis();
        this.cap = cap.toMillis();
    }

    /// Milliseconds before attempt number `attempt + 1`; at most a quarter more by chance.
    long rest(int attempt, World world) {
        long base = Math.min(cap, first << Math.min(Math.max(0, attempt - 1), DOUBLINGS_MAX));
        return base + world.random((int) (base / 4) + 1);
    }
}
