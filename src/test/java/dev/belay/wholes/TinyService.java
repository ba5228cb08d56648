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

/// What is shipped: answers every request on `$PORT` with the word it was started with. One class
/// without dependencies, so that it starts fast.
final class TinyService {
    private TinyService() {}

    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv("PORT"));
        byte[] body = args[0].getBytes(StandardCharsets.UTF_8);
        try (var server = new ServerSocket();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
            System.out.println(args[0] + " listens");
            while (true) {
                Socket socket = server.accept();
                Future<?> _ =
                        threads.submit(() -> {
                            serve(socket, body);
                            return null;
                        });
            }
        }
    }

    private static void serve(Socket socket, byte[] body) throws IOException {
        byte[] head =
                ("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
        try (socket) {
            socket.setTcpNoDelay(true);
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
            var out = socket.getOutputStream();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isEmpty()) {
                    byte[] answer = new byte[head.length + body.length];
                    System.arraycopy(head, 0, answer, 0, head.length);
                    System.arraycopy(body, 0, answer, head.length, body.length);
                    out.write(answer);
                }
            }
        }
    }
}
