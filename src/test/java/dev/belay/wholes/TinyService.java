package dev.belay.wholes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/// What is shipped: answers every request on `$PORT` with the word it was started with, and one of
/// so many, if a number follows the word, with 500. One class without dependencies, so that it
/// starts fast.
final class TinyService {
    private TinyService() {}

    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv("PORT"));
        byte[] body = args[0].getBytes(StandardCharsets.UTF_8);
        int failing = args.length > 1 ? Integer.parseInt(args[1]) : 0;
        var asked = new AtomicInteger();
        try (var server = new ServerSocket();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
            System.out.println(args[0] + " listens");
            while (true) {
                Socket socket = server.accept();
                Future<?> _ =
                        threads.submit(() -> {
                            serve(socket, body, failing, asked);
                            return null;
                        });
            }
        }
    }

    private static byte[] head(String status, int length) {
        return ("HTTP/1.1 " + status + "\r\nContent-Length: " + length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /// Health is well in any case.
    private static void serve(Socket socket, byte[] body, int failing, AtomicInteger asked)
            throws IOException {
        byte[] well = head("200 OK", body.length);
        byte[] ill = head("500 Internal Server Error", body.length);
        try (socket) {
            socket.setTcpNoDelay(true);
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
            var out = socket.getOutputStream();
            boolean health = false;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                health |= line.startsWith("GET /health ");
                if (line.isEmpty()) {
                    boolean fails =
                            failing > 0 && !health && asked.incrementAndGet() % failing == 0;
                    byte[] head = fails ? ill : well;
                    health = false;
                    byte[] answer = new byte[head.length + body.length];
                    System.arraycopy(head, 0, answer, 0, head.length);
                    System.arraycopy(body, 0, answer, head.length, body.length);
                    out.write(answer);
                }
            }
        }
    }
}
