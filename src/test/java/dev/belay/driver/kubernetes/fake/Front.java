package dev.belay.driver.kubernetes.fake;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What stands before the API server where ports of pods are to be reached: a request for
/// `portforward` becomes a WebSocket (RFC 6455) to the pod's address, every other connection goes
/// on to the API server.
final class Front implements Closeable {
    private static final Pattern FORWARD =
            Pattern.compile(
                    "GET /api/v1/namespaces/([^/]+)/pods/([^/]+)/portforward\\?ports=([0-9]+) .*",
                    Pattern.DOTALL);
    private static final Pattern KEY =
            Pattern.compile("sec-websocket-key: *(\\S+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern CONNECTION =
            Pattern.compile(
                    "^connection:[^\r\n]*\r\n", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PIECE = 60_000;

    private final int behind;
    private final BinaryOperator<String> addresses;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /// @param behind port of the API server
    /// @param addresses of pods, by namespace and name
    Front(int behind, BinaryOperator<String> addresses) throws IOException {
        this.behind = behind;
        this.addresses = addresses;
        listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        Thread.startVirtualThread(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                sockets.add(socket);
                Thread.startVirtualThread(() -> serve(socket));
            }
        } catch (IOException _) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            String head = head(socket.getInputStream());
            Matcher forward = FORWARD.matcher(head);
            if (forward.matches()) {
                forward(socket, head, forward);
            } else {
                pass(socket, head);
            }
        } catch (IOException _) {
            // Whoever asked notices.
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no request");
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private void pass(Socket socket, String head) throws IOException {
        try (var api = new Socket(InetAddress.getLoopbackAddress(), behind)) {
            sockets.add(api);
            // One request: the next one on the same connection could be for a port.
            write(api, head);
            Thread.startVirtualThread(() -> answer(api, socket));
            copy(socket, api);
        }
    }

    private static void answer(Socket api, Socket socket) {
        try {
            write(socket, head(api.getInputStream()));
        } catch (IOException _) {
            // Then there is nothing to copy, either.
        }
        copy(api, socket);
    }

    /// Says to whoever reads it that the connection ends with this.
    private static void write(Socket to, String head) throws IOException {
        String lines = CONNECTION.matcher(head).replaceAll("");
        String last = lines.substring(0, lines.length() - 2) + "Connection: close\r\n\r\n";
        to.getOutputStream().write(last.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException _) {
            // One of them is closed.
        }
    }

    // --- a WebSocket --------------------------------------------------------------------------

    private void forward(Socket socket, String head, Matcher asked) throws IOException {
        Matcher key = KEY.matcher(head);
        if (!key.find() || !head.contains("v4.channel.k8s.io")) {
            throw new IOException("no WebSocket of Kubernetes");
        }
        OutputStream out = socket.getOutputStream();
        out.write(
                ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Protocol: v4.channel.k8s.io\r\n"
                                + "Sec-WebSocket-Accept: "
                                + accept(key.group(1))
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
        int port = Integer.parseInt(asked.group(3));
        for (byte channel = 0; channel < 2; channel++) {
            frame(out, BINARY, new byte[] {channel, (byte) port, (byte) (port >> 8)}, 3);
        }
        String address = addresses.apply(asked.group(1), asked.group(2));
        try (var pod = new Socket(address, port)) {
            sockets.add(pod);
            Thread.startVirtualThread(() -> back(pod, out));
            there(new DataInputStream(socket.getInputStream()), pod);
        } catch (IOException e) {
            byte[] said =
                    ("\1cannot reach port " + port + " in pod").getBytes(StandardCharsets.UTF_8);
            frame(out, BINARY, said, said.length);
        }
    }

    private static String accept(String key) {
        try {
            byte[] sum =
                    MessageDigest.getInstance("SHA-1")
                            .digest(
                                    (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                                            .getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(sum);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void there(DataInputStream in, Socket pod) throws IOException {
        while (true) {
            int kind = in.readUnsignedByte() & 0xf;
            int length = in.readUnsignedByte() & 0x7f;
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = Math.toIntExact(in.readLong());
            }
            byte[] mask = in.readNBytes(4);
            byte[] bytes = in.readNBytes(length);
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] ^= mask[i % mask.length];
            }
            if (kind == CLOSE) {
                return;
            }
            if (bytes.length > 0 && bytes[0] == 0) {
                pod.getOutputStream().write(bytes, 1, bytes.length - 1);
            }
        }
    }

    private static void back(Socket pod, OutputStream out) {
        byte[] piece = new byte[PIECE];
        try {
            int read = pod.getInputStream().read(piece, 1, PIECE - 1);
            while (read > 0) {
                frame(out, BINARY, piece, read + 1);
                read = pod.getInputStream().read(piece, 1, PIECE - 1);
            }
            frame(out, CLOSE, new byte[] {3, (byte) 0xe8}, 2);
        } catch (IOException _) {
            // One of them is closed.
        }
    }

    private static void frame(OutputStream out, int kind, byte[] bytes, int length)
            throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(length + 4);
        frame.put((byte) (0x80 | kind));
        if (length < 126) {
            frame.put((byte) length);
        } else {
            frame.put((byte) 126).putShort((short) length);
        }
        frame.put(bytes, 0, length);
        synchronized (out) {
            out.write(frame.array(), 0, frame.position());
            out.flush();
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
