package dev.belay.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Clients of five kinds that ask until they are closed: on kept connections, on new ones, through
/// WebSockets, for slow answers, and with small bodies.
final class Traffic implements AutoCloseable {
    private static final Duration KEPT_PAUSE = Duration.ofMillis(2);
    private static final Duration PAUSE = Duration.ofMillis(5);
    private static final String BODY = "x".repeat(256);

    private final int port;
    private final Tally tally;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    Traffic(int port, Tally tally) {
        this.port = port;
        this.tally = tally;
    }

    void start() {
        begin(8, () -> onKept("keep-alive", "GET", "/", "", KEPT_PAUSE));
        begin(2, this::onNew);
        begin(4, this::onWebSocket);
        begin(8, () -> onKept("slow", "GET", "/slow", "", Duration.ZERO));
        begin(2, () -> onKept("post", "POST", "/", BODY, PAUSE));
    }

    /// One client's life until something goes wrong or its connection politely ends.
    private interface Client {
        void run() throws InterruptedException;
    }

    private void begin(int clients, Client client) {
        for (int i = 0; i < clients; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    while (!closed) {
                                        client.run();
                                    }
                                } catch (InterruptedException _) {
                                    Thread.currentThread().interrupt();
                                }
                            }));
        }
    }

    private void onKept(String kind, String method, String path, String body, Duration pause)
            throws InterruptedException {
        long asked = Cutover.now();
        try (var wire = new Wire(port)) {
            while (!closed && !wire.ending()) {
                asked = Cutover.now();
                String answer = wire.ask(method, path, body);
                tally.answered(kind, !path.equals("/slow"), answer, asked);
                Thread.sleep(pause);
            }
        } catch (IOException failure) {
            tally.failed(kind, failure, asked);
            Thread.sleep(PAUSE);
        }
    }

    private void onNew() throws InterruptedException {
        long asked = Cutover.now();
        try (var wire = new Wire(port)) {
            tally.answered("new", true, wire.ask("GET", "/", ""), asked);
        } catch (IOException failure) {
            tally.failed("new", failure, asked);
        }
        Thread.sleep(PAUSE);
    }

    private void onWebSocket() throws InterruptedException {
        long asked = Cutover.now();
        try (var wire = new Wire(port)) {
            wire.upgrade("/echo");
            while (!closed) {
                asked = Cutover.now();
                String answer = wire.say("ping");
                if (wire.ending()) {
                    return;
                }
                if (!answer.startsWith("ping ")) {
                    throw new IOException("another echo: " + answer);
                }
                tally.answered("websocket", false, answer.substring("ping ".length()), asked);
                Thread.sleep(PAUSE);
            }
        } catch (IOException failure) {
            tally.failed("websocket", failure, asked);
            Thread.sleep(PAUSE);
        }
    }

    /// Returns when the last answer has come.
    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
