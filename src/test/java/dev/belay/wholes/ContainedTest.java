package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.docker.OwnEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A service that moves from plain processes into containers of a real Docker Engine, under a
/// stream of requests.
class ContainedTest {
    @TempDir private Path folder;
    private OwnEngine engine;
    private Whole whole;

    @BeforeEach
    void start() throws Exception {
        engine = OwnEngine.started();
        whole = new Whole(folder);
        whole.equip(Map.of("DOCKER_HOST", engine.host()));
        target("process");
        whole.start();
    }

    @AfterEach
    void stop() throws Exception {
        if (whole != null) {
            whole.end();
            String left = engine.docker("ps", "-aq", "--filter", "label=belay.state=" + state());
            for (String container : left.lines().toList()) {
                engine.docker("rm", "-f", container);
            }
        }
    }

    private String state() {
        return whole.folder().resolve(".belay").toString();
    }

    private void target(String target) throws Exception {
        whole.manifest("busybox httpd -f -p ${PORT}", "image: " + OwnEngine.IMAGE, "0s");
        Path manifest = whole.folder().resolve("belay.yaml");
        Files.writeString(
                manifest,
                Files.readString(manifest).replace("target: process", "target: " + target));
    }

    /// From now on its image is built of its files, and they are nowhere else.
    private void byDockerfile() throws Exception {
        Path manifest = whole.folder().resolve("belay.yaml");
        Files.writeString(
                whole.folder().resolve("app/Dockerfile"),
                "FROM " + OwnEngine.IMAGE + "\nWORKDIR /srv\nCOPY index.html .\n");
        Files.writeString(
                manifest,
                Files.readString(manifest)
                        .replace("image: " + OwnEngine.IMAGE, "")
                        .replace("{output: app}", "{dockerfile: Dockerfile}\n    dir: app"));
    }

    private void ships(String word) throws Exception {
        Files.writeString(whole.folder().resolve("app/index.html"), word);
        whole.awaitState(whole.begin(), "completed");
        assertThat(Traffic.once(whole.port())).isEqualTo(word);
    }

    private long containers() throws Exception {
        return engine.docker("ps", "-q", "--filter", "label=belay.state=" + state())
                .lines()
                .count();
    }

    private boolean isWell() throws Exception {
        JsonNode status = whole.get("/api/v1/environments/local/status").json();
        return status.at("/components/0/state").asString().equals("well");
    }

    @Test
    void it_moves_into_containers_and_back_and_loses_no_request() throws Exception {
        ships("v1");
        assertThat(containers()).isZero();
        try (var traffic = new Traffic(whole.port())) {
            target("docker");
            ships("v2");
            assertThat(containers()).isEqualTo(2);
            byDockerfile();
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

    @Test
    void killed_containers_and_a_killed_control_plane_end_in_the_same() throws Exception {
        target("docker");
        ships("v1");
        String any =
                engine.docker("ps", "-q", "--filter", "label=belay.state=" + state())
                        .lines()
                        .findFirst()
                        .orElseThrow();

        engine.docker("rm", "-f", any);

        whole.await("it is started again", () -> containers() == 2 && isWell());
        Files.writeString(whole.folder().resolve("app/index.html"), "v2");
        String release = whole.begin();
        whole.await("more containers run", () -> containers() > 2);
        whole.killServer();
        whole.start();
        whole.awaitState(release, "completed");
        assertThat(Traffic.once(whole.port())).isEqualTo("v2");
    }

    @Test
    void when_all_is_to_stop_the_containers_stop_and_nobody_elses() throws Exception {
        String other =
                engine.docker("run", "-d", OwnEngine.IMAGE, "busybox", "sleep", "1000").strip();
        target("docker");
        ships("v1");
        assertThat(containers()).isEqualTo(2);

        assertThat(whole.belay("down").text()).contains("everything has stopped");

        assertThat(engine.docker("ps", "-aq", "--filter", "label=belay.state=" + state()))
                .isEmpty();
        assertThat(engine.docker("ps", "-q", "--no-trunc")).contains(other);
        engine.docker("rm", "-f", other);
    }
}
