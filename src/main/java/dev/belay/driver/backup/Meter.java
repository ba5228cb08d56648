package dev.belay.driver.backup;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/// Counts the bytes of one stage for a listener, who hears of them at most five times a second and
/// once at the end.
public final class Meter implements AutoCloseable {
    private static final long BETWEEN = TimeUnit.MILLISECONDS.toNanos(200);

    private final Stage stage;
    private final long expected;
    private final ProgressListener listener;
    private final long begin = System.nanoTime();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong due = new AtomicLong(begin);
    private final ReentrantLock telling = new ReentrantLock();

    public Meter(Stage stage, long expected, ProgressListener listener) {
        this.stage = stage;
        this.expected = expected;
        this.listener = listener;
        tell();
    }

    public void add(long more) {
        bytes.addAndGet(more);
        long now = System.nanoTime();
        long when = due.get();
        if (now - when >= 0 && due.compareAndSet(when, now + BETWEEN)) {
            tell();
        }
    }

    private void tell() {
        telling.lock();
        try {
            Duration elapsed = Duration.ofNanos(System.nanoTime() - begin);
            listener.at(new Progress(stage, bytes.get(), expected, elapsed));
        } finally {
            telling.unlock();
        }
    }

    @Override
    public void close() {
        tell();
    }
}
