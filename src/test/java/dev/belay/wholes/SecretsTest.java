package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.vault.VaultServer;
import dev.belay.driver.vault.VaultServer.Lease;
import dev.belay.driver.vault.VaultServer.Trouble;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A service whose secret is in Vault, which is rotated, goes down and comes back.
class SecretsTest {
    private static final String SECRET_ID = "canary-secret-id-0815";

    @TempDir private Path folder;
    private Whole whole;
    private VaultServer vault;

    @BeforeEach
    void start() throws Exception {
        whole = new Whole(folder);
        vault = new VaultServer(InstantSource.system(), null);
        vault.hasAppRole("the-role", SECRET_ID);
        vault.hasLease(new Lease(Duration.ofSeconds(4), Duration.ofSeconds(9), true));
        vault.put("shop/api", Map.of("key", canary(1)));
        Path key = Files.writeString(folder.resolve("secret-id"), SECRET_ID + "\n");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(
                folder.resolve("belay.yaml"),
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
                    env: {secret: [API_KEY]}
                environments:
                  local:
                    target: process
                    rollout: {soak: 0s}
                    secrets:
                      main:
                        vault:
                          address: %s
                          path: shop/api
                          auth: {approle: {role-id: the-role, secret-id: {file: secret-id}}}
                          timeout: 2s
                        variables: {API_KEY: key}
                """
                        .formatted(whole.port(), vault.address()));
        says("v1");
        whole.start();
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
        vault.close();
    }

    private static String canary(int version) {
        return "canary/value+%d-of-a-secret".formatted(version);
    }

    /// What somebody can see of a secret who must not see it.
    private static String hash(int version) throws Exception {
        byte[] digest =
                MessageDigest.getInstance("SHA-256")
                        .digest(canary(version).getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest);
    }

    private void says(String word) throws IOException {
        whole.script("printf %s \"$API_KEY\" | sha256sum\nexec " + Whole.service(word));
    }

    private JsonNode shipped() throws Exception {
        return whole.awaitState(whole.begin(), "completed");
    }

    private Whole.Answer planned() throws Exception {
        return whole.post("/api/v1/plans", "{\"environment\": \"local\"}");
    }

    private String logs() throws Exception {
        return whole.get("/api/v1/environments/local/logs?lines=200").body();
    }

    /// Of the instances that run now.
    private Set<String> keysThatRun() throws Exception {
        Set<String> keys = new HashSet<>();
        for (ProcessHandle one : Processes.instances(folder)) {
            Path environ = Path.of("/proc/" + one.pid() + "/environ");
            Stream.of(Files.readString(environ, StandardCharsets.ISO_8859_1).split("\0", -1))
                    .filter(line -> line.startsWith("API_KEY="))
                    .map(line -> line.substring("API_KEY=".length()))
                    .forEach(keys::add);
        }
        return keys;
    }

    private void nobodyFinds(String... canaries) throws Exception {
        for (String path :
                List.of(
                        "environments/local/status",
                        "releases",
                        "releases/local-1",
                        "releases/local-1/plan",
                        "environments/local/logs?lines=200",
                        "audit?limit=1000")) {
            assertThat(whole.get("/api/v1/" + path).body()).as(path).doesNotContain(canaries);
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (file.endsWith("secret-id")) {
                    continue;
                }
                String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertThat(Stream.of(canaries).filter(text::contains).collect(Collectors.toSet()))
                        .as(file.toString())
                        .isEmpty();
            }
        }
    }

    @Test
    void a_rotated_secret_makes_a_new_revision_and_does_not_go_back_with_the_code()
            throws Exception {
        assertThat(planned().body()).contains("\"API_KEY\":\"main (vault), version 1\"");
        JsonNode first = shipped();
        assertThat(first.toString()).contains("`API_KEY` from main (vault), version 1");
        assertThat(logs()).contains(hash(1));
        assertThat(keysThatRun()).containsExactly(canary(1));

        vault.put("shop/api", Map.of("key", canary(2)));
        says("v2");
        JsonNode second = shipped();
        assertThat(second.toString()).contains("main (vault), version 2");
        assertThat(keysThatRun()).containsExactly(canary(2));

        Whole.Answer back =
                whole.post(
                        "/api/v1/rollbacks",
                        "{\"environment\": \"local\", \"requestKey\": \"back\"}");
        assertThat(back.status()).as(back.body()).isEqualTo(202);
        whole.awaitState(back.json().path("releases").path(0).asString(), "completed");
        assertThat(Traffic.once(whole.port())).isEqualTo("v1");
        assertThat(keysThatRun()).containsExactly(canary(2));
        assertThat(logs()).contains(hash(2));

        vault.put("shop/api", Map.of("key", canary(3)));
        shipped();
        assertThat(keysThatRun()).containsExactly(canary(3));
        nobodyFinds(canary(1), canary(2), canary(3), SECRET_ID, "hvs.");
    }

    @Test
    void while_vault_is_away_nothing_is_released_and_what_runs_goes_on() throws Exception {
        shipped();
        vault.is(Trouble.SEALED);
        says("v2");
        Whole.Answer refused = whole.deploy();
        assertThat(refused.status()).as(refused.body()).isEqualTo(502);
        assertThat(refused.body())
                .contains("secrets `main` of `local`: Vault is sealed", "vault operator unseal");
        assertThat(Traffic.once(whole.port())).isEqualTo("v1");
        List<ProcessHandle> before = Processes.instances(folder);
        assertThat(whole.get("/api/v1/environments/local/status").body())
                .contains("Vault is sealed", "main (vault): version 1 of `API_KEY`");

        Processes.kill(before.getFirst());
        whole.await(
                "it was started again with what was kept",
                () ->
                        Processes.instances(folder, "v1").stream()
                                .anyMatch(one -> one.pid() != before.getFirst().pid()));
        assertThat(keysThatRun()).containsExactly(canary(1));

        vault.is(Trouble.NONE);
        whole.await("released", () -> whole.deploy().status() == 202);
        nobodyFinds(canary(1), SECRET_ID, "hvs.");
    }

    @Test
    void a_secret_that_is_missing_or_denied_is_a_problem_with_its_line() throws Exception {
        vault.put("shop/api", Map.of("kye", canary(1)));
        Whole.Answer missing = whole.deploy();
        assertThat(missing.status()).as(missing.body()).isEqualTo(422);
        assertThat(missing.body())
                .contains(
                        "secrets/missing",
                        "has no key `key`",
                        "did you mean `kye`?",
                        "\"line\":22");
        Path manifest = folder.resolve("belay.yaml");
        Files.writeString(
                manifest, Files.readString(manifest).replace("path: shop/api", "path: other/api"));
        Whole.Answer denied = whole.deploy();
        assertThat(denied.status()).as(denied.body()).isEqualTo(422);
        assertThat(denied.body())
                .contains("secrets/refused", "Vault does not let Belay read `secret/other/api`");
        assertThat(Processes.instances(folder)).isEmpty();
    }
}
