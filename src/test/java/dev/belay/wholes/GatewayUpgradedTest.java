package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The gateway's process is replaced: no request fails, and releases go on.
class GatewayUpgradedTest {
    @TempDir private Path folder;
    private Whole whole;

    @BeforeEach
    void start() throws Exception {
        whole = new Whole(folder);
        whole.start();
        whole.ship("v1");
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
    }

    private JsonNode gateway() throws Exception {
        return whole.get("/api/v1/gateway").json();
    }

    @Test
    void under_traffic_and_with_a_release_behind_it() throws Exception {
        long before = gateway().path("pid").asLong();
        assertThat(gateway().path("current").asBoolean()).isTrue();
        try (var traffic = new Traffic(whole.port())) {
            Whole.Answer answer = whole.post("/api/v1/gateway/upgrade", "{}");
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(answer.json().path("before").path("pid").asLong()).isEqualTo(before);
            long now = answer.json().path("after").path("pid").asLong();
            assertThat(now).isNotEqualTo(before).isEqualTo(gateway().path("pid").asLong());
            whole.ship("v2");
            assertThat(traffic.stop()).isEmpty();
            assertThat(traffic.answered()).isPositive();
        }
        whole.await("the old one ends", () -> ProcessHandle.of(before).isEmpty());
        assertThat(gateway().path("predecessors")).isEmpty();
        whole.runsOnly("v2");
    }

    @Test
    void one_that_cannot_hand_over_goes_on_and_the_answer_says_so() throws Exception {
        long before = gateway().path("pid").asLong();
        Files.delete(folder.resolve(".belay/gateway/upgrade.sock"));
        Whole.Answer answer = whole.post("/api/v1/gateway/upgrade", "{}");
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.body()).contains("goes on as it was", "nothing was taken over");
        assertThat(gateway().path("pid").asLong()).isEqualTo(before);
        whole.runsOnly("v1");
    }
}
