package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Canaries under traffic: what fails half of its requests goes back by itself, what does not goes
/// on.
class JudgedTest {
    @TempDir private Path folder;
    private Whole whole;

    @BeforeEach
    void start() throws Exception {
        whole = new Whole(folder);
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
                    instances: 2
                    health: {http: /health, within: 20s}
                    stop: {grace: 2s, drain: 2s}
                environments:
                  local:
                    target: process
                    rollout:
                      strategy: canary
                      steps: [40%%]
                      step-time: 6s
                      advance: time
                """
                        .formatted(whole.port()));
        whole.start();
        whole.ship("v1");
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
    }

    private boolean isJudged(String release) throws Exception {
        return whole.show(release).toString().contains("against it");
    }

    @Test
    void one_that_fails_goes_back_though_its_judge_was_killed_and_the_next_goes_on()
            throws Exception {
        whole.writes("v2 2");
        try (var traffic = new Traffic(whole.port())) {
            String bad = whole.begin();
            whole.await("something was counted", () -> isJudged(bad));
            whole.killServer();
            whole.start();
            assertThat(whole.awaitState(bad, "rolled-back").toString()).contains("is worse than");
            whole.runsOnly("v1");
            List<String> failed = traffic.stop();
            assertThat(failed)
                    .isNotEmpty()
                    .allMatch(one -> one.endsWith("500 Internal Server Error"));
            Whole.Said again = whole.belay("judge", "replay", bad);
            assertThat(again.text()).contains("fail after", "comes to the same again");
            assertThat(again.exit()).isZero();
        }
        try (var traffic = new Traffic(whole.port())) {
            whole.ship("v3");
            assertThat(traffic.stop()).isEmpty();
        }
        whole.runsOnly("v3");
    }
}
