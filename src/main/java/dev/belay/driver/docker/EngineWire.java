package dev.belay.driver.docker;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// One request and its answer, over a connection of their own. Whatever the other side does, the
/// answer is there, or the failure, when the time is over; and no answer is longer than is allowed.
final class EngineWire {
    private static final int LINE_MAX = 8 << 10;
    private static final int LINES_MAX = 100;
    private static final int BODY_MAX = 16 << 20;

    /// Closes what takes too long: a blocking read of a Unix socket has no timeout of its own.
    private static final ScheduledExecutorService WATCH =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("docker-timeouts").factory());

    private final Path socket;

    EngineWire(Path socket) {
        this.socket = socket;
    }

    /// @param body JSON, or empty
    record Request(String method, String path, String body) {}

    /// What came back, whole.
    record Reply(int status, ByteBuffer body) {
        String text() {
            return StandardCharsets.UTF_8.decode(body.duplicate()).toString();
        }
    }

    @SuppressWarnings("try") // Closed early to end a read that takes too long.
    Reply ask(Request request, Duration within) throws IOException {
        var late = new AtomicBoolean();
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            ScheduledFuture<?> end =
                    WATCH.schedule(
                            () -> {
                                late.set(true);
                                channel.close();
                                return true;
                            },
                            within.toMillis(),
                            TimeUnit.MILLISECONDS);
            try {
                send(channel, request);
                return read(Channels.newInputStream(channel), request);
            } finally {
                end.cancel(false);
            }
        } catch (IOException e) {
            throw new EngineFailure(
                    0,
                    late.get()
                            ? "the Docker Engine at `%s` did not answer within %d s"
                                    .formatted(socket, within.toSeconds())
                            : "the Docker Engine at `%s` cannot be asked: %s"
                                    .formatted(socket, e.getMessage()));
        }
    }

    private static void send(SocketChannel channel, Request request) throws IOException {
        byte[] body = request.body().getBytes(StandardCharsets.UTF_8);
        String head =
                request.method()
                        + " "
                        + request.path()
                        + " HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n"
                        + (body.length == 0 ? "" : "Content-Type: application/json\r\n")
                        + "Content-Length: "
                        + body.length
                        + "\r\n\r\n";
        var all = new ByteArrayOutputStream();
        all.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(body);
        ByteBuffer bytes = ByteBuffer.wrap(all.toByteArray());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static Reply read(InputStream in, Request request) throws IOException {
        String[] first = line(in).split(" ", 3);
        if (first.length < 2 || !first[0].startsWith("HTTP/1.") || !first[1].matches("[0-9]{3}")) {
            throw new IOException("it does not answer in HTTP");
        }
        int status = Integer.parseInt(first[1]);
        boolean chunked = false;
        int length = -1;
        int lines = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            String lower = line.toLowerCase(Locale.ROOT);
            chunked |= lower.startsWith("transfer-encoding:") && lower.endsWith("chunked");
            if (lower.startsWith("content-length:")) {
                length = number(lower.substring("content-length:".length()).strip(), 10);
            }
            if (++lines > LINES_MAX) {
                throw new IOException("its answer has too many headers");
            }
        }
        if (status == 204 || status == 304 || request.method().equals("HEAD")) {
            return new Reply(status, ByteBuffer.allocate(0));
        }
        return new Reply(status, ByteBuffer.wrap(chunked ? chunks(in) : bytes(in, length)));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        var body = new ByteArrayOutputStream();
        while (true) {
            int size = number(line(in).split(";", 2)[0].strip(), 16);
            if (size == 0) {
                return body.toByteArray();
            }
            allow(body.size() + (long) size);
            body.writeBytes(exactly(in, size));
            line(in);
        }
    }

    private static byte[] bytes(InputStream in, int length) throws IOException {
        if (length >= 0) {
            allow(length);
            return exactly(in, length);
        }
        byte[] all = in.readNBytes(BODY_MAX + 1);
        allow(all.length);
        return all;
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("its answer breaks off");
        }
        return bytes;
    }

    private static void allow(long length) throws IOException {
        if (length > BODY_MAX) {
            throw new IOException("its answer is longer than " + BODY_MAX + " bytes");
        }
    }

    private static int number(String text, int base) throws IOException {
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

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("its answer breaks off");
            }
            if (line.size() > LINE_MAX) {
                throw new IOException("its answer has a line that is too long");
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }
}
