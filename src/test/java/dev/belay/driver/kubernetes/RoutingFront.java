package dev.belay.driver.kubernetes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.belay.driver.kubernetes.fake.FakeCluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// Sends real requests where a cluster would: by the weights of HTTPRoutes to Services, and by
/// EndpointSlices to pods. It reads what is in the cluster at each request, and knows nothing of
/// who wrote it.
final class RoutingFront implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final FakeCluster cluster;
    private final String namespace;
    private final boolean byRoutes;
    private final Function<String, Optional<Integer>> pods;
    private final Runnable failed;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Random draws = new Random(7);

    /// @param byRoutes whether requests come from outside, by routes of a gateway
    /// @param pods the port of this machine at which a pod is
    /// @param failed is told when one does not answer
    RoutingFront(
            FakeCluster cluster,
            String namespace,
            boolean byRoutes,
            Function<String, Optional<Integer>> pods,
            Runnable failed)
            throws IOException {
        this.cluster = cluster;
        this.namespace = namespace;
        this.byRoutes = byRoutes;
        this.pods = pods;
        this.failed = failed;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /// Where requests for a component's stable port go.
    URI address(int port, String path) {
        return URI.create(
                "http://127.0.0.1:%d/%d%s".formatted(server.getAddress().getPort(), port, path));
    }

    private void answer(HttpExchange exchange) throws IOException {
        String whole = exchange.getRequestURI().getPath();
        int slash = whole.indexOf('/', 1);
        Optional<Integer> to = pod(Integer.parseInt(whole.substring(1, slash)));
        byte[] body = new byte[0];
        int status = 503;
        if (to.isPresent()) {
            var answer = ask(to.get(), whole.substring(slash));
            status = answer.isPresent() ? answer.get().statusCode() : 502;
            body = answer.isPresent() ? answer.get().body() : body;
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.getResponseBody().close();
    }

    private Optional<HttpResponse<byte[]>> ask(int port, String path) {
        URI where = URI.create("http://127.0.0.1:" + port + path);
        try {
            return Optional.of(
                    http.send(
                            HttpRequest.newBuilder(where).timeout(PATIENCE).build(),
                            HttpResponse.BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            failed.run();
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private Optional<Integer> pod(int port) {
        List<String> ready =
                service(port)
                        .flatMap(name -> cluster.find("EndpointSlice", namespace, name))
                        .stream()
                        .flatMap(slice -> Trees.each(slice.path("endpoints")))
                        .filter(one -> Trees.at(one, "conditions", "ready").asBoolean())
                        .map(one -> Trees.text(one, "targetRef", "name"))
                        .toList();
        return ready.isEmpty() ? Optional.empty() : pods.apply(ready.get(draw(ready.size())));
    }

    private Optional<String> service(int port) {
        if (byRoutes) {
            return cluster.list("HTTPRoute", namespace).stream()
                    .filter(route -> !Trees.at(route, "spec", "parentRefs").isEmpty())
                    .flatMap(route -> Trees.each(Trees.at(route, "spec", "rules")))
                    .map(rule -> rule.path("backendRefs"))
                    .filter(to -> Trees.number(to.path(0), "port") == port)
                    .findFirst()
                    .flatMap(this::drawn);
        }
        return cluster.list("Service", namespace).stream()
                .filter(one -> Trees.at(one, "metadata", "ownerReferences").isEmpty())
                .filter(one -> Trees.number(Trees.at(one, "spec", "ports").path(0), "port") == port)
                .map(Trees::name)
                .findFirst();
    }

    private Optional<String> drawn(JsonNode backends) {
        int all = Trees.each(backends).mapToInt(one -> one.path("weight").asInt(1)).sum();
        int ticket = all == 0 ? 0 : draw(all);
        for (JsonNode one : backends) {
            ticket -= one.path("weight").asInt(1);
            if (ticket < 0) {
                return Optional.of(Trees.text(one, "name"));
            }
        }
        return Optional.empty();
    }

    private int draw(int of) {
        synchronized (draws) {
            return draws.nextInt(of);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        http.shutdownNow();
    }
}
