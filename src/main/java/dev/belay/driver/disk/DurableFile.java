package dev.belay.driver.disk;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/// Whole files that are either the old or the new ones after a crash, never a mixture, and that
/// only their owner can read.
public final class DurableFile {
    private DurableFile() {}

    /// Replaces the file. When this returns, the content outlives a power cut; when it throws, the
    /// old content stands.
    public static void write(Path file, byte[] content) throws IOException {
        Path folder = folderOf(file);
        // The name is hidden and unique; the permissions of a temporary file are its owner's alone.
        Path next = Files.createTempFile(folder, ".", ".next");
        try {
            try (FileChannel channel = FileChannel.open(next, WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(content);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(next, file, ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(next);
        }
        sync(folder);
    }

    public static void write(Path file, String content) throws IOException {
        write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /// The file's text, or empty when there is none.
    public static Optional<String> read(Path file) throws IOException {
        try {
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /// Makes the folder and its parents, closed to everybody but the owner.
    public static Path folder(Path folder) throws IOException {
        return Files.createDirectories(
                folder,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /// Makes names in the folder outlive a power cut.
    public static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, READ)) {
            channel.force(true);
        }
    }

    private static Path folderOf(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IllegalArgumentException("a file in no folder: " + file);
        }
        return folder;
    }
}
