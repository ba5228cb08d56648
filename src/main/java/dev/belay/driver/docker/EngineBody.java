package dev.belay.driver.docker;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The body of an answer: pieces that each say how long they are, or a single one that does. Where
/// it breaks off that is a failure, and no end.
final class EngineBody extends InputStream {
    private static final int LINE_MAX = 8 << 10;

    private final InputStream in;
    private final boolean chunked;
    private final long max;
    private long left;
    private long seen;
    private boolean begun;
    private boolean over;

    private EngineBody(InputStream in, boolean chunked, long left, long max) {
        this.in = in;
        this.chunked = chunked;
        this.left = left;
        this.max = max;
    }

    static InputStream chunked(InputStream in, long max) {
        return new EngineBody(in, true, 0, max);
    }

    static InputStream exactly(InputStream in, long length, long max) throws IOException {
        allow(length, max);
        return new EngineBody(in, false, length, max);
    }

    static void allow(long length, long max) throws IOException {
        if (length > max) {
            throw new IOException("its answer is longer than " + max + " bytes");
        }
    }

    static int number(String text, int base) throws IOException {
        try {
            int number = Integer.parseInt(text, base);
            if (number < 0) {
                throw new IOException("its answer has no length");
            }
            return number;
        } catch (NumberFormatException _) {
            throw new IOException("its answer has no length");
        }
    }

    /// A line of what comes before a body, without its end.
    static String head(InputStream in) throws IOException {
        String line = line(in, LINE_MAX);
        if (line == null) {
            throw new EOFException("its answer breaks off");
        }
        return line;
    }

    /// A line without its end; null when there is none any more.
    static @Nullable String line(InputStream in, int max) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8);
            }
            if (line.size() > max) {
                throw new IOException("its answer has a line that is too long");
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    /// Makes sure that there is something left of a piece, unless all is over.
    private void advance() throws IOException {
        while (left == 0 && !over) {
            if (!chunked) {
                over = true;
            } else {
                if (begun) {
                    head(in);
                }
                begun = true;
                left = number(head(in).split(";", 2)[0].strip(), 16);
                seen += left;
                allow(seen, max);
                over = left == 0;
            }
        }
    }

    @Override
    public int read() throws IOException {
        advance();
        if (over) {
            return -1;
        }
        int one = in.read();
        if (one < 0) {
            throw new EOFException("its answer breaks off");
        }
        left--;
        return one;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        advance();
        if (over) {
            return -1;
        }
        int read = in.read(into, from, (int) Math.min(length, left));
        if (read < 0) {
            throw new EOFException("its answer breaks off");
        }
        left -= read;
        return read;
    }
}
