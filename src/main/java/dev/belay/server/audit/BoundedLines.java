package dev.belay.server.audit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Lines of a file that somebody handed in: none is longer than its bound, and none is read into
/// memory before the one in front of it is done with.
final class BoundedLines {
    private final InputStream in;
    private final int max;
    private long number;
    private boolean torn;

    /// @param in is read byte by byte
    /// @param max bytes of a line
    BoundedLines(InputStream in, int max) {
        this.in = in;
        this.max = max;
    }

    /// The next line, null after the last one.
    ///
    /// @throws IOException when it is longer than a line may be
    @Nullable String next() throws IOException {
        var line = new ByteArrayOutputStream();
        int c = in.read();
        if (c < 0) {
            return null;
        }
        number++;
        for (; c >= 0 && c != '\n'; c = in.read()) {
            if (line.size() >= max) {
                throw new IOException("line " + number + " is longer than " + max + " bytes");
            }
            line.write(c);
        }
        torn = c < 0;
        return line.toString(StandardCharsets.UTF_8);
    }

    long number() {
        return number;
    }

    /// Whether the last line had no end.
    boolean torn() {
        return torn;
    }
}
