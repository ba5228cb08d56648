package dev.belay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.server.api.RawHttp;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every route that a control plane serves, taken from itself: one that is added is tried, too.
class RoutesTest {
    private static final String OPEN = "GET /healthz";
    private static final String EVENTS = "GET /api/v1/releases/{id}/events";

    /// What the environment of this test, which promotes from nowhere, has no answer to.
    private static final Set<String> OF_PROMOTION =
            Set.of(
                    "GET /api/v1/environments/{env}/promotion",
                    "GET /api/v1/environments/{env}/parity");

    /// What is asked for by a name that nothing has.
    private static final Set<String> UNKNOWN =
            Set.of(
                    "GET /api/v1/evidence/{id}",
                    "GET /api/v1/environments/{env}/artifacts/{digest}",
                    "GET /api/v1/environments/{env}/evidence/{id}/files/{digest}");

    private static final String SHUTDOWN = "POST /api/v1/shutdown";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir private Path folder;
    private final HttpClient http = HttpClient.newHttpClient();
    private ControlPlane plane;
    private String token;
    private List<String> routes;
    private String release;

    @BeforeEach
    void start() throws IOException {
        Files.createDirectory(folder.resolve("app"));
        Files.writeString(folder.resolve("app/work.sh"), "exec sleep 600\n");
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                components:
                  ticker: {kind: worker, build: {output: app}, run: sh work.sh}
                environments:
                  local: {target: process}
                """);
        plane = TestPlane.start(folder);
        token = Files.readString(folder.resolve(".belay/token")).strip();
        routes = plane.routes();
        assertThat(routes).contains(OPEN, EVENTS, SHUTDOWN).doesNotHaveDuplicates();
        release =
                new Client(plane.port(), token)
                        .post(
                                "/api/v1/releases",
                                "{\"environment\": \"local\", \"requestKey\": \"k\"}")
                        .json()
                        .at("/releases/0")
                        .asString();
        assertThat(release).isNotEmpty();
    }

    @AfterEach
    void stop() throws Exception {
        plane.close();
        Leftovers.end(folder.resolve(".belay"));
    }

    @Test
    void no_route_but_the_one_for_health_answers_without_a_token() throws Exception {
        for (String route : routes) {
            assertThat(status(route)).as(route).isEqualTo(route.equals(OPEN) ? 200 : 401);
        }
        nothingHappened();
    }

    @Test
    void no_route_answers_to_a_wrong_token() throws Exception {
        for (String route : routes) {
            for (String wrong :
                    List.of(
                            "Bearer ",
                            "Bearer " + Token.random().secret(),
                            "Bearer " + token.substring(1),
                            "Bearer " + Token.parse(token).readerKey(),
                            "Basic " + token)) {
                assertThat(status(route, "Authorization", wrong))
                        .as(route + " with " + wrong)
                        .isEqualTo(route.equals(OPEN) ? 200 : 401);
            }
        }
        nothingHappened();
    }

    @Test
    void no_route_answers_a_page_of_another_origin_even_with_the_token() throws Exception {
        for (String route : routes) {
            for (String origin : List.of("https://evil.example", "http://127.0.0.1:1", "null")) {
                assertThat(status(route, "Authorization", "Bearer " + token, "Origin", origin))
                        .as(route + " for " + origin)
                        .isEqualTo(403);
            }
        }
        nothingHappened();
    }

    /// CVE-2024-27198: what leads to a route leads past its guard, however it is spelt.
    @Test
    void no_spelling_of_any_route_leads_round_its_guard() throws Exception {
        for (String route : routes) {
            if (route.equals(OPEN)) {
                continue;
            }
            String method = route.split(" ", 2)[0];
            String path = pathOf(route);
            for (String spelt : spellings(path)) {
                assertThat(said(method, spelt, "").status())
                        .as(method + " " + spelt)
                        .isBetween(400, 405);
                assertThat(said(method, spelt, "Authorization: Bearer " + token).status())
                        .as(method + " " + spelt + " with the token")
                        .isIn(400, 404, 405);
            }
            for (String header :
                    List.of(
                            "X-Original-URL: /healthz",
                            "X-Rewrite-URL: /healthz",
                            "X-Forwarded-Prefix: /healthz",
                            "X-HTTP-Method-Override: HEAD",
                            "X-Forwarded-For: 127.0.0.1",
                            "Forwarded: for=127.0.0.1",
                            "X-Forwarded-User: root")) {
                assertThat(said(method, path, header).status())
                        .as(route + " with " + header)
                        .isEqualTo(401);
            }
        }
        nothingHappened();
    }

    private static List<String> spellings(String path) {
        String slash = path.equals("/") ? "//" : path + "/";
        return List.of(
                slash,
                path + ";",
                path + ";.css",
                path + ";/healthz",
                path + "%00",
                path + "%2e",
                "/" + path,
                "/." + path,
                "/healthz/.." + path,
                "/healthz;/.." + path,
                "/healthz/%2e%2e" + path,
                "/healthz%2f.." + path,
                "/assets/.." + path,
                "/%2e%2e" + path,
                "/;" + path,
                path.equals("/")
                        ? "/%2f"
                        : "/%"
                                + HexFormat.of().toHexDigits((byte) path.charAt(1))
                                + path.substring(2),
                path.equals("/") ? "/INDEX" : path.toUpperCase(Locale.ROOT));
    }

    private RawHttp.Reply said(String method, String target, String header) throws IOException {
        String head =
                "%s %s HTTP/1.1\nHost: 127.0.0.1:%d\nContent-Type: application/json\n%s"
                        .formatted(method, target, plane.port(), header);
        boolean reads = method.equals("GET") || method.equals("HEAD");
        return RawHttp.send(
                plane.port(),
                reads ? head : head.strip() + "\nContent-Length: 2",
                reads ? "" : "{}");
    }

    @Test
    void with_the_token_every_route_is_there() throws Exception {
        for (String route : routes) {
            if (!route.equals(SHUTDOWN)) {
                // What changes something is sent what is no request, and says so.
                assertThat(status(route, "Authorization", "Bearer " + token))
                        .as(route)
                        .isEqualTo(
                                OF_PROMOTION.contains(route)
                                        ? 409
                                        : UNKNOWN.contains(route)
                                                ? 404
                                                : route.startsWith("GET ") ? 200 : 422);
            }
        }
    }

    /// Shutdown was among what was tried.
    private void nothingHappened() {
        var client = new Client(plane.port(), token);
        assertThat(client.get("/healthz").status()).isEqualTo(200);
        assertThat(client.get("/api/v1/releases/" + release + "/journal").body())
                .doesNotContainIgnoringCase("cancel");
    }

    private String pathOf(String route) {
        String path =
                route.split(" ", 2)[1]
                        .replace("{env}", "local")
                        .replace("{id}", release)
                        .replace("{name}", "anna")
                        .replace("{token}", "0123456789ab")
                        .replace("{component}", "ticker")
                        .replace("{digest}", "sha256:" + "0".repeat(64));
        assertThat(path).as("a parameter that this test does not know").doesNotContain("{");
        return path;
    }

    /// The body is closed unread: an event stream that is opened has no end.
    private int status(String route, String... headers) throws Exception {
        String[] parts = route.split(" ", 2);
        String path = pathOf(route);
        boolean reads = parts[0].equals("GET") || parts[0].equals("HEAD");
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + plane.port() + path))
                        .timeout(PATIENCE)
                        .header("Content-Type", "application/json")
                        .method(
                                parts[0],
                                reads ? BodyPublishers.noBody() : BodyPublishers.ofString("[]"));
        if (headers.length > 0) {
            request.headers(headers);
        }
        var answer = http.send(request.build(), BodyHandlers.ofInputStream());
        try (InputStream _ = answer.body()) {
            return answer.statusCode();
        }
    }
}
