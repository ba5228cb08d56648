package dev.belay.bench;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/// The service that is shipped: it says of every answer which version and instance gave it, and
/// since when that instance is healthy. Its version may end with the percentage of requests that it
/// fails. One class file without neighbours, so that it is its own artifact.
final class VersionService {
    private static final int SLOW_MILLIS = 200;
    private static final int HEAD_MAX = 64 * 1024;
    private static final int FRAME_TEXT = 0x81;
    private static final int FRAME_CLOSE = 0x88;
    private static final int BACKLOG = 512;

    private final String name;
    private final int failing;
    private final AtomicLong healthySince = new AtomicLong();

    private VersionService(String name, int failing) {
        this.name = name;
        this.failing = failing;
    }

    public static void main(String[] arguments) throws IOException {
        String port = System.getenv("PORT");
        String version = Files.readString(Path.of("version")).strip();
        String[] words = version.split(" ", -1);
        int failing = words.length > 1 ? Integer.parseInt(words[1]) : 0;
        var service = new VersionService(words[0] + " " + port, failing);
        try (var server =
                new ServerSocket(
                        Integer.parseInt(port), BACKLOG, InetAddress.getLoopbackAddress())) {
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> service.serve(socket));
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            OutputStream out = socket.getOutputStream();
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                String key = header(head, "sec-websocket-key");
                if (!key.isEmpty()) {
                    echo(in, out, key);
                    return;
                }
                answer(in, out, head);
            }
        } catch (IOException _) {
            // The other side has gone; it is the one that counts failures.
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void answer(DataInputStream in, OutputStream out, String head)
            throws IOException, InterruptedException {
        String length = header(head, "content-length");
        in.skipNBytes(length.isEmpty() ? 0 : Long.parseLong(length));
        boolean health = head.startsWith("GET /health ");
        boolean fails = !health && ThreadLocalRandom.current().nextInt(100) < failing;
        if (head.startsWith("GET /health ")) {
            healthySince.compareAndSet(0, ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
        } else if (head.startsWith("GET /slow ")) {
            Thread.sleep(SLOW_MILLIS);
        }
        String body = says();
        out.write(
                ("HTTP/1.1 "
                                + (fails ? "500 Internal Server Error" : "200 OK")
                                + "\r\nContent-Type: text/plain\r\nContent-Length: "
                                + body.length()
                                + "\r\n\r\n"
                                + body)
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private String says() {
        return name + " " + healthySince.get();
    }

    /// Answers every text with who answers; the end of the conversation is the client's to choose.
    private void echo(DataInputStream in, OutputStream out, String key) throws IOException {
        out.write(
                ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                + "Connection: Upgrade\r\nSec-WebSocket-Accept: "
                                + accept(key)
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        while (true) {
            int kind = in.readUnsignedByte();
            byte[] content = unmasked(in);
            if (kind == FRAME_CLOSE) {
                frame(out, FRAME_CLOSE, content);
                return;
            }
            String text = new String(content, StandardCharsets.UTF_8) + " " + says();
            frame(out, FRAME_TEXT, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static byte[] unmasked(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte() & 0x7f;
        byte[] mask = in.readNBytes(4);
        byte[] content = in.readNBytes(length);
        for (int i = 0; i < content.length; i++) {
            content[i] ^= mask[i % 4];
        }
        return content;
    }

    private static void frame(OutputStream out, int kind, byte[] content) throws IOException {
        byte[] frame = new byte[content.length + 2];
        frame[0] = (byte) kind;
        frame[1] = (byte) content.length;
        System.arraycopy(content, 0, frame, 2, content.length);
        out.write(frame);
    }

    private static String accept(String key) {
        try {
            byte[] bytes =
                    (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                            .getBytes(StandardCharsets.US_ASCII);
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Up to and with the empty line; `""` when the other side has ended.
    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.length() < HEAD_MAX) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.append((char) next);
            if (next == '\n' && head.lastIndexOf("\r\n\r\n") == head.length() - 4) {
                return head.toString();
            }
        }
        throw new IOException("the head is too long");
    }

    private static String header(String head, String name) {
        for (String line : head.split("\r\n", -1)) {
            if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
                return line.substring(name.length() + 1).strip();
            }
        }
        return "";
    }
}
