package dev.belay.cli.demo;

import dev.belay.cli.client.Http;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Asks the quickstart for greetings until it is closed, on new connections and on kept ones, and
/// counts. Anything but a timely 2xx is a failure.
final class Traffic implements AutoCloseable {
    private static final int NEW_CONNECTIONS = 2;
    private static final int KEPT_CONNECTIONS = 2;
    private static final Duration IN_TIME = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofMillis(5);
    private static final Pattern VERSION = Pattern.compile("\"version\": \"(\\d+)\"");

    private final int port;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, LongAdder> versions = new ConcurrentHashMap<>();
    private final LongAdder failures = new LongAdder();
    private final AtomicReference<String> firstFailure = new AtomicReference<>("");
    private volatile boolean closed;

    Traffic(int port) {
        this.port = port;
    }

    /// One way to ask; gives the body of a good answer.
    private interface Asking {
        String ask() throws IOException, InterruptedException;
    }

    void start() {
        for (int i = 0; i < NEW_CONNECTIONS; i++) {
            threads.add(Thread.ofVirtual().start(() -> ask(this::onNewConnection)));
        }
        for (int i = 0; i < KEPT_CONNECTIONS; i++) {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            threads.add(Thread.ofVirtual().start(() -> ask(() -> onKeptConnection(client))));
        }
    }

    private void ask(Asking asking) {
        while (!closed) {
            try {
                count(asking.ask());
                Thread.sleep(PAUSE);
            } catch (IOException e) {
                failures.increment();
                firstFailure.compareAndSet("", e.toString());
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    private void count(String body) {
        Matcher version = VERSION.matcher(body);
        String key = version.find() ? version.group(1) : "unknown";
        versions.computeIfAbsent(key, _ -> new LongAdder()).increment();
    }

    private String onNewConnection() throws IOException {
        Http.Request request = Http.Request.get("/greeting").patient(IN_TIME);
        try (Http.Answer answer = Http.send(port, request)) {
            return good(answer.status(), answer.text());
        }
    }

    private String onKeptConnection(HttpClient client) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/greeting"))
                        .timeout(IN_TIME)
                        .build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        return good(answer.statusCode(), answer.body());
    }

    private static String good(int status, String body) throws IOException {
        if (status < 200 || status > 299) {
            throw new IOException("status " + status);
        }
        return body;
    }

    /// Ends it and waits until the last answers are in.
    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            try {
                thread.join(IN_TIME.multipliedBy(2));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    long answered() {
        return versions.values().stream().mapToLong(LongAdder::sum).sum();
    }

    long failed() {
        return failures.sum();
    }

    Optional<String> firstFailure() {
        return Optional.of(firstFailure.get()).filter(text -> !text.isEmpty());
    }

    /// Answers by the version that gave them.
    Map<String, Long> byVersion() {
        Map<String, Long> counts = new TreeMap<>();
        versions.forEach((version, count) -> counts.put(version, count.sum()));
        return counts;
    }
}
