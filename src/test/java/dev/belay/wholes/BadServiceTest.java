package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Services that cannot be shipped: each is taken back with a sentence that names the cause, and
/// what ran before runs on as if nothing had been.
class BadServiceTest {
    @TempDir private static Path folder;
    private static Whole whole;
    private static int environments;

    @BeforeAll
    static void server() throws Exception {
        whole = new Whole(folder);
    }

    @AfterAll
    static void noServer() throws Exception {
        whole.end();
    }

    /// Each test has an environment to itself.
    @BeforeEach
    void start() throws Exception {
        environments++;
        whole.turnsTo("local" + environments, "app");
        whole.manifest("", "0s");
    }

    @Test
    void one_that_never_listens() throws Exception {
        whole.ship("v1");
        Path manifest = whole.folder().resolve("belay.yaml");
        String patient = Files.readString(manifest);
        Files.writeString(manifest, patient.replace("within: 20s", "within: 3s"));
        whole.script("echo deaf; exec sleep 600");
        assertThat(rolledBack()).contains("api", "deaf").containsIgnoringCase("refused");
        whole.runsOnly("v1");
    }

    @Test
    void one_that_ends_at_once() throws Exception {
        whole.ship("v1");
        whole.script("echo no such luck; exit 3");
        assertThat(rolledBack()).contains("api", "no such luck", "status 3");
        whole.runsOnly("v1");
    }

    @Test
    void one_whose_program_is_missing() throws Exception {
        whole.ship("v1");
        whole.manifest("no-such-program --now", "", "0s");
        Whole.Answer answer = whole.deploy();
        String said =
                answer.status() == 202
                        ? told(answer.json().path("releases").path(0).asString())
                        : answer.body();
        assertThat(said).contains("no-such-program");
        whole.manifest("", "0s");
        whole.runsOnly("v1");
    }

    @Test
    void one_that_does_not_hear_the_signal_is_killed_when_its_grace_is_over() throws Exception {
        whole.script("trap '' TERM; exec " + Whole.service("v1"));
        whole.awaitState(whole.begin(), "completed");
        whole.runsOnly("v1");
        try (var traffic = new Traffic(whole.port())) {
            whole.ship("v2");
            whole.runsOnly("v2");
            assertThat(traffic.stop()).isEmpty();
        }
    }

    @Test
    void a_port_that_somebody_else_has() throws Exception {
        try (var foreign = new ServerSocket(whole.port())) {
            whole.writes("v1");
            Whole.Answer answer = whole.deploy();
            String said =
                    answer.status() == 202
                            ? told(answer.json().path("releases").path(0).asString())
                            : answer.body();
            assertThat(said).contains(String.valueOf(foreign.getLocalPort()));
            whole.await("nothing is left", () -> whole.instances("").isEmpty());
        }
        // Nobody has to clean up by hand: once the port is free, the same deploy goes through.
        whole.awaitState(whole.begin(), "completed");
        whole.runsOnly("v1");
    }

    private String rolledBack() throws Exception {
        return told(whole.begin());
    }

    /// All that the release says of its end: why, and of the failed steps what, a hint, the log.
    private String told(String release) throws Exception {
        JsonNode shown = whole.awaitState(release, "rolled-back");
        assertThat(shown.path("because").asString()).isNotBlank();
        var said = new StringBuilder(shown.path("because").asString());
        for (JsonNode step : shown.path("steps")) {
            for (String part : new String[] {"result", "hint", "detail"}) {
                said.append('\n').append(step.path(part).asString());
            }
        }
        return said.toString();
    }
}
