package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// Production asks for secrets that are its own, and lately chosen.
class CurrentSecretsTest {
    @TempDir private Path folder;

    private Whole whole;
    private int keys;

    @BeforeEach
    void starts() throws Exception {
        whole = new Whole(folder);
        int other = FreePort.choose();
        Files.writeString(
                whole.folder().resolve("belay.yaml"),
                """
                platform: small
                components:
                  api:
                    kind: service
                    build: {output: app}
                    run: sh run.sh
                    port: %d
                    env: {required: [REGION], secret: [JWT_SECRET, SENTRY_KEY]}
                    health: {http: /, within: 20s}
                    stop: {grace: 2s, drain: 2s}
                environments:
                  staging: {target: process, env-file: [.env.staging], rollout: {soak: 0s}}
                  production:
                    target: process
                    env-file: [.env.production]
                    port-offset: %d
                    rollout: {soak: 0s}
                    gates: {secrets: {younger-than: 90d, shared: [SENTRY_KEY]}}
                """
                        .formatted(Math.min(whole.port(), other), Math.abs(whole.port() - other)));
        values("staging", "staging-h7kQz0pLw4", "sentry-9fK2xQ7v");
        values("production", "production-Zk31vTq8", "sentry-9fK2xQ7v");
        whole.writes("one");
        whole.start();
    }

    @AfterEach
    void ends() throws Exception {
        whole.end();
    }

    private Path file(String environment) {
        return whole.folder().resolve(".env." + environment);
    }

    private void values(String environment, String secret, String shared) throws IOException {
        Files.writeString(
                file(environment),
                "REGION=eu\nJWT_SECRET=%s\nSENTRY_KEY=%s\n".formatted(secret, shared));
    }

    private Whole.Answer deploy(List<String> skip, String reason) throws Exception {
        keys++;
        return whole.post(
                "/api/v1/releases",
                JsonMapper.shared()
                        .writeValueAsString(
                                Map.of(
                                        "environment",
                                        "production",
                                        "requestKey",
                                        "key-" + keys,
                                        "skip",
                                        skip,
                                        "reason",
                                        reason)));
    }

    private Whole.Answer plan() throws Exception {
        return whole.post("/api/v1/plans", "{\"environment\": \"production\"}");
    }

    @Test
    void a_secret_that_staging_has_too_is_refused_and_its_own_one_is_released() throws Exception {
        values("production", "staging-h7kQz0pLw4", "sentry-9fK2xQ7v");
        Whole.Answer refused = deploy(List.of(), "");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body())
                .contains(
                        "`JWT_SECRET` has the same value in `staging`",
                        "config template production")
                .doesNotContain("SENTRY_KEY", "h7kQz0pLw4");

        values("production", "production-Zk31vTq8", "sentry-9fK2xQ7v");
        String id = deploy(List.of(), "").json().path("releases").path(0).asString();
        assertThat(whole.awaitState(id, "completed").toString())
                .contains("its secrets are current", "3 variables are current")
                .contains("of `JWT_SECRET` only the age of its file is known");
    }

    @Test
    void an_old_one_is_refused_and_shown_by_the_plan_and_left_out_only_by_name_and_reason()
            throws Exception {
        Files.setLastModifiedTime(
                file("production"), FileTime.from(Instant.now().minus(Duration.ofDays(100))));
        Whole.Answer refused = deploy(List.of(), "");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body()).contains("`JWT_SECRET` is 100 d old, and may be 90 d");
        assertThat(plan().body())
                .contains("its secrets are current", "`JWT_SECRET` is 100 d old")
                .doesNotContain("Zk31vTq8");

        assertThat(deploy(List.of("secrets"), " ").body()).contains("secrets/no-reason");
        String id =
                deploy(List.of("secrets"), "rotated tomorrow")
                        .json()
                        .path("releases")
                        .path(0)
                        .asString();
        whole.awaitState(id, "completed");
        assertThat(whole.get("/api/v1/environments/production/status").body())
                .contains("secrets", "rotated tomorrow");
    }

    /// It was planned with a good one, and waits.
    @Test
    void what_was_taken_away_meanwhile_is_found_by_the_release() throws Exception {
        whole.writesGated("slow");
        String first = deploy(List.of(), "").json().path("releases").path(0).asString();
        whole.await(
                first + " has looked",
                () -> whole.show(first).toString().contains("3 variables are current"));
        whole.writes("two");
        String second = deploy(List.of(), "").json().path("releases").path(0).asString();
        values("production", "<fill in>", "sentry-9fK2xQ7v");
        whole.opens("slow");
        whole.awaitState(first, "completed");
        whole.await(second + " ends", () -> Whole.ENDED.contains(whole.state(second)));

        assertThat(whole.show(second).toString())
                .contains("`JWT_SECRET` has what a template has in its place");
    }
}
