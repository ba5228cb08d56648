package dev.belay.wholes;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// People who give to `examples/data` without end, each gift under a name of its own and asked for
/// once. Keeps a book of which were taken and which were turned away, so that afterwards each can
/// be looked for.
final class Givers implements AutoCloseable {
    private static final int MANY = 3;
    private static final int PATIENCE_MILLIS = 45_000;

    private final int port;
    private final Set<String> taken = ConcurrentHashMap.newKeySet();
    private final Set<String> turnedAway = ConcurrentHashMap.newKeySet();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<Thread> threads;

    Givers(int port) {
        this.port = port;
        threads =
                IntStream.range(0, MANY)
                        .mapToObj(who -> Thread.ofVirtual().start(() -> give(who)))
                        .toList();
    }

    /// Names of gifts that the service said it has.
    Set<String> taken() {
        return Set.copyOf(taken);
    }

    /// Names of gifts that were answered with 503: come back later.
    Set<String> turnedAway() {
        return Set.copyOf(turnedAway);
    }

    /// Ends it; what was asked is answered first.
    ///
    /// @return what was answered by anything else
    List<String> stop() throws InterruptedException {
        stop.countDown();
        for (Thread thread : threads) {
            thread.join(Duration.ofMillis(PATIENCE_MILLIS));
        }
        return List.copyOf(failures);
    }

    private void give(int who) {
        for (int i = 0; stop.getCount() > 0; i++) {
            String name = "giver %d-%d".formatted(who, i);
            try {
                String status = post(name);
                if (status.contains(" 201 ")) {
                    taken.add(name);
                } else if (status.contains(" 503 ")) {
                    turnedAway.add(name);
                } else {
                    failures.add(name + " was answered " + status);
                }
                // Not a wait for anything: leaves the machine to the processes under test.
                stop.await(60, TimeUnit.MILLISECONDS);
            } catch (IOException e) {
                failures.add(name + ": " + e);
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    /// @return the line of the status
    private String post(String name) throws IOException {
        String body = "{\"giver\": \"" + name + "\", \"cents\": 1250}";
        String request =
                """
                POST /gifts HTTP/1.1\r
                Host: localhost\r
                Connection: close\r
                Content-Length: %d\r
                \r
                %s\
                """
                        .formatted(body.length(), body);
        try (var socket = new Socket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readAllBytes();
            if (answer.length == 0) {
                throw new IOException("there was no answer");
            }
            return new String(answer, StandardCharsets.US_ASCII).lines().findFirst().orElse("");
        }
    }

    @Override
    public void close() {
        stop.countDown();
    }
}
