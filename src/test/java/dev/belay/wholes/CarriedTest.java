package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A service on plain processes whose requests HAProxy carries.
class CarriedTest {
    @TempDir private Path folder;
    private Whole whole;

    @BeforeEach
    void start() throws Exception {
        whole = new Whole(folder);
        whole.manifest("busybox httpd -f -p ${PORT}", "", "0s");
        Path manifest = whole.folder().resolve("belay.yaml");
        Files.writeString(
                manifest,
                Files.readString(manifest)
                        .replace("target: process", "target: process, router: haproxy"));
        whole.start();
    }

    @AfterEach
    void stop() throws Exception {
        if (whole != null) {
            whole.end();
        }
    }

    private void ships(String word) throws Exception {
        Files.writeString(whole.folder().resolve("app/index.html"), word);
        whole.awaitState(whole.begin(), "completed");
        assertThat(Traffic.once(whole.port())).isEqualTo(word);
    }

    @Test
    void releases_and_a_rollback_lose_no_request() throws Exception {
        ships("v1");
        assertThat(whole.folder().resolve(".belay/haproxy/haproxy.cfg")).exists();
        try (var traffic = new Traffic(whole.port())) {
            ships("v2");
            ships("v3");
            JsonNode back =
                    whole.post(
                                    "/api/v1/rollbacks",
                                    "{\"environment\": \"local\", \"requestKey\": \"back\", \"reason\": \"it was worse\"}")
                            .json();
            whole.awaitState(back.path("releases").path(0).asString(""), "completed");
            assertThat(Traffic.once(whole.port())).isEqualTo("v2");
            assertThat(traffic.stop()).isEmpty();
            assertThat(traffic.answered()).isPositive();
        }
    }
}
