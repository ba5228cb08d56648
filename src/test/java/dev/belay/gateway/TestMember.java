package dev.belay.gateway;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// An instance on a real socket, as well or badly behaved as a test wants: the behaviour writes raw
/// bytes.
public final class TestMember implements AutoCloseable {
    /// One request, its body not yet read.
    public record Request(
            String method,
            String path,
            Map<String, String> headers,
            InputStream in,
            Socket socket) {
        /// Empty when it has none of that name.
        public String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }

        /// The whole body, whichever way it is framed.
        public byte[] body() throws IOException {
            if (header("transfer-encoding").equals("chunked")) {
                var out = new java.io.ByteArrayOutputStream();
                for (int size = chunk(); size > 0; size = chunk()) {
                    out.write(in.readNBytes(size));
                    line(in);
                }
                line(in);
                return out.toByteArray();
            }
            String length = header("content-length");
            return length.isEmpty() ? new byte[0] : in.readNBytes(Integer.parseInt(length));
        }

        private int chunk() throws IOException {
            String size = line(in);
            if (size.isEmpty()) {
                throw new EOFException("amid a body in chunks");
            }
            return Integer.parseInt(size, 16);
        }
    }

    /// Answers one request; false ends the connection.
    public interface Behaviour {
        boolean answer(Request request, OutputStream out) throws IOException;
    }

    private final ServerSocket server;
    private final Behaviour behaviour;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final Thread accepting;

    private TestMember(int port, Behaviour behaviour) throws IOException {
        this.behaviour = behaviour;
        this.server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_024);
        this.accepting = Thread.startVirtualThread(this::accept);
    }

    /// One that behaves so, at a port of its own.
    public static TestMember behaving(Behaviour behaviour) throws IOException {
        return new TestMember(0, behaviour);
    }

    static TestMember at(int port, Behaviour behaviour) throws IOException {
        return new TestMember(port, behaviour);
    }

    /// Reads the body and says its own name.
    static TestMember saying(String name) throws IOException {
        return behaving((request, out) -> say(request, out, name));
    }

    /// Reads the body and answers with the text.
    public static boolean say(Request request, OutputStream out, String text) throws IOException {
        request.body();
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
        if (!request.method().equals("HEAD")) {
            out.write(body);
        }
        out.flush();
        return true;
    }

    /// Writes at once.
    public static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /// Where it listens.
    public int port() {
        return server.getLocalPort();
    }

    int accepted() {
        return accepted.get();
    }

    int open() {
        return open.size();
    }

    Route.Member member(String id) {
        return new Route.Member(id, "127.0.0.1", port());
    }

    Route.Share share(String revision, int weight) {
        return new Route.Share(
                revision, weight, new Route.Members(List.of(member(revision + "-1"))));
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                accepted.incrementAndGet();
                open.add(socket);
                Thread.startVirtualThread(() -> serve(socket));
            } catch (IOException _) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            boolean more = true;
            while (more) {
                String first = line(in);
                if (first.isEmpty()) {
                    return;
                }
                var headers = new TreeMap<String, String>();
                for (String one = line(in); !one.isEmpty(); one = line(in)) {
                    int colon = one.indexOf(':');
                    String name = one.substring(0, colon).toLowerCase(Locale.ROOT);
                    headers.merge(name, one.substring(colon + 1).strip(), (a, b) -> a + " | " + b);
                }
                String[] parts = first.split(" ", -1);
                more = behaviour.answer(new Request(parts[0], parts[1], headers, in, socket), out);
            }
        } catch (IOException | UncheckedIOException _) {
            // The other side left, which many tests do on purpose.
        } finally {
            open.remove(socket);
        }
    }

    /// One line without its end; empty at the end of the stream.
    static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    /// Stops listening; connections that exist go on. A socket that a virtual thread accepts from
    /// is closed only once that thread woke: until then it still lets connections in, and may
    /// answer them.
    void stopListening() throws IOException {
        server.close();
        try {
            accepting.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        stopListening();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
