package dev.belay.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/// What the machine itself allows meanwhile: how late it wakes a thread, and how long its disk
/// takes to sync. No control plane that waits for its disk can be faster.
final class Floor implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final int BLOCK = 4096;

    private final Percentiles late = new Percentiles("floor: lateness of a sleeping thread");
    private final Percentiles sync = new Percentiles("floor: one fdatasync of 4 KiB");
    private final FileChannel file;
    private final Thread thread;
    private volatile boolean closed;

    Floor(Path folder) throws IOException {
        file =
                FileChannel.open(
                        folder.resolve("sync"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        thread = Thread.ofPlatform().daemon().start(this::measure);
    }

    private void measure() {
        var block = ByteBuffer.allocate(BLOCK);
        try {
            while (!closed) {
                long before = System.nanoTime();
                Thread.sleep(PAUSE);
                long woken = System.nanoTime();
                file.write(block.rewind());
                file.force(false);
                sync.add((System.nanoTime() - woken) / 1e6);
                late.add((woken - before - PAUSE.toNanos()) / 1e6);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        file.close();
    }

    void print() {
        late.print();
        sync.print();
    }
}
