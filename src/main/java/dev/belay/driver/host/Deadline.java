package dev.belay.driver.host;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/// The instant until which something may be waited for.
public record Deadline(long nanos) {
    private static final Duration FIRST_POLL = Duration.ofMillis(2);
    private static final Duration LAST_POLL = Duration.ofMillis(50);

    public static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    public Duration left() {
        return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
    }

    public boolean over() {
        return System.nanoTime() - nanos >= 0;
    }

    /// The earlier one.
    public Deadline orIn(Duration time) {
        Deadline other = in(time);
        return other.nanos - nanos < 0 ? other : this;
    }

    /// That much before this one.
    public Deadline earlier(Duration time) {
        return new Deadline(nanos - time.toNanos());
    }

    /// Waits until the condition holds; false when time is over first. An interrupted thread does
    /// not wait any more.
    public boolean await(BooleanSupplier condition) {
        Duration poll = FIRST_POLL;
        while (!condition.getAsBoolean()) {
            if (over()) {
                return false;
            }
            try {
                Duration left = left();
                Thread.sleep(left.compareTo(poll) < 0 ? left : poll);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return condition.getAsBoolean();
            }
            poll = poll.multipliedBy(2).compareTo(LAST_POLL) < 0 ? poll.multipliedBy(2) : LAST_POLL;
        }
        return true;
    }
}
