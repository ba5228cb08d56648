package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.FreePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Production asks that staging went back to what production runs, and forward again.
class RollbackTriedTest {
    @TempDir private Path folder;
    private Whole whole;
    private int low;
    private int offset;

    @BeforeEach
    void start() throws Exception {
        whole = new Whole(folder);
        int other = FreePort.choose();
        low = Math.min(whole.port(), other);
        offset = Math.abs(whole.port() - other);
        manifest("v", "false");
        whole.start();
    }

    /// @param greeting what the smoke test looks for
    private void manifest(String greeting, String automatically) throws Exception {
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
                    smoke: [{name: greets, http: [{request: GET /, contains: %s}]}]
                environments:
                  staging: {target: process, rollout: {soak: 0s}}
                  production:
                    target: process
                    port-offset: %d
                    rollout: {soak: 0s}
                    promotes: {from: staging, automatically: %s}
                    gates: {evidence: {rollback: {from: staging, max: {failed: 0}, pass: true}}}
                """
                        .formatted(low, greeting, offset, automatically));
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
    }

    private Whole.Answer tried() throws Exception {
        return whole.post(
                "/api/v1/environments/staging/rollback-trials",
                "{\"of\": \"production\", \"components\": []}");
    }

    private JsonNode result(boolean passed) throws Exception {
        Whole.Answer answer = tried();
        JsonNode result =
                JsonMapper.shared()
                        .readTree(answer.body().lines().toList().getLast())
                        .path("result");
        assertThat(result.path("passed").asBoolean()).as(answer.body()).isEqualTo(passed);
        assertThat(result.path("releases")).hasSize(2);
        return result.at("/evidence/0");
    }

    @Test
    void production_takes_what_was_shown_to_go_back_and_forward() throws Exception {
        whole.writes("v1");
        whole.released("staging", Map.of());
        assertThat(tried().body()).contains("nothing of that runs in `production`");
        whole.released("production", Map.of("promote", true));
        assertThat(tried().body()).contains("run the same: there is nothing to go back to");
        whole.writes("v2");
        whole.released("staging", Map.of());
        assertThat(whole.asked("production", Map.of("promote", true)).body())
                .contains("which runs now, was not tried in `staging`");

        JsonNode evidence = result(true);
        assertThat(Traffic.once(low)).isEqualTo("v2");
        assertThat(evidence.at("/figures/asked").asDouble()).isGreaterThan(10);
        assertThat(evidence.at("/figures/failed").asDouble()).isZero();

        // Nobody went back from it for good: it still comes by itself.
        manifest("v", "true");
        whole.await("production takes v2", () -> Traffic.once(low + offset).equals("v2"));
    }

    @Test
    void a_way_back_to_what_ran_before_opens_nothing() throws Exception {
        for (String version : List.of("v1", "v2")) {
            whole.writes(version);
            whole.released("staging", Map.of());
            if (version.equals("v2")) {
                result(true);
            }
            whole.released("production", Map.of("promote", true));
        }
        // Again with what was tried once, and another one runs meanwhile.
        whole.writes("v3");
        whole.released("staging", Map.of());
        result(true);
        Map<String, Object> past =
                Map.of("promote", true, "skip", List.of("evidence"), "reason", "it has to go out");
        whole.released("production", past);
        whole.writes("v2");
        whole.released("staging", Map.of());
        assertThat(whole.asked("production", Map.of("promote", true)).body())
                .contains("which runs now, was not tried in `staging`; that to");
    }

    @Test
    void what_went_back_goes_forward_though_the_control_plane_ended_in_the_middle()
            throws Exception {
        whole.writes("v1");
        whole.released("staging", Map.of());
        whole.released("production", Map.of("promote", true));
        whole.writes("v2");
        whole.released("staging", Map.of());
        Thread asking =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                tried();
                            } catch (Exception _) {
                                // Its answer breaks off.
                            }
                        });
        whole.await("it has gone back", () -> Traffic.once(low).equals("v1"));
        whole.killServer();
        asking.join();

        whole.start();
        whole.await("it is forward again", () -> Traffic.once(low).equals("v2"));
        whole.awaitState("staging-5", "completed");
        assertThat(whole.get("/api/v1/releases/staging-5").body()).contains("forward again");
        assertThat(whole.asked("production", Map.of("promote", true)).body())
                .contains("was not tried");
    }

    @Test
    void what_older_clients_do_not_get_along_with_is_kept_out() throws Exception {
        whole.writes("v1");
        whole.released("staging", Map.of());
        whole.released("production", Map.of("promote", true));
        manifest("w", "false");
        whole.writes("w2");
        whole.released("staging", Map.of());

        JsonNode evidence = result(false);

        assertThat(Traffic.once(low)).isEqualTo("w2");
        assertThat(evidence.at("/figures/failed").asDouble()).isPositive();
        assertThat(whole.asked("production", Map.of("promote", true)).body())
                .contains("did not pass", "must be at most 0");
    }
}
