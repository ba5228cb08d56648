package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A frontend in two environments, which tells its visitors which one that is.
class PublicValuesTest {
    private static final String SERVED = "static: dist";
    private static final String BAKED =
            """
            static: dist
                build:
                  run: [sh, -c, "mkdir -p dist && rm -f dist/* && { cat src/page; echo $API_URL $HOME; } > dist/index.html"]
                  inputs: ["src/*"]
            """
                    .strip();

    @TempDir private Path folder;
    private final HttpClient http = HttpClient.newHttpClient();
    private Whole whole;
    private int staging;
    private int offset;

    @BeforeEach
    void start() throws Exception {
        whole = new Whole(folder);
        int other = FreePort.choose();
        staging = Math.min(whole.port(), other);
        offset = Math.abs(whole.port() - other);
        write("dist/index.html", "page one");
        manifest(SERVED, "", "http://staging.example.org", "");
        whole.start();
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void manifest(String made, String told, String url, String promotes)
            throws IOException {
        write(
                "belay.yaml",
                """
                platform: small
                components:
                  web:
                    kind: frontend
                    port: %d
                    %s
                    public: {%svalues: {API_URL: "%s", SHOP: main}}
                environments:
                  staging: {target: process, rollout: {soak: 0s}}
                  production:
                    target: process
                    port-offset: %d
                    promotes: {from: staging%s}
                    components: {web: {public: {values: {API_URL: "https://api.example.org"}}}}
                    rollout: {soak: 0s}
                """
                        .formatted(staging, made, told, url, offset, promotes));
    }

    private String get(int port, String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    private String told(int port) throws Exception {
        return get(port, "/env.js");
    }

    /// What the scripts of a page make of it, loaded and run in their order as a browser runs them.
    private String shown(int port) throws Exception {
        String browsing =
                """
                const vm = require('node:vm');
                (async () => {
                  const of = async path => (await fetch(process.argv[1] + path)).text();
                  const window = vm.createContext({});
                  const scripts = /<script(?: src="([^"]+)")?>([^]*?)<.script>/g;
                  for (const [, from, within] of (await of('/shop.html')).matchAll(scripts))
                    vm.runInContext(from ? await of(from) : within, window);
                  process.stdout.write(window.shown);
                })();
                """;
        Process node =
                new ProcessBuilder("node", "-e", browsing, "http://127.0.0.1:" + port)
                        .redirectErrorStream(true)
                        .start();
        String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor()).as(said).isZero();
        return said;
    }

    private static String script(String url) {
        return "globalThis.__ENV = Object.freeze({\"API_URL\":\"%s\",\"SHOP\":\"main\"});\n"
                .formatted(url);
    }

    @Test
    void one_artifact_tells_each_environments_values_and_a_rollback_those_of_before()
            throws Exception {
        nothingSecretIsTold();
        manifest(SERVED, "", "http://staging.example.org", "");
        write("dist/env.js", "globalThis.__ENV = {API_URL: 'http://localhost:1'}");
        write(
                "dist/shop.html",
                "<script src=\"/env.js\"></script><script>'use strict';"
                        + " try { __ENV.API_URL = 'http://changed.example.org' } catch {}"
                        + " var shown = __ENV.API_URL + ' ' + __ENV.SHOP</script>");
        JsonNode first = whole.released("staging", Map.of());
        assertThat(first.toString()).contains("`web`: `env.js` of its artifact is not served");
        assertThat(told(staging)).isEqualTo(script("http://staging.example.org"));
        assertThat(shown(staging)).isEqualTo("http://staging.example.org main");

        manifest(SERVED, "", "http://two.example.org", "");
        JsonNode second = whole.released("staging", Map.of());
        assertThat(told(staging)).isEqualTo(script("http://two.example.org"));
        assertThat(artifact(second)).isEqualTo(artifact(first)).startsWith("sha256:");
        assertThat(get(staging, "/")).isEqualTo("page one");

        JsonNode promoted = whole.released("production", Map.of("promote", true));
        assertThat(artifact(promoted)).isEqualTo(artifact(first));
        assertThat(told(staging + offset)).isEqualTo(script("https://api.example.org"));
        assertThat(shown(staging + offset)).isEqualTo("https://api.example.org main");

        Whole.Answer back =
                whole.post(
                        "/api/v1/rollbacks",
                        "{\"environment\": \"staging\", \"reason\": \"slow\", \"requestKey\": \"b\"}");
        assertThat(back.status()).as(back.body()).isEqualTo(202);
        whole.awaitState(back.json().path("releases").path(0).asString(), "completed");
        assertThat(told(staging)).isEqualTo(script("http://staging.example.org"));
        assertThat(whole.get("/api/v1/environments/production/parity").body())
                .doesNotContain("http://two.example.org", "web.public");

        write("dist/app.js", "fetch('http://two.example.org/x')");
        JsonNode warned = whole.released("staging", Map.of());
        assertThat(warned.toString()).doesNotContain("holds `API_URL`");
        assertThat(whole.released("production", Map.of("promote", true)).toString())
                .contains(
                        "`web`: `app.js` holds `API_URL` of `staging`, and is served in `production`");
    }

    private void nothingSecretIsTold() throws Exception {
        manifest(SERVED, "", "http://ann:q7Gz0vXcP2mN@shop.acme.io", "");
        assertThat(whole.asked("staging", Map.of()).body())
                .contains("secret/public", "`API_URL` of `web` is public")
                .doesNotContain("q7Gz0vXcP2mN");
        String text = Files.readString(folder.resolve("belay.yaml"));
        String url = "API_URL: \"http://ann:q7Gz0vXcP2mN@shop.acme.io\"";
        write(
                "belay.yaml",
                text.replace(url, "API_URL: a, CLIENT_SECRET: \"q7Gz0vXcP2mN8sLw4RtY6uBd\""));
        assertThat(whole.asked("staging", Map.of()).body())
                .contains("secret/public", "`CLIENT_SECRET` of `web` is public")
                .doesNotContain("q7Gz0vXcP2mN8sLw4RtY6uBd");
        write("belay.yaml", text.replace(url, "API_URL: \"${API_URL}\""));
        assertThat(whole.asked("staging", Map.of()).body())
                .contains("manifest/public-secret", "`API_URL` refers to a variable");
    }

    @Test
    void what_is_baked_in_is_built_for_each_environment_from_the_source_that_was_tried()
            throws Exception {
        write("src/page", "page one ");
        manifest(BAKED, "baked: true, ", "http://staging.example.org", "");
        JsonNode staged = whole.released("staging", Map.of());
        assertThat(get(staging, "/")).startsWith("page one http://staging.example.org ");
        assertThat(staged.toString())
                .contains("`web`: its public values are baked in, so ", " is of `staging` alone");
        assertThat(told(staging)).doesNotContain("globalThis");

        write("src/page", "page two ");
        assertThat(whole.asked("production", Map.of("promote", true)).body())
                .contains("promotion/source-differs", "builds its own from the source");
        write("src/page", "page one ");
        JsonNode promoted = whole.released("production", Map.of("promote", true));
        assertThat(get(staging + offset, "/")).startsWith("page one https://api.example.org ");
        assertThat(artifact(promoted)).isNotEqualTo(artifact(staged));
        assertThat(promoted.toString())
                .contains("evidence and signatures of that one do not count for it");

        // The same source is no news, although the artifacts differ.
        manifest(BAKED, "baked: true, ", "http://staging.example.org", ", automatically: true");
        int before = releases();
        write("src/page", "page three ");
        whole.released("staging", Map.of());
        whole.await(
                "production serves it",
                () -> get(staging + offset, "/").startsWith("page three https://api.example.org "));
        String brought =
                whole.get("/api/v1/releases").json().path("releases").path(0).path("id").asString();
        whole.awaitState(brought, "completed");
        assertThat(releases()).isEqualTo(before + 2);
        assertThat(whole.asked("production", Map.of()).json().path("releases")).isEmpty();
    }

    private int releases() throws Exception {
        return whole.get("/api/v1/releases").json().path("releases").size();
    }

    private String artifact(JsonNode shown) throws Exception {
        String id = shown.path("release").path("id").asString();
        return whole.get("/api/v1/releases/" + id + "/plan")
                .json()
                .findValue("artifact")
                .asString();
    }
}
