package dev.belay.bench;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A temporary folder with a platform of one service, and the control plane and gateway that `belay
/// up` starts for it, asked over the API as the command line asks.
final class Playground {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long POLL_MILLIS = 10;
    // The default `java` may be too old for our own classes.
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final String SERVICE = VersionService.class.getSimpleName() + ".class";

    private final String belay;
    private final Path folder;
    private final int port;
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicLong keys = new AtomicLong();
    private String base = "";
    private String token = "";

    /// @param belay the program to measure
    Playground(String belay) throws IOException {
        this.belay = belay;
        this.folder = Files.createTempDirectory("belay-bench");
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = socket.getLocalPort();
        }
        Path home = Files.createDirectories(folder.resolve("api/dev/belay/bench"));
        try (InputStream code = VersionService.class.getResourceAsStream(SERVICE)) {
            if (code == null) {
                throw new IllegalStateException(SERVICE);
            }
            Files.copy(code, home.resolve(SERVICE));
        }
    }

    int port() {
        return port;
    }

    Path folder() {
        return folder;
    }

    void start() throws IOException, InterruptedException {
        version("none", "0s");
        belay("up");
        token = Files.readString(folder.resolve(".belay/token")).strip();
        JsonNode server =
                JsonMapper.shared()
                        .readTree(Files.readString(folder.resolve(".belay/server.json")));
        base = "http://127.0.0.1:" + server.path("port").asInt();
    }

    /// What the next deploy ships, and how long it is to soak.
    void version(String version, String soak) throws IOException {
        written(version, "soak: " + soak);
    }

    /// What the next deploy ships as a canary.
    ///
    /// @param version with the percentage of requests that it fails
    void canary(String version, int percent) throws IOException {
        written(
                version,
                "strategy: canary, steps: [%d%%], step-time: 1m, step-limit: 2m"
                        .formatted(percent));
    }

    private void written(String version, String rollout) throws IOException {
        Files.writeString(folder.resolve("api/version"), version);
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: bench
                components:
                  api:
                    kind: service
                    dir: api
                    build: {output: .}
                    run: %s -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx48m -cp . \
                dev.belay.bench.VersionService
                    port: %d
                    instances: 2
                    health: {http: /health}
                    stop: {drain: 500ms, grace: 5s}
                environments:
                  local: {target: process, rollout: {%s}}
                """
                        .formatted(JAVA, port, rollout));
    }

    String deploy() throws IOException, InterruptedException {
        return begin("/api/v1/releases");
    }

    String rollBack() throws IOException, InterruptedException {
        return begin("/api/v1/rollbacks");
    }

    private String begin(String path) throws IOException, InterruptedException {
        var body = Map.of("environment", "local", "requestKey", "k" + keys.incrementAndGet());
        JsonNode answer = post(path, JsonMapper.shared().writeValueAsString(body));
        if (answer.path("releases").size() != 1) {
            throw new IOException("one release was expected: " + answer);
        }
        return answer.path("releases").path(0).asString();
    }

    void cancel(String release) throws IOException, InterruptedException {
        post(
                "/api/v1/releases/" + release + "/commands",
                "{\"command\": \"cancel\", \"mode\": \"roll-back\", \"reason\": \"bench\"}");
    }

    /// Returns once the release soaks.
    void awaitSoak(String release) throws IOException, InterruptedException {
        await(release, "soaking");
    }

    /// Returns once the release has come to that end.
    void awaitEnd(String release, String state) throws IOException, InterruptedException {
        await(release, state);
    }

    private void await(String release, String wanted) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            JsonNode row = send(request("/api/v1/releases/" + release).GET()).path("release");
            String state = row.path("state").asString();
            String now =
                    state.equals("running") && row.path("soaking").asBoolean() ? "soaking" : state;
            if (now.equals(wanted)) {
                return;
            }
            boolean over = List.of("completed", "rolled-back", "rejected", "held").contains(state);
            if (over || System.nanoTime() > end) {
                throw new IOException("%s should be %s: %s".formatted(release, wanted, row));
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /// Returns when a new process has the gateway's place.
    JsonNode upgradeGateway() throws IOException, InterruptedException {
        return post("/api/v1/gateway/upgrade", "{}");
    }

    /// Which gateway runs, and which still serve what they had.
    JsonNode gateway() throws IOException, InterruptedException {
        return send(request("/api/v1/gateway").GET());
    }

    private JsonNode post(String path, String body) throws IOException, InterruptedException {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token);
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(answer.statusCode() + ": " + answer.body());
        }
        return JsonMapper.shared().readTree(answer.body());
    }

    private void belay(String command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(belay, command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log()))
                        .start();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroy();
            throw new IOException("`belay " + command + "`: " + Files.readString(log().toPath()));
        }
    }

    private File log() {
        return folder.resolve("belay.log").toFile();
    }

    /// Ends everything and leaves nothing.
    void clear() throws IOException, InterruptedException {
        if (!Files.exists(folder)) {
            return;
        }
        belay("down");
        List<Path> all;
        try (var files = Files.walk(folder)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        // What Belay keeps by its content is kept from being written to.
        all.forEach(file -> file.toFile().setWritable(true));
        for (Path file : all) {
            Files.delete(file);
        }
    }
}
