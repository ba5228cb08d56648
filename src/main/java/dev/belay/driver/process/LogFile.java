package dev.belay.driver.process;

import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One log on disk and the generation before it, `log` and `log.1`.
record LogFile(Path path) {
    private static final int TAIL_BYTES = 256 << 10;

    Path previous() {
        return path.resolveSibling(path.getFileName() + ".1");
    }

    /// The last lines, of the previous generation too when this one is short.
    List<String> last(int lines) throws IOException {
        List<String> here = tail(path, lines);
        if (here.size() >= lines) {
            return here;
        }
        List<String> all = new ArrayList<>(tail(previous(), lines - here.size()));
        all.addAll(here);
        return List.copyOf(all);
    }

    private static List<String> tail(Path file, int lines) throws IOException {
        try (FileChannel channel = FileChannel.open(file, READ)) {
            long from = Math.max(0, channel.size() - TAIL_BYTES);
            List<String> read = read(channel, from, TAIL_BYTES).lines().toList();
            return read.subList(Math.max(0, read.size() - lines), read.size());
        } catch (NoSuchFileException _) {
            return List.of();
        }
    }

    /// At most that many bytes from there, as text; bytes that are none are replaced.
    static String read(FileChannel channel, long from, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        int got = 0;
        while (got >= 0 && buffer.hasRemaining()) {
            got = channel.read(buffer, from + buffer.position());
        }
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }
}
