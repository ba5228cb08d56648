package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.FreePort;
import dev.belay.release.Digest;
import dev.belay.server.signature.OwnKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Production takes what somebody signed whose key lies beside the manifest, and nothing else.
class SignedTest {
    @TempDir private Path folder;
    private final OwnKey release = OwnKey.ecdsa("secp256r1");
    private final OwnKey stranger = OwnKey.ecdsa("secp256r1");
    private Whole whole;
    private int keys;

    @BeforeEach
    void start() throws Exception {
        whole = new Whole(folder);
        Files.createDirectories(folder.resolve("keys"));
        Files.writeString(folder.resolve("keys/release.pub"), release.pem());
        manifest("signatures: {keys: [keys/release.pub]}");
        whole.start();
    }

    private void manifest(String gates) throws Exception {
        int other = FreePort.choose();
        Path file = folder.resolve("belay.yaml");
        String before = Files.exists(file) ? Files.readString(file) : "";
        String wanted =
                """
                platform: small
                components:
                  api:
                    kind: service
                    build: {output: app}
                    run: sh run.sh
                    port: %d
                    health: {http: /, within: 20s}
                    stop: {grace: 2s, drain: 2s}
                environments:
                  staging: {target: process, rollout: {soak: 0s}}
                  production:
                    target: process
                    promotes: {from: staging}
                    port-offset: %d
                    rollout: {soak: 0s}
                """
                        .formatted(Math.min(whole.port(), other), Math.abs(whole.port() - other));
        String head =
                !before.contains("    gates:")
                        ? wanted
                        : before.substring(0, before.indexOf("    gates:"));
        Files.writeString(file, head + "    gates:\n      " + gates + "\n");
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
    }

    private Whole.Answer ask(String path, Map<String, Object> body) throws Exception {
        return whole.post(path, JsonMapper.shared().writeValueAsString(body));
    }

    private Whole.Answer asked(String environment, Map<String, Object> more) throws Exception {
        var body = new HashMap<String, Object>(more);
        body.put("environment", environment);
        body.put("requestKey", "key-" + ++keys);
        return ask("/api/v1/releases", body);
    }

    private JsonNode released(String environment) throws Exception {
        Whole.Answer answer = asked(environment, Map.of());
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        return whole.awaitState(answer.json().path("releases").path(0).asString(), "completed");
    }

    private String refused() throws Exception {
        Whole.Answer answer = asked("production", Map.of());
        assertThat(answer.status()).as(answer.body()).isEqualTo(409);
        return answer.body();
    }

    /// The archive of what runs in staging, as somebody who signs it gets it.
    private byte[] archive() throws Exception {
        String digest =
                last(ask("/api/v1/environments/staging/artifacts", Map.of("for", "api@staging")))
                        .path("artifact")
                        .asString();
        return whole.bytes(
                "/api/v1/environments/staging/artifacts/" + digest.replace("sha256:", ""));
    }

    private static JsonNode last(Whole.Answer answer) {
        List<String> lines = answer.body().lines().toList();
        return JsonMapper.shared().readTree(lines.getLast()).path("result");
    }

    private Whole.Answer add(String file) throws Exception {
        String content = Base64.getEncoder().encodeToString(file.getBytes(StandardCharsets.UTF_8));
        String digest =
                whole.post(
                                "/api/v1/environments/staging/evidence-files",
                                "{\"content\":\"" + content + "\"}")
                        .json()
                        .path("digest")
                        .asString();
        return ask(
                "/api/v1/environments/staging/evidence",
                Map.of("for", "api@staging", "files", List.of(digest + " bundle.json")));
    }

    @Test
    void what_nobody_trusted_signed_is_refused_and_what_somebody_did_is_promoted()
            throws Exception {
        whole.writes("v1");
        released("staging");
        assertThat(refused())
                .contains(
                        "nobody who is trusted signed it",
                        "the key `keys/release.pub` signs what `belay artifact` gives out",
                        "which `production` asks for");

        byte[] archive = archive();
        assertThat(add(stranger.bundle(archive)).body())
                .contains("signatures/unverified", "fits none of the keys that are trusted");
        assertThat(add(release.bundle("something else".getBytes(StandardCharsets.UTF_8))).body())
                .contains("is of another artifact than");
        String bundle = release.bundle(archive);
        Whole.Answer added = add(bundle);
        assertThat(added.body()).contains("signed by the key `keys/release.pub`");
        String id = added.json().path("result").path("id").asString();

        assertThat(
                        whole.bytes(
                                "/api/v1/environments/staging/evidence/%s/files/%s"
                                        .formatted(id, Digest.of(bundle).hex())))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(bundle);
        assertThat(released("production").toString())
                .contains("api: its evidence stands: signatures", id);
        assertThat(whole.get("/api/v1/environments/production/status").body())
                .contains("\"state\":\"well\"");
    }

    @Test
    void a_key_that_left_the_manifest_counts_no_more() throws Exception {
        whole.writes("v1");
        released("staging");
        assertThat(add(release.bundle(archive())).body()).contains("signed by the key");
        Files.writeString(folder.resolve("keys/release.pub"), stranger.pem());
        assertThat(refused()).contains("nobody who is trusted signed it", "fits none of the keys");

        Files.writeString(folder.resolve("keys/release.pub"), release.pem());
        Files.writeString(folder.resolve("keys/other.pub"), stranger.pem());
        manifest("signatures: {keys: [keys/release.pub, keys/other.pub], need: all}");
        assertThat(refused()).contains("1 of 2 who must have signed it did");
        assertThat(add(stranger.bare(archive())).body()).contains("the key `keys/other.pub`");
        released("production");
    }
}
