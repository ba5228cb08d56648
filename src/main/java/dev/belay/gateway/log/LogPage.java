package dev.belay.gateway.log;

import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// The lines of one event loop until they are handed to the writer: when they are many, by the
/// loop, else by the writer itself, a few times a second. Its lock is held for one line at a time.
final class LogPage {
    private static final int BYTES = 2 * LogLine.BYTES_MAX;

    /// Lines that stand together, as they go to the disk.
    record Batch(ByteBuffer bytes, int lines) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final LogLine line = new LogLine();
    private byte[] bytes = new byte[BYTES];
    private int length;
    private int lines;

    /// Adds a line. What the writer cannot take any more is lost, and told to `lost`.
    void add(
            Transcript transcript,
            boolean queries,
            BlockingQueue<Batch> writer,
            LongConsumer lost) {
        lock.lock();
        try {
            length = line.write(transcript, queries, bytes, length);
            lines++;
            if (length > BYTES - LogLine.BYTES_MAX) {
                Batch full = new Batch(ByteBuffer.wrap(bytes, 0, length), lines);
                if (writer.offer(full)) {
                    bytes = new byte[BYTES];
                } else {
                    lost.accept(lines);
                }
                length = 0;
                lines = 0;
            }
        } finally {
            lock.unlock();
        }
    }

    /// Takes what is there; null when nothing is.
    @Nullable Batch take() {
        lock.lock();
        try {
            if (lines == 0) {
                return null;
            }
            var batch = new Batch(ByteBuffer.wrap(bytes, 0, length), lines);
            bytes = new byte[BYTES];
            length = 0;
            lines = 0;
            return batch;
        } finally {
            lock.unlock();
        }
    }
}
