package dev.belay.driver.host;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Reads a log that goes on, whole line by whole line, from one place to the next.
final class LineReader {
    private static final int PIECE = 256 << 10;

    /// A line that does not end is passed on in parts of that size.
    private static final int LONGEST_LINE = 64 << 10;

    private final LogFile log;
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
    private long at;

    LineReader(LogFile log, long from) {
        this.log = log;
        at = from;
    }

    /// The lines that ended since the last call, at most about a piece of them; empty when there is
    /// no more for now.
    List<String> more() throws IOException {
        LogFile.Piece piece = log.read(at, PIECE);
        at = piece.next();
        List<String> lines = new ArrayList<>();
        while (piece.content().hasRemaining()) {
            byte each = piece.content().get();
            if (each == '\n' || begun.size() >= LONGEST_LINE) {
                lines.add(begun.toString(StandardCharsets.UTF_8));
                begun.reset();
            }
            if (each != '\n') {
                begun.write(each);
            }
        }
        return lines;
    }

    /// Gives up what is more than a piece behind: a log that grows faster than it is read.
    void skipToEnd() throws IOException {
        long end = log.end();
        if (end - at > PIECE) {
            at = end - PIECE;
            begun.reset();
        }
    }
}
