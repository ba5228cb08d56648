package dev.belay.gateway;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/// How long the parts of one change of the table took, for the log: whoever wonders what a change
/// waited for reads it there. `bench/table` does.
final class ChangeLaps {
    private static final double MILLI = 1e6;

    private final AtomicLong longest = new AtomicLong();
    private long last = System.nanoTime();
    private long made;
    private long opened;
    private long written;
    private long used;
    private long settled;

    private long lap() {
        long now = System.nanoTime();
        long lap = now - last;
        last = now;
        return lap;
    }

    /// The table stands in memory.
    void made() {
        made = lap();
    }

    /// Its ports are listened on.
    void opened() {
        opened = lap();
    }

    /// It is on the disk.
    void written() {
        written = lap();
    }

    /// Every event loop uses it.
    void used() {
        used = lap();
    }

    /// No crash takes it back, and predecessors use it.
    void settled() {
        settled = lap();
    }

    /// Runs what a change makes an event loop do.
    void timing(Runnable work) {
        long before = System.nanoTime();
        work.run();
        longest.accumulateAndGet(System.nanoTime() - before, Math::max);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "in ms: made %.3f, ports %.3f, disk %.3f, every loop %.3f (busy for %.3f), settled"
                        + " %.3f",
                made / MILLI,
                opened / MILLI,
                written / MILLI,
                used / MILLI,
                longest.get() / MILLI,
                settled / MILLI);
    }
}
