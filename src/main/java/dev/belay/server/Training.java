package dev.belay.server;

import dev.belay.gateway.Gateway;
import dev.belay.gateway.GatewayOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A gateway and a control plane in one process, which ship a small platform and take it back, so
/// that java can keep their classes, and what was hot in them, in a cache: see the `belay` script.
/// Nothing else calls it.
final class Training {
    private static final Pattern ID = Pattern.compile("\"([^\"/]+-\\d+)\"");
    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final int ROUNDS = 2;
    private static final int REQUESTS = 200;
    private static final int LOOKS = 400;
    private static final long LOOK_MILLIS = 50;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path folder;
    private final int service;
    private final int site;
    private final int port;
    private final String token;

    private Training(Path folder, int service, int site, int port, String token) {
        this.folder = folder;
        this.service = service;
        this.site = site;
        this.port = port;
        this.token = token;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("belay-training");
        // However it ends: a Ctrl-C, too, leaves neither instances nor the folder.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> clear(folder)));
        Thread.ofPlatform().daemon().start(Training::endInTime);
        var settings = Settings.of(folder);
        var state = new StateFolder(settings.state());
        int service = freePort();
        int site = freePort();
        Files.writeString(folder.resolve("belay.yaml"), manifest(service, site));
        Files.createDirectories(folder.resolve("web"));
        state.open();
        try (Gateway _ = Gateway.start(GatewayOptions.in(state.gateway()));
                ControlPlane plane = ControlPlane.start(settings)) {
            String token = state.token().secret();
            new Training(folder, service, site, plane.port(), token).run();
        }
    }

    private static void clear(Path folder) {
        // The instances, which outlive a control plane.
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
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
            System.err.println("given up after " + LONGEST.toMinutes() + " minutes");
            System.exit(1);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String manifest(int service, int site) {
        return """
        platform: training
        components:
          api:
            kind: service
            run: [sh, -c, 'exec jwebserver -b 127.0.0.1 -p $PORT -o none']
            port: %d
            health: {http: /}
            stop: {drain: 5s}
            smoke: [{name: answers, http: [{request: GET /, status: 200}]}]
          web: {kind: frontend, static: web, port: %d}
        environments:
          local:
            target: process
            gates: {way-back: required}
            policies: {no-downtime: {instances: 1}}
        """
                .formatted(service, site);
    }

    private void run() throws IOException, InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            Files.writeString(folder.resolve("web/index.html"), "round " + round);
            ship("/api/v1/releases");
            for (int i = 0; i < REQUESTS; i++) {
                get(service, "/");
                get(site, "/");
            }
            get(port, "/api/v1/environments/local/status");
        }
        ship("/api/v1/rollbacks");
        get(port, "/api/v1/environments/local/why");
    }

    private void ship(String path) throws IOException, InterruptedException {
        String body =
                "{\"environment\":\"local\",\"reason\":\"training\",\"requestKey\":\"%s\"}"
                        .formatted(UUID.randomUUID());
        HttpRequest request =
                to(port, path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        Matcher ids = ID.matcher(http.send(request, BodyHandlers.ofString()).body());
        while (ids.find()) {
            String release = "/api/v1/releases/" + ids.group(1);
            for (int i = 0; i < LOOKS && !get(port, release).contains("\"completed\""); i++) {
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }

    private String get(int at, String path) throws IOException, InterruptedException {
        return http.send(to(at, path).GET().build(), BodyHandlers.ofString()).body();
    }

    private HttpRequest.Builder to(int at, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + at + path))
                .header("Authorization", "Bearer " + token);
    }
}
