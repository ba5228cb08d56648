package dev.belay.driver.docker;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// One request and its answer, over a connection of their own. Whatever the other side does, the
/// answer is there, or the failure, when the time is over; and no answer that is kept is longer
/// than is allowed.
final class EngineWire {
    private static final int LINES_MAX = 100;
    private static final int BODY_MAX = 16 << 20;

    /// Closes what takes too long: a blocking read of a Unix socket has no timeout of its own.
    private static final ScheduledExecutorService WATCH =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("docker-timeouts").factory());

    private final EngineRoute route;

    EngineWire(EngineRoute route) {
        this.route = route;
    }

    /// What is sent with a request.
    sealed interface Body {
        /// Nothing, or JSON.
        record Text(String json) implements Body {}

        /// A tar archive, as long as it was when the request began.
        record Archive(Path file) implements Body {}
    }

    /// @param headers beside those that every request has
    record Request(String method, String path, Map<String, String> headers, Body body) {
        /// @param json or empty
        Request(String method, String path, String json) {
            this(method, path, Map.of(), new Body.Text(json));
        }
    }

    /// What came back, whole.
    record Reply(int status, ByteBuffer body) {
        String text() {
            return StandardCharsets.UTF_8.decode(body.duplicate()).toString();
        }
    }

    /// Gets lines of an answer while it comes.
    interface Lines {
        void line(String line) throws IOException;
    }

    /// What is made of an answer while its connection is open.
    private interface Use<T> {
        T of(int status, InputStream body) throws IOException;
    }

    Reply ask(Request request, Duration within) throws IOException {
        return exchange(request, within, BODY_MAX, EngineWire::whole);
    }

    /// The same where an answer is a line now and then. One that is no success is kept whole.
    Reply follow(Request request, Duration within, Lines lines) throws IOException {
        return exchange(
                request,
                within,
                Long.MAX_VALUE,
                (status, body) -> {
                    if (status >= 400) {
                        return new Reply(status, ByteBuffer.wrap(body.readNBytes(BODY_MAX)));
                    }
                    for (String line = EngineBody.line(body, BODY_MAX);
                            line != null;
                            line = EngineBody.line(body, BODY_MAX)) {
                        lines.line(line);
                    }
                    return new Reply(status, ByteBuffer.allocate(0));
                });
    }

    /// The same where an answer is a file. One that is no success is kept whole.
    ///
    /// @param max bytes; more is a failure
    Reply fetch(Request request, Duration within, Path into, long max) throws IOException {
        return exchange(
                request,
                within,
                max,
                (status, body) -> {
                    if (status >= 400) {
                        return new Reply(status, ByteBuffer.wrap(body.readNBytes(BODY_MAX)));
                    }
                    try (OutputStream out =
                            new BufferedOutputStream(Files.newOutputStream(into), 1 << 16)) {
                        body.transferTo(out);
                    }
                    return new Reply(status, ByteBuffer.allocate(0));
                });
    }

    private static Reply whole(int status, InputStream body) throws IOException {
        byte[] all = body.readNBytes(BODY_MAX + 1);
        EngineBody.allow(all.length, BODY_MAX);
        return new Reply(status, ByteBuffer.wrap(all));
    }

    @SuppressWarnings("try") // Closed early to end a read that takes too long.
    private <T> T exchange(Request request, Duration within, long max, Use<T> use)
            throws IOException {
        var late = new AtomicBoolean();
        try (EngineRoute.Connection connection = route.open()) {
            ScheduledFuture<?> end =
                    WATCH.schedule(
                            () -> {
                                late.set(true);
                                connection.close();
                                return true;
                            },
                            within.toMillis(),
                            TimeUnit.MILLISECONDS);
            try {
                IOException unsent = sent(connection.out(), request);
                try {
                    return read(connection.in(), request, max, use);
                } catch (IOException e) {
                    throw unsent == null ? e : unsent;
                }
            } catch (EngineFailure e) {
                throw e;
            } catch (IOException e) {
                throw connection instanceof EngineRoute.Shell shell && !late.get()
                        ? new IOException(said(shell, e))
                        : e;
            } finally {
                end.cancel(false);
            }
        } catch (EngineFailure e) {
            throw e;
        } catch (IOException e) {
            throw late.get()
                    ? EngineFailure.away(
                            "the Docker Engine at `%s` did not answer within %d s"
                                    .formatted(route, within.toSeconds()),
                            "see to it: `docker info` says whether it answers anybody")
                    : EngineFailure.unreachable(route, e);
        }
    }

    private static String said(EngineRoute.Shell shell, IOException e) throws IOException {
        String said = shell.said();
        return said.isEmpty() ? String.valueOf(e.getMessage()) : "`ssh` says: " + said;
    }

    /// Who says no in the middle of what is sent closes, and has answered nevertheless.
    private static @Nullable IOException sent(OutputStream to, Request request) {
        try {
            send(to, request);
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    private static void send(OutputStream to, Request request) throws IOException {
        var out = new BufferedOutputStream(to, 1 << 16);
        var head = new StringBuilder();
        head.append(request.method()).append(' ').append(request.path());
        head.append(" HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n");
        request.headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        switch (request.body()) {
            case Body.Text(String json) -> {
                byte[] body = json.getBytes(StandardCharsets.UTF_8);
                head.append(body.length == 0 ? "" : "Content-Type: application/json\r\n");
                begin(out, head, body.length);
                out.write(body);
            }
            case Body.Archive(Path file) -> {
                head.append("Content-Type: application/x-tar\r\n");
                long length = Files.size(file);
                begin(out, head, length);
                try (InputStream in = Files.newInputStream(file)) {
                    if (in.transferTo(out) != length) {
                        throw new IOException("`" + file + "` was changed while it was sent");
                    }
                }
            }
        }
        out.flush();
    }

    private static void begin(OutputStream out, StringBuilder head, long length)
            throws IOException {
        head.append("Content-Length: ").append(length).append("\r\n\r\n");
        out.write(head.toString().getBytes(StandardCharsets.US_ASCII));
    }

    private static <T> T read(InputStream in, Request request, long max, Use<T> use)
            throws IOException {
        String[] first = EngineBody.head(in).split(" ", 3);
        if (first.length < 2 || !first[0].startsWith("HTTP/1.") || !first[1].matches("[0-9]{3}")) {
            throw new IOException("it does not answer in HTTP");
        }
        int status = Integer.parseInt(first[1]);
        boolean chunked = false;
        long length = -1;
        int lines = 0;
        for (String line = EngineBody.head(in); !line.isEmpty(); line = EngineBody.head(in)) {
            String lower = line.toLowerCase(Locale.ROOT);
            chunked |= lower.startsWith("transfer-encoding:") && lower.endsWith("chunked");
            if (lower.startsWith("content-length:")) {
                length = EngineBody.number(lower.substring("content-length:".length()).strip(), 10);
            }
            if (++lines > LINES_MAX) {
                throw new IOException("its answer has too many headers");
            }
        }
        if (status == 204 || status == 304 || request.method().equals("HEAD")) {
            return use.of(status, InputStream.nullInputStream());
        }
        return use.of(
                status,
                chunked
                        ? EngineBody.chunked(in, max)
                        : length < 0 ? in : EngineBody.exactly(in, length, max));
    }
}
