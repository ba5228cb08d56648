package dev.belay.driver.witness;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// A file on another disk, or another machine's: a line is added for each checkpoint, and nothing
/// is ever changed. The file has to be there: where it is not, its disk may not be mounted.
public final class FileWitness implements Witness {
    private static final int TAIL_BYTES = 64 * 1024;

    private final Path file;

    public FileWitness(Path file) {
        this.file = file;
    }

    @Override
    public void keep(List<Statement> statements) throws IOException {
        long shown = shows();
        var text = new StringBuilder();
        if (torn()) {
            // A line that was cut off by a full disk or a crash stays, and spoils no other.
            text.append('\n');
        }
        for (Statement one : statements) {
            if (one.size() > shown) {
                text.append(one.line()).append('\n');
            }
        }
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            ByteBuffer rest = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        } catch (IOException e) {
            throw new IOException("`" + file + "` cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public long shows() throws IOException {
        return tail().lines().mapToLong(Statement::sizeIn).reduce(0, Math::max);
    }

    private boolean torn() throws IOException {
        String tail = tail();
        return !tail.isEmpty() && !tail.endsWith("\n");
    }

    private String tail() throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(
                    "`" + file + "` is not there; is the disk mounted that it is on?");
        }
        try (var in = new RandomAccessFile(file.toFile(), "r")) {
            long length = in.length();
            byte[] bytes = new byte[(int) Math.min(length, TAIL_BYTES)];
            in.seek(length - bytes.length);
            in.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IOException("`" + file + "` cannot be read: " + e.getMessage(), e);
        }
    }
}
