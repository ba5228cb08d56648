package dev.belay.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Lets one process at a time have a journal, by a lock that the operating system drops when the
/// process dies. The lock file names the holder, for the message to the second one; it is never
/// deleted, because a deleted lock can be held twice.
final class ProcessLock implements AutoCloseable {
    /// Closing any handle of the lock file drops the lock of the whole process, so a second attempt
    /// in the same process must not even open it.
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private ProcessLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /// Makes the folder if need be.
    ///
    /// @throws JournalException when another process has it, or nobody can
    static ProcessLock take(Path database) {
        try {
            Path folder = Files.createDirectories(database.resolveSibling(""));
            return take(database, folder.toRealPath());
        } catch (IOException e) {
            throw new JournalException(
                    "The journal `"
                            + database
                            + "` cannot be opened: its folder has to be one that the user who runs"
                            + " Belay may write to ("
                            + e.getMessage()
                            + ")",
                    e);
        }
    }

    private static ProcessLock take(Path database, Path folder) throws IOException {
        Path file = folder.resolve(database.getFileName() + ".lock");
        if (!HELD_HERE.add(file)) {
            throw taken(database, Long.toString(ProcessHandle.current().pid()));
        }
        FileChannel channel = null;
        try {
            channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw taken(database, Files.readString(file).strip());
            }
            channel.truncate(0);
            channel.write(StandardCharsets.UTF_8.encode(ProcessHandle.current().pid() + "\n"), 0);
            return new ProcessLock(file, channel);
        } catch (IOException | RuntimeException e) {
            HELD_HERE.remove(file);
            if (channel != null) {
                channel.close();
            }
            throw e;
        }
    }

    private static JournalException taken(Path database, String pid) {
        return new JournalException(
                "The journal `"
                        + database
                        + "` is in use by process "
                        + pid
                        + "; stop that Belay first, or talk to it",
                null);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            HELD_HERE.remove(file);
        }
    }
}
