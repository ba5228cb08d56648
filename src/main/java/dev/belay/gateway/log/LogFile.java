package dev.belay.gateway.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A file that is appended to and, when it is full, becomes `NAME.1`, that one `NAME.2`, and so on;
/// the last one goes. Another program may take it away at any time; another gateway, which is about
/// to end, may write into it too.
final class LogFile implements AutoCloseable {
    private final Path file;
    private final long bytesMax;
    private final int filesMax;
    private @Nullable FileChannel channel;
    private @Nullable Object key;

    LogFile(Path file, long bytesMax, int filesMax) {
        this.file = file;
        this.bytesMax = bytesMax;
        this.filesMax = filesMax;
    }

    /// Appends whole lines, and if that fails, tries from scratch the next time.
    synchronized void append(ByteBuffer lines) throws IOException {
        try {
            FileChannel open = open();
            if (open.size() > 0 && open.size() + lines.remaining() > bytesMax) {
                rotate();
                open = open();
            }
            while (lines.hasRemaining()) {
                open.write(lines);
            }
        } catch (IOException e) {
            try {
                close();
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private FileChannel open() throws IOException {
        if (channel != null && Objects.equals(key, keyOf(file))) {
            return channel;
        }
        close();
        FileChannel opened =
                FileChannel.open(
                        file,
                        Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        channel = opened;
        key = keyOf(file);
        if (torn()) {
            opened.write(ByteBuffer.wrap(new byte[] {'\n'}));
        }
        return opened;
    }

    /// Whether the last line has no end: the disk was full, or the machine went down.
    private boolean torn() throws IOException {
        try (FileChannel read = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            long size = read.size();
            return size > 0 && read.read(last, size - 1) == 1 && last.get(0) != '\n';
        }
    }

    private static @Nullable Object keyOf(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException _) {
            return null;
        }
    }

    private void rotate() throws IOException {
        close();
        for (int i = filesMax - 1; i >= 1; i--) {
            Path from = i == 1 ? file : numbered(i - 1);
            if (Files.exists(from)) {
                Files.move(from, numbered(i), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private Path numbered(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    @Override
    public synchronized void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }
}
