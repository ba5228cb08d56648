package dev.belay.driver.disk;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A lock with a file's name that holds between threads and between processes, and that the kernel
/// releases when its process dies.
///
/// A process loses its kernel locks on a file as soon as it closes *any* handle of that file, and
/// does not see its own locks at all. So within this process a semaphore by path comes first, and
/// only its holder opens the file.
public final class PathLock implements AutoCloseable {
    private static final ConcurrentHashMap<Path, Semaphore> WITHIN_PROCESS =
            new ConcurrentHashMap<>();
    private static final Duration POLL = Duration.ofMillis(5);

    private final Semaphore semaphore;
    private final FileChannel channel;

    private PathLock(Semaphore semaphore, FileChannel channel) {
        this.semaphore = semaphore;
        this.channel = channel;
    }

    /// Takes the lock, or gives up after that time and answers empty. The file is created; its
    /// folder must exist.
    public static Optional<PathLock> acquire(Path file, Duration within) throws IOException {
        long end = System.nanoTime() + within.toNanos();
        Path name = file.toAbsolutePath().normalize();
        Semaphore semaphore = WITHIN_PROCESS.computeIfAbsent(name, _ -> new Semaphore(1));
        try {
            if (!semaphore.tryAcquire(Math.max(0, within.toNanos()), TimeUnit.NANOSECONDS)) {
                return Optional.empty();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
        @Nullable FileChannel channel = null;
        try {
            channel = lockFile(name, end);
        } finally {
            if (channel == null) {
                semaphore.release();
            }
        }
        return channel == null ? Optional.empty() : Optional.of(new PathLock(semaphore, channel));
    }

    private static @Nullable FileChannel lockFile(Path file, long end) throws IOException {
        FileChannel channel = FileChannel.open(file, CREATE, WRITE);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
            while (!locked && System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
                Thread.sleep(POLL);
                locked = channel.tryLock() != null;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        return locked ? channel : null;
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            semaphore.release();
        }
    }
}
