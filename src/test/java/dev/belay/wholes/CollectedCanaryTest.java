package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.belay.driver.kubernetes.fake.FakeCluster;
import dev.belay.driver.kubernetes.fake.Fate;
import dev.belay.driver.prometheus.TestPrometheus;
import dev.belay.server.rollout.Rollout;
import dev.belay.server.rollout.Rollouts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A canary in a cluster, where no gateway of ours counts: judged by what a real Prometheus
/// collects of its pods, which get a few requests between two collections.
class CollectedCanaryTest {
    private static final String TOKEN = "collectedToken5Rt8Qm";
    private static final int REQUESTS_A_ROUND = 10;
    private static final String COUNTERS = "http_requests_total{pod=~\"${workload}-.*\"%s}";

    @TempDir private Path folder;
    private final Map<String, Answering> pods = new ConcurrentHashMap<>();
    private final AtomicBoolean underWay = new AtomicBoolean();
    private final ExecutorService visitors = Executors.newSingleThreadExecutor();
    private FakeCluster cluster;
    private TestPrometheus prometheus;
    private Whole whole;

    @BeforeEach
    void start() throws Exception {
        cluster = FakeCluster.start("shop").forwarding();
        System.err.println("KUBERNETES IS TRIED AT THE FAKE API SERVER " + cluster.url());
        prometheus =
                TestPrometheus.start(
                        Files.createDirectories(folder.resolve("prometheus")), this::collected);
        whole = new Whole(Files.createDirectories(folder.resolve("home")));
        whole.writes("unused in a cluster");
        whole.equip(Map.of("METRICS_TOKEN", TOKEN));
        image("api:1", COUNTERS);
        whole.start();
    }

    @AfterEach
    void stop() throws Exception {
        if (whole != null) {
            whole.end();
        }
        prometheus.close();
        visitors.shutdownNow();
        cluster.close();
    }

    /// What Prometheus is told; then visitors come again.
    private String collected() {
        if (underWay.compareAndSet(false, true)) {
            visitors.execute(() -> {
                behind().stream()
                        .map(pods::get)
                        .filter(Objects::nonNull)
                        .forEach(CollectedCanaryTest::visit);
                underWay.set(false);
            });
        }
        return pods.entrySet().stream()
                .map(one -> one.getValue().metrics(one.getKey()))
                .collect(Collectors.joining());
    }

    /// What of the control plane's files has the token in it.
    private List<Path> withToken() throws IOException {
        try (var all = Files.walk(whole.folder().resolve(".belay"))) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> {
                        try {
                            return Files.readString(file, StandardCharsets.ISO_8859_1)
                                    .contains(TOKEN);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .toList();
        }
    }

    private static void visit(Answering pod) {
        boolean answers = true;
        for (int i = 0; answers && i < REQUESTS_A_ROUND; i++) {
            answers = pod.visit();
        }
    }

    private void image(String name, String counters) throws Exception {
        whole.manifest("/app", "image: registry.example.org/" + name + "\n", "0s");
        Path manifest = whole.folder().resolve("belay.yaml");
        String target =
                "target: {kubernetes: {namespace: shop, kubeconfig: %s}}"
                        .formatted(cluster.kubeconfig(folder, "shop"));
        String rollout =
                """
                rollout: {strategy: canary, steps: [50%%], step-time: 5s, step-limit: 2m, soak: 0s, \
                prometheus: {url: '%s', token: {variable: METRICS_TOKEN}, every: 1s, requests: '%s', errors: '%s'}}}
                """
                        .formatted(
                                prometheus.url(),
                                counters.formatted(""),
                                counters.formatted(",code=\"503\""));
        String text =
                Files.readString(manifest)
                        .replace("target: process", target)
                        .replaceFirst(
                                "rollout: \\{soak: 0s}}",
                                java.util.regex.Matcher.quoteReplacement(rollout));
        Files.writeString(manifest, text);
    }

    /// Pods of it fail every so many requests; 0 is never.
    private void fails(String image, int every) {
        cluster.image(
                "registry.example.org/" + image,
                new Fate.Runs((pod, address) -> {
                    var made = new Answering(address, every);
                    pods.put(pod.path("metadata").path("name").asString(""), made);
                    return made;
                }));
    }

    /// Names of the pods that the Service sends to.
    private List<String> behind() {
        return cluster.find("EndpointSlice", "shop", "api").stream()
                .flatMap(
                        slice -> StreamSupport.stream(slice.path("endpoints").spliterator(), false))
                .filter(one -> one.path("conditions").path("ready").asBoolean())
                .map(one -> one.path("targetRef").path("name").asString(""))
                .toList();
    }

    private List<String> images() {
        List<String> names = behind();
        return cluster.list("Pod", "shop").stream()
                .filter(pod -> names.contains(pod.path("metadata").path("name").asString("")))
                .map(pod -> pod.path("spec").path("containers").path(0).path("image").asString(""))
                .toList();
    }

    private static final class Answering implements Fate.Running {
        private final HttpServer server;
        private final URI url;
        private final AtomicLong all = new AtomicLong();
        private final AtomicLong failed = new AtomicLong();
        private volatile boolean over;

        Answering(String address, int failsEvery) throws IOException {
            server = HttpServer.create(new InetSocketAddress(address, 8080), 0);
            url = URI.create("http://" + address + ":8080/");
            server.createContext(
                    "/",
                    exchange -> {
                        long number = all.incrementAndGet();
                        boolean fails = failsEvery > 0 && number % failsEvery == 0;
                        failed.addAndGet(fails ? 1 : 0);
                        exchange.sendResponseHeaders(fails ? 503 : 200, -1);
                        exchange.close();
                    });
            server.start();
        }

        /// Whether somebody answered.
        boolean visit() {
            try {
                var connection = (HttpURLConnection) url.toURL().openConnection();
                connection.setConnectTimeout(1_000);
                connection.setReadTimeout(1_000);
                return connection.getResponseCode() > 0;
            } catch (IOException gone) {
                return false;
            }
        }

        String metrics(String pod) {
            long bad = failed.get();
            String line = "http_requests_total{pod=\"%s\",code=\"%d\"} %d\n";
            return line.formatted(pod, 200, all.get() - bad) + line.formatted(pod, 503, bad);
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public Optional<Integer> exit() {
            return over ? Optional.of(0) : Optional.empty();
        }

        @Override
        public void end(Duration grace) {
            stop();
        }

        @Override
        public void stop() {
            server.stop(0);
            over = true;
        }

        @Override
        public String log() {
            return "";
        }
    }

    @Test
    void one_that_fails_more_goes_back_and_what_is_misspelt_is_not_even_begun() throws Exception {
        fails("api:1", 0);
        fails("api:2", 2);
        whole.awaitState(whole.begin(), "completed");
        prometheus.awaits("http_requests_total");
        image("api:2", COUNTERS.replace("requests", "request"));

        assertThat(whole.deploy().toString())
                .contains(
                        "has no metric `http_request_total`",
                        "did you mean `http_requests_total`?");
        image("api:2", COUNTERS);
        String release = whole.begin();

        whole.awaitState(release, "rolled-back");
        assertThat(whole.show(release).toString())
                .contains("by Prometheus at " + URI.create(prometheus.url()).getAuthority())
                .containsPattern(
                        "`api-[0-9a-f]{12}` is worse than `api-[0-9a-f]{12}` \\(errors\\)");
        assertThat(images())
                .containsExactly("registry.example.org/api:1", "registry.example.org/api:1");
        JsonNode judged = whole.get("/api/v1/releases/" + release + "/rollouts").json();
        Rollout rollout = Objects.requireNonNull(Rollouts.parse(judged.toString()).of().get("api"));
        assertThat(rollout.decisions()).hasSize(1);
        assertThat(rollout.holds()).isTrue();
        assertThat(whole.show(release).toString()).doesNotContain(TOKEN);
        assertThat(withToken()).isEmpty();
    }
}
