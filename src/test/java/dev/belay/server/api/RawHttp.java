package dev.belay.server.api;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Says byte for byte what a test wants said, where a proper client would refuse to.
public final class RawHttp {
    private static final int TIMEOUT_MILLIS = 20_000;

    private RawHttp() {}

    /// What came back, the head in lower case.
    public record Reply(int status, String head, String body) {}

    /// Sends head lines and a body on a connection of their own.
    public static Reply send(int port, String head, String body) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            String text = head.strip().replace("\n", "\r\n") + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            try {
                socket.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
                socket.getOutputStream().flush();
            } catch (IOException _) {
                // The server may have heard enough; its answer counts.
            }
            return parse(
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static Reply parse(String text) {
        int end = text.indexOf("\r\n\r\n");
        String head = text.substring(0, end).toLowerCase(Locale.ROOT);
        return new Reply(Integer.parseInt(head.split(" ", 3)[1]), head, text.substring(end + 4));
    }
}
