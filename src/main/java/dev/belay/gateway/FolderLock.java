package dev.belay.gateway;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Who has it has the folder: its table and its ports. The operating system's own, so that it ends
/// with its process.
final class FolderLock implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(10);

    private final Path folder;
    private @Nullable FileChannel held;

    FolderLock(Path folder) {
        this.folder = folder;
    }

    /// @throws IOException when another gateway has it
    void take() throws IOException {
        if (!takeWithin(Duration.ZERO)) {
            throw new IOException("another gateway runs in " + folder);
        }
    }

    /// Takes it, unless another gateway keeps it for so long; says whether it has.
    boolean takeWithin(Duration patience) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        while (!tryTake()) {
            if (System.nanoTime() - end >= 0) {
                return false;
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        return true;
    }

    private synchronized boolean tryTake() throws IOException {
        FileChannel file =
                FileChannel.open(
                        folder.resolve("gateway.lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        if (locks(file)) {
            held = file;
            return true;
        }
        file.close();
        return false;
    }

    private static boolean locks(FileChannel file) throws IOException {
        try {
            return file.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    /// Gives it up, if it is held.
    @Override
    public synchronized void close() throws IOException {
        FileChannel file = held;
        held = null;
        if (file != null) {
            file.close();
        }
    }
}
