package dev.belay.cli.client;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// One HTTP/1.1 exchange with a process on this machine, on a connection of its own. The JDK's
/// clients can do much more and take longer to load than `belay status` may take altogether.
public final class Http {
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final int HEAD_BYTES_MAX = 32 * 1024;

    private Http() {}

    /// What is asked.
    ///
    /// @param body JSON, or empty for none
    /// @param silence the longest that the other side may say nothing
    public record Request(
            String method,
            String path,
            Map<String, String> headers,
            String body,
            Duration silence) {
        public Request {
            headers = Map.copyOf(headers);
        }

        public static Request get(String path) {
            return new Request("GET", path, Map.of(), "", Duration.ofSeconds(30));
        }

        public static Request post(String path, String body) {
            return new Request("POST", path, Map.of(), body, Duration.ofSeconds(30));
        }

        public Request with(String header, String value) {
            var more = new LinkedHashMap<>(headers);
            more.put(header, value);
            return new Request(method, path, more, body, silence);
        }

        /// As this one, but the answer may take that long to come or to go on.
        public Request patient(Duration longer) {
            return new Request(method, path, headers, body, longer);
        }
    }

    /// What came back; `body` is read while it arrives, and closing ends the connection.
    ///
    /// @param headers names in lower case
    public record Answer(int status, Map<String, String> headers, InputStream body, Socket socket)
            implements AutoCloseable {
        public boolean ok() {
            return status >= 200 && status < 300;
        }

        public String text() throws IOException {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException _) {
                // Whatever was wanted from it has been read.
            }
        }
    }

    /// Sends the request to `port` on loopback and reads the head of the answer.
    ///
    /// @throws IOException when nobody listens, or what comes back is no HTTP
    public static Answer send(int port, Request request) throws IOException {
        var socket = new Socket();
        try {
            var loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
            socket.connect(new InetSocketAddress(loopback, port), (int) CONNECT.toMillis());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) request.silence().toMillis());
            write(socket.getOutputStream(), port, request);
            return read(socket);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static void write(OutputStream out, int port, Request request) throws IOException {
        byte[] body = request.body().getBytes(StandardCharsets.UTF_8);
        var head = new StringBuilder();
        head.append(request.method()).append(' ').append(request.path()).append(" HTTP/1.1\r\n");
        head.append("Host: 127.0.0.1:").append(port).append("\r\nConnection: close\r\n");
        request.headers().forEach((name, value) -> head.append(header(name, value)));
        if (!request.method().equals("GET")) {
            head.append(header("Content-Type", "application/json"));
            head.append(header("Content-Length", Integer.toString(body.length)));
        }
        head.append("\r\n");
        byte[] first = head.toString().getBytes(StandardCharsets.UTF_8);
        // One write: the other side then sees head and body in one packet.
        byte[] all = new byte[first.length + body.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(body, 0, all, first.length, body.length);
        out.write(all);
        out.flush();
    }

    private static String header(String name, String value) {
        if (value.chars().anyMatch(c -> c < ' ')) {
            throw new IllegalArgumentException("a control character in header " + name);
        }
        return name + ": " + value + "\r\n";
    }

    private static Answer read(Socket socket) throws IOException {
        var in = new BufferedInputStream(socket.getInputStream());
        String[] status = line(in).split(" ", 3);
        if (status.length < 2 || !status[0].startsWith("HTTP/1.") || !isNumber(status[1])) {
            throw new IOException("what listens there does not speak HTTP");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        int left = HEAD_BYTES_MAX;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            left -= line.length();
            int colon = line.indexOf(':');
            if (colon < 1 || left < 0) {
                throw new IOException("what listens there sends headers that are none");
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new Answer(Integer.parseInt(status[1]), headers, body(in, headers), socket);
    }

    private static InputStream body(InputStream in, Map<String, String> headers)
            throws IOException {
        if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            return new Chunks(in);
        }
        String length = headers.get("content-length");
        if (length == null) {
            return in;
        }
        if (!isNumber(length)) {
            throw new IOException("what listens there sends a length that is none");
        }
        return new Stretch(in, Long.parseLong(length));
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty()
                && text.length() < 16
                && text.chars().allMatch(c -> '0' <= c && c <= '9');
    }

    /// A line without its end; empty at the end of the headers.
    static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.length() > HEAD_BYTES_MAX) {
                throw new IOException("the answer broke off");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    /// Exactly so many bytes; fewer are a broken answer, not a short one.
    private static final class Stretch extends InputStream {
        private final InputStream in;
        private long left;

        Stretch(InputStream in, long length) {
            this.in = in;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int got = in.read(into, from, (int) Math.min(length, left));
            if (got < 0) {
                throw new IOException("the answer broke off");
            }
            left -= got;
            return got;
        }
    }

    /// The chunks of a body whose length nobody knows in advance.
    private static final class Chunks extends InputStream {
        private final InputStream in;
        private long left;
        private boolean first = true;
        private boolean ended;

        Chunks(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            if (left == 0 && !ended) {
                next();
            }
            if (ended) {
                return -1;
            }
            int got = in.read(into, from, (int) Math.min(length, left));
            if (got < 0) {
                throw new IOException("the answer broke off");
            }
            left -= got;
            return got;
        }

        private void next() throws IOException {
            if (!first) {
                line(in);
            }
            first = false;
            String size = line(in).split(";", 2)[0].strip();
            try {
                left = Long.parseLong(size, 16);
            } catch (NumberFormatException _) {
                throw new IOException("the answer broke off");
            }
            ended = left <= 0;
        }
    }
}
