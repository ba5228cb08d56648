package dev.belay.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A gateway before one small member, which is asked two thousand times, so that java can keep the
/// gateway's classes, and what was hot in them, in a cache of their own: see the `belay` script. In
/// one with the control plane's, java would keep all of those in memory, too, for as long as the
/// gateway runs. Nothing else calls it.
final class Training {
    private static final RouteKey KEY = new RouteKey("local", "training");
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int TABLES = 5;
    private static final int REQUESTS = 400;
    private static final String REQUEST =
            "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n";
    private static final String ANSWER =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";

    private Training() {}

    public static void main(String[] args) throws IOException {
        Path folder = Files.createTempDirectory("belay-training");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> clear(folder)));
        Thread.ofPlatform().daemon().start(Training::endInTime);
        GatewayOptions options =
                GatewayOptions.in(folder.resolve("gateway")).listeningOn(List.of("127.0.0.1"));
        try (ServerSocket member = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
                Gateway _ = Gateway.start(options)) {
            Thread.startVirtualThread(() -> accept(member));
            var client = new GatewayClient(options.socket(), LONGEST);
            int port = freePort();
            for (int token = 1; token <= TABLES; token++) {
                client.publish(route(token, port, member.getLocalPort()));
                ask(port);
                client.metrics();
                client.inFlight(KEY);
            }
        }
    }

    private static Route route(int token, int port, int member) {
        var members = List.of(new Route.Member("a", "127.0.0.1", member));
        var share = new Route.Share("v" + token, 1, new Route.Members(members));
        var check = new HealthCheck.Tcp(Duration.ofSeconds(2));
        return new Route(KEY, token, port, List.of(share), check);
    }

    private static void ask(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            BufferedReader answers = reader(socket);
            for (int i = 0; i < REQUESTS; i++) {
                socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
                passHead(answers);
                answers.skip("ok".length());
            }
        }
    }

    private static void accept(ServerSocket member) {
        while (!member.isClosed()) {
            try {
                Socket socket = member.accept();
                Thread.startVirtualThread(() -> answer(socket));
            } catch (IOException _) {
                // It is closed at the end.
                return;
            }
        }
    }

    private static void answer(Socket socket) {
        try (socket) {
            BufferedReader requests = reader(socket);
            while (passHead(requests)) {
                socket.getOutputStream().write(ANSWER.getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException _) {
            // The gateway hung up, which is its right.
        }
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }

    /// Whether there was one.
    private static boolean passHead(BufferedReader from) throws IOException {
        String line = from.readLine();
        while (line != null && !line.isEmpty()) {
            line = from.readLine();
        }
        return line != null;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void clear(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println("not all of " + folder + " is gone: " + e.getMessage());
        }
    }

    /// The first start waits for it.
    private static void endInTime() {
        try {
            Thread.sleep(LONGEST);
            System.err.println("given up after " + LONGEST.toSeconds() + " s");
            System.exit(1);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
