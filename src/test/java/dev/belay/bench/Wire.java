package dev.belay.bench;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// One client connection, as plain as can be: it never repeats a request, so that nothing that goes
/// wrong is hidden. A connection that ends before an answer is a failure, unless the answer before
/// it had announced the end.
final class Wire implements AutoCloseable {
    /// A server that says nothing for so long has failed, whatever it says later.
    private static final int PATIENCE_MILLIS = 10_000;

    private static final int FRAME_TEXT = 0x81;
    private static final int FRAME_CLOSE = 0x88;
    private static final int MASKED = 0x80;
    private static final int CLOSE_BYTES = 2;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private boolean ending;

    Wire(int port) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    /// Whether the other side has announced that it takes no further request here.
    boolean ending() {
        return ending;
    }

    /// Sends a request; gives the body of a 2xx.
    String ask(String method, String path, String body) throws IOException {
        send(
                method
                        + " "
                        + path
                        + " HTTP/1.1\r\nHost: bench\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body);
        String status = line();
        int length = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring("content-length:".length()).strip());
            } else if (lower.startsWith("connection:") && lower.contains("close")) {
                ending = true;
            }
        }
        String answer = new String(in.readNBytes(length), StandardCharsets.US_ASCII);
        if (answer.length() < length) {
            throw new EOFException("ended within an answer");
        }
        if (!status.startsWith("HTTP/1.1 2")) {
            throw new IOException("status " + status + ": " + answer.strip());
        }
        return answer;
    }

    /// Opens a WebSocket; from then on there are only texts.
    void upgrade(String path) throws IOException {
        send(
                "GET "
                        + path
                        + " HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        String status = line();
        while (!line().isEmpty()) {
            // The headers say nothing that matters here.
        }
        if (!status.startsWith("HTTP/1.1 101")) {
            throw new IOException("upgrade: status " + status);
        }
    }

    /// Sends a text and gives the answer; `""` when the other side closes politely, with 1012,
    /// after which [#ending] is true.
    String say(String text) throws IOException {
        frame(FRAME_TEXT, text.getBytes(StandardCharsets.US_ASCII));
        int kind = in.readUnsignedByte();
        byte[] content = in.readNBytes(in.readUnsignedByte());
        if (kind == FRAME_TEXT) {
            return new String(content, StandardCharsets.US_ASCII);
        }
        int code =
                content.length < CLOSE_BYTES
                        ? 0
                        : (content[0] & 0xff) << Byte.SIZE | (content[1] & 0xff);
        if (kind != FRAME_CLOSE || code != 1012) {
            throw new IOException("websocket: frame " + kind + ", code " + code);
        }
        ending = true;
        frame(FRAME_CLOSE, content);
        return "";
    }

    private void frame(int kind, byte[] content) throws IOException {
        // The mask of zeros is as good as any: what it protects from is not here.
        byte[] frame = new byte[content.length + 6];
        frame[0] = (byte) kind;
        frame[1] = (byte) (MASKED | content.length);
        System.arraycopy(content, 0, frame, 6, content.length);
        socket.getOutputStream().write(frame);
    }

    private void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException(
                        line.isEmpty() ? "ended without an answer" : "ended within a head");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
