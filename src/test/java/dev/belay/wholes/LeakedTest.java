package dev.belay.wholes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Secrets that would get into a release are found before anything of it is queued.
class LeakedTest {
    private static final String TOKEN = "gh" + "p_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17";
    private static final String VALUE = "h7kQz0pLw4vT9";

    @TempDir private Path folder;

    private Whole whole;

    @BeforeEach
    void starts() throws Exception {
        whole = new Whole(folder);
        Files.writeString(whole.folder().resolve(".env"), "JWT_SECRET=" + VALUE + "\n");
        manifest("");
        whole.writes("one");
        whole.start();
    }

    @AfterEach
    void ends() throws Exception {
        whole.end();
    }

    private void manifest(String more) throws IOException {
        Files.writeString(
                whole.folder().resolve("belay.yaml"),
                """
                platform: small
                %scomponents:
                  api:
                    kind: service
                    build: {run: "sh -c 'mkdir -p out && cp app/* out/'", output: out}
                    run: sh run.sh
                    port: %d
                    env: {secret: [JWT_SECRET]}
                    health: {http: /, within: 20s}
                    stop: {grace: 2s, drain: 2s}
                environments:
                  local: {target: process, env-file: [.env], rollout: {soak: 0s}}
                """
                        .formatted(more, whole.port()));
    }

    @Test
    void what_a_build_made_is_looked_into_before_it_is_released() throws Exception {
        Files.writeString(whole.folder().resolve("app/config.js"), "x\nk = '" + TOKEN + "'\n");

        Whole.Answer refused = whole.deploy();
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body())
                .contains("secret/found", "artifact of `api`: config.js:2:6", "`ghp_…`")
                .doesNotContain(TOKEN.substring(0, 8));

        manifest("allowed-secrets: [{path: \"*.js\", rule: github-token, reason: revoked}]\n");
        whole.awaitState(whole.begin(), "completed");
    }

    @Test
    void the_value_of_a_declared_secret_gets_into_no_artifact_whatever_is_allowed()
            throws Exception {
        manifest("allowed-secrets: [{path: \"**\", rule: \"*\", reason: whatever}]\n");
        Files.writeString(
                whole.folder().resolve("app/config.js"),
                Base64.getEncoder().encodeToString(("u:" + VALUE).getBytes(UTF_8))
                        + " // belay:allow-secret whatever it is\n");

        Whole.Answer refused = whole.deploy();
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body())
                .contains("here is the value of `JWT_SECRET` of `local`")
                .doesNotContain(VALUE);
        assertThat(whole.get("/api/v1/releases").body()).doesNotContain("rel-");
    }

    @Test
    void what_production_keeps_secret_gets_into_nothing_that_could_be_promoted() throws Exception {
        Path file = whole.folder().resolve("belay.yaml");
        Files.writeString(
                file,
                Files.readString(file)
                        + """
                          production:
                            target: process
                            env-file: [production.env]
                            promotes: {from: local}
                            port-offset: 1
                        """);
        Files.writeString(whole.folder().resolve("production.env"), "JWT_SECRET=q9Vb2ZsXy71Kd0w\n");
        Files.writeString(whole.folder().resolve("app/config.js"), "k = 'q9Vb2ZsXy71Kd0w'\n");

        Whole.Answer refused = whole.deploy();
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body())
                .contains("here is the value of `JWT_SECRET` of `production`")
                .doesNotContain("q9Vb2ZsXy71Kd0w");
    }

    private void git(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("git", "-c", "user.name=a", "-c", "user.email=a@b"));
        command.addAll(List.of(arguments));
        Process git =
                new ProcessBuilder(command)
                        .directory(whole.folder().toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(git.getInputStream().readAllBytes(), UTF_8);
        assertThat(git.waitFor()).as(said).isZero();
    }

    private void commit(String message) throws Exception {
        git("add", "--", "app", "belay.yaml");
        git("commit", "-q", "-m", message);
    }

    @Test
    void what_was_committed_since_the_last_release_is_looked_into_though_it_is_gone_again()
            throws Exception {
        git("init", "-q", "-b", "master");
        commit("one");
        String first = whole.begin();
        whole.awaitState(first, "completed");
        assertThat(whole.get("/api/v1/releases/" + first).body())
                .containsPattern("\"commit\":\"[0-9a-f]{40}\\+\"");

        Files.writeString(whole.folder().resolve("app/config.js"), "k = '" + TOKEN + "'\n");
        commit("two");
        Files.writeString(whole.folder().resolve("app/config.js"), "k = 'other'\n");
        commit("three");

        Whole.Answer refused = whole.deploy();
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body())
                .contains("secret/found", "app/config.js:1:6", "commit")
                .doesNotContain(TOKEN.substring(0, 8));

        manifest("allowed-secrets: [{path: \"app/*.js\", rule: github-token, reason: revoked}]\n");
        whole.awaitState(whole.begin(), "completed");
        // History that was written anew says nothing of what was before.
        git("checkout", "-q", "--orphan", "other");
        git("commit", "-q", "-m", "anew");
        git("reflog", "expire", "--expire=now", "--all");
        git("branch", "-D", "master");
        git("gc", "-q", "--prune=now");
        Files.writeString(whole.folder().resolve("app/config.js"), "k = 'third'\n");
        whole.awaitState(whole.begin(), "completed");
    }

    @Test
    void a_manifest_with_a_secret_is_refused_before_anything_is_built() throws Exception {
        manifest("x-token: " + TOKEN + "\n");

        Whole.Answer refused = whole.deploy();
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body())
                .contains("belay.yaml:2:10")
                .doesNotContain(TOKEN.substring(0, 8));
        assertThat(whole.folder().resolve("out")).doesNotExist();
        assertThat(whole.post("/api/v1/check", "{\"environment\": \"local\"}").body())
                .contains("belay.yaml:2:10");
    }
}
