package dev.belay.driver.kubernetes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.belay.driver.host.Deadline;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;

/// Tells the pods of a revision which of them is the first: what a pod cannot know by itself.
final class Seniority implements Closeable {
    private static final Duration UNTIL_BOTH_ARE_THERE = Duration.ofSeconds(10);
    private static final int FIRST = 200;
    private static final int ANOTHER = 403;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Pods pods;

    /// Where pods are seen.
    interface Pods {
        List<JsonNode> now() throws IOException;
    }

    Seniority(Pods pods) throws IOException {
        this.pods = pods;
        server = HttpServer.create(new InetSocketAddress(0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /// Where a pod asks, with its name at the end.
    String url(String host) {
        return "http://" + host + ":" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String name = exchange.getRequestURI().getPath().substring(1);
            Deadline.in(UNTIL_BOTH_ARE_THERE).await(() -> there().size() > 1);
            boolean first =
                    there().stream()
                            .min(PodView.BY_AGE)
                            .filter(pod -> pod.name().equals(name))
                            .isPresent();
            exchange.sendResponseHeaders(first ? FIRST : ANOTHER, -1);
        }
    }

    private List<PodView> there() {
        try {
            return pods.now().stream().map(PodView::new).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
