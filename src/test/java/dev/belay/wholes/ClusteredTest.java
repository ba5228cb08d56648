package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.belay.driver.kubernetes.fake.FakeCluster;
import dev.belay.driver.kubernetes.fake.Fate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A service that is released into a cluster by what a user starts: there, on, and back again.
class ClusteredTest {
    @TempDir private Path folder;
    private FakeCluster cluster;
    private Whole whole;
    private Path kubeconfig;
    private String night = "";

    @BeforeEach
    void start() throws Exception {
        cluster = FakeCluster.start("shop").forwarding();
        System.err.println("KUBERNETES IS TRIED AT THE FAKE API SERVER " + cluster.url());
        kubeconfig = cluster.kubeconfig(folder, "shop");
        whole = new Whole(Files.createDirectories(folder.resolve("home")));
        whole.writes("unused in a cluster");
        image("api:1");
        whole.start();
    }

    @AfterEach
    void stop() throws Exception {
        if (whole != null) {
            whole.end();
        }
        cluster.close();
    }

    /// Beside the service, something runs by the clock.
    private void nightly(String name) {
        night =
                """

                  night:
                    kind: job
                    after: [api]
                    build: {output: app}
                    run: /app
                    image: registry.example.org/%s
                    schedule: "0 3 * * *"
                    stop: {grace: 1s, drain: 1s}
                """
                        .formatted(name)
                        .stripTrailing();
    }

    /// Images of what runs by the clock, and is not suspended.
    private List<String> byTheClock() {
        return cluster.list("CronJob", "shop").stream()
                .map(one -> one.path("spec"))
                .filter(spec -> !spec.path("suspend").asBoolean(false))
                .map(spec -> spec.at("/jobTemplate/spec/template/spec/containers/0/image"))
                .map(image -> image.asString(""))
                .toList();
    }

    private JsonNode planned() throws Exception {
        return whole.post("/api/v1/plans", "{\"environment\": \"local\"}").json();
    }

    private void image(String name) throws Exception {
        image(name, "");
    }

    private void image(String name, String more) throws Exception {
        image(name, more, "0s");
    }

    private void image(String name, String more, String soak) throws Exception {
        whole.manifest("/app", "image: registry.example.org/" + name + "\n" + more, soak);
        Path manifest = whole.folder().resolve("belay.yaml");
        Files.writeString(
                manifest,
                Files.readString(manifest)
                        .replace("\nenvironments:", night + "\nenvironments:")
                        .replace(
                                "target: process",
                                "target: {kubernetes: {namespace: shop, kubeconfig: "
                                        + kubeconfig
                                        + "}}"));
    }

    /// Images of the pods that the Service sends to.
    private List<String> behind() {
        List<String> names =
                cluster.find("EndpointSlice", "shop", "api").stream()
                        .flatMap(slice -> each(slice.path("endpoints")).stream())
                        .filter(one -> one.path("conditions").path("ready").asBoolean())
                        .map(one -> one.path("targetRef").path("name").asString(""))
                        .toList();
        return cluster.list("Pod", "shop").stream()
                .filter(pod -> names.contains(pod.path("metadata").path("name").asString("")))
                .map(pod -> pod.path("spec").path("containers").path(0).path("image").asString(""))
                .toList();
    }

    private static List<JsonNode> each(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false).toList();
    }

    @Test
    void it_goes_into_a_cluster_on_to_another_revision_and_back() throws Exception {
        nightly("night:1");
        image("api:1");
        whole.awaitState(whole.begin(), "completed");
        assertThat(behind())
                .containsExactly("registry.example.org/api:1", "registry.example.org/api:1");
        assertThat(byTheClock()).containsExactly("registry.example.org/night:1");
        nightly("night:2");
        image("api:2", "", "1s");
        assertThat(planned().path("inTheCluster").toString())
                .contains("api: makes Deployment", "night: ends CronJob");

        whole.awaitState(whole.begin(), "completed");

        assertThat(behind())
                .containsExactly("registry.example.org/api:2", "registry.example.org/api:2");
        assertThat(byTheClock()).containsExactly("registry.example.org/night:2");
        assertThat(whole.get("/api/v1/environments/local/status").json().toString())
                .contains("\"state\":\"well\"");
        JsonNode back =
                whole.post(
                                "/api/v1/rollbacks",
                                "{\"environment\": \"local\", \"requestKey\": \"back\", \"reason\":"
                                        + " \"it was worse\"}")
                        .json();
        for (JsonNode release : back.path("releases")) {
            whole.awaitState(release.asString(""), "completed");
        }
        assertThat(behind())
                .containsExactly("registry.example.org/api:1", "registry.example.org/api:1");
        assertThat(byTheClock()).containsExactly("registry.example.org/night:1");
        cluster.faults().forbid("list", "pods");
        assertThat(planned().path("plans").size()).as("also where it cannot look").isNotZero();
    }

    /// Pods of it answer that to every request.
    private void says(String image, String text) {
        cluster.image(
                "registry.example.org/" + image,
                new Fate.Runs((_, address) -> new Answering(address, text)));
    }

    private static final class Answering implements Fate.Running {
        private final HttpServer server;
        private volatile boolean over;

        Answering(String address, String text) throws IOException {
            server = HttpServer.create(new InetSocketAddress(address, 8080), 0);
            server.createContext(
                    "/",
                    exchange -> {
                        byte[] body = text.getBytes(StandardCharsets.UTF_8);
                        exchange.sendResponseHeaders(200, body.length);
                        exchange.getResponseBody().write(body);
                        exchange.close();
                    });
            server.start();
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
    void what_fails_its_smoke_tests_gets_no_requests() throws Exception {
        String smoke =
                "smoke: [{name: says who it is, http: [{request: GET /who, contains: api}]}]";
        says("api:1", "api");
        image("api:1", smoke);
        whole.awaitState(whole.begin(), "completed");
        says("api:2", "nobody");
        image("api:2", smoke);

        String release = whole.begin();

        whole.awaitState(release, "rolled-back");
        assertThat(whole.show(release).toString()).contains("says who it is", "nobody");
        assertThat(behind())
                .containsExactly("registry.example.org/api:1", "registry.example.org/api:1");
    }

    @Test
    void an_image_that_is_not_there_turns_the_release_back_and_says_why() throws Exception {
        whole.awaitState(whole.begin(), "completed");
        cluster.image("registry.example.org/api:2", new Fate.NoImage("manifest unknown"));
        image("api:2");

        String release = whole.begin();

        whole.awaitState(release, "rolled-back");
        assertThat(whole.show(release).toString()).contains("has no image", "manifest unknown");
        assertThat(behind())
                .containsExactly("registry.example.org/api:1", "registry.example.org/api:1");
        assertThat(cluster.list("Pod", "shop")).hasSize(2);
    }

    @Test
    void what_may_not_be_done_is_told_before_anything_is_touched() throws Exception {
        cluster.faults().forbid("patch", "deployments");

        String release = whole.begin();

        whole.awaitState(release, "rolled-back");
        assertThat(whole.show(release).toString()).contains("Belay may not `patch` `deployments`");
        assertThat(cluster.list("Deployment", "shop")).isEmpty();

        Path plain = folder.resolve("plain");
        Files.writeString(
                plain,
                Files.readString(kubeconfig).replace(cluster.url(), "http://cluster.example"));
        kubeconfig = plain;
        image("api:2");
        assertThat(planned().toString())
                .contains("plan/way-in-the-clear", "for anybody to read", "https://");
        assertThat(whole.deploy().json().toString()).contains("plan/way-in-the-clear");
    }
}
