package dev.belay.driver.host;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.belay.driver.disk.DurableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One log and the generation before it: `log` and `log.1`. The program that writes holds the file
/// open, so that it is cut in place: copied, then emptied. What is written between the two is lost,
/// which is why it happens seldom.
///
/// `log.cut` says at which byte, counted from the very first, each generation begins. Readers keep
/// their place in these bytes.
record LogFile(Path path) {
    private static final int TAIL_BYTES = 256 << 10;

    /// Where the generations begin.
    record Cut(long previous, long current) {}

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

    /// The byte after the last one.
    long end() throws IOException {
        return cut().current() + size(path);
    }

    /// At most that many bytes from that one on, fewer at the end; from the first that is still
    /// there, when that one is not.
    Piece read(long from, int bytes) throws IOException {
        Cut cut = cut();
        long size = size(path);
        if (from >= cut.current()) {
            // Beyond the end: it was cut by somebody else, who told nobody.
            long at = from - cut.current() > size ? 0 : from - cut.current();
            ByteBuffer content = read(path, at, bytes);
            return new Piece(content, cut.current() + at + content.remaining());
        }
        long at = Math.max(0, from - cut.previous());
        ByteBuffer content = read(previous(), at, bytes);
        return !content.hasRemaining()
                ? new Piece(content, cut.current())
                : new Piece(content, cut.previous() + at + content.remaining());
    }

    /// @param next where to read on
    record Piece(ByteBuffer content, long next) {}

    /// Cuts it when it is longer than that, keeping as much in the previous generation. A full disk
    /// cannot hold the copy: then only the end of it all is lost, and the disk gets room.
    void cutAt(long bytes) throws IOException {
        long size = size(path);
        if (size <= bytes) {
            return;
        }
        Cut cut = cut();
        long kept;
        long end;
        try (FileChannel log = FileChannel.open(path, READ, WRITE)) {
            kept = keep(log, Math.max(0, size - bytes));
            end = log.size();
            log.truncate(0);
        }
        DurableFile.write(
                path.resolveSibling("log.cut"),
                (cut.current() + end - kept) + " " + (cut.current() + end) + "\n");
    }

    private long keep(FileChannel log, long from) throws IOException {
        Path next = path.resolveSibling(".log.next");
        try (FileChannel copy = FileChannel.open(Files.createFile(fresh(next)), WRITE)) {
            long at = from;
            // What is written meanwhile is copied too.
            for (long moved = 1; moved > 0; at += moved) {
                moved = log.transferTo(at, Math.max(0, log.size() - at), copy);
            }
            Files.move(next, previous(), ATOMIC_MOVE);
            return at - from;
        } catch (IOException _) {
            Files.deleteIfExists(next);
            Files.deleteIfExists(previous());
            return 0;
        }
    }

    private static Path fresh(Path file) throws IOException {
        Files.deleteIfExists(file);
        return file;
    }

    private Cut cut() throws IOException {
        String[] numbers =
                DurableFile.read(path.resolveSibling("log.cut")).orElse("").strip().split(" ", -1);
        return numbers.length == 2
                ? new Cut(Fence.number(numbers[0]), Fence.number(numbers[1]))
                : new Cut(0, 0);
    }

    private Path previous() {
        return path.resolveSibling("log.1");
    }

    private static List<String> tail(Path file, int lines) throws IOException {
        long from = Math.max(0, size(file) - TAIL_BYTES);
        List<String> read =
                StandardCharsets.UTF_8
                        .decode(read(file, from, TAIL_BYTES))
                        .toString()
                        .lines()
                        .toList();
        return read.subList(Math.max(0, read.size() - lines), read.size());
    }

    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException _) {
            return 0;
        }
    }

    private static ByteBuffer read(Path file, long from, int bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, READ)) {
            ByteBuffer buffer = ByteBuffer.allocate(Math.clamp(channel.size() - from, 0, bytes));
            int got = 0;
            while (got >= 0 && buffer.hasRemaining()) {
                got = channel.read(buffer, from + buffer.position());
            }
            return buffer.flip();
        } catch (NoSuchFileException _) {
            return ByteBuffer.allocate(0);
        }
    }
}
