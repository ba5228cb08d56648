package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `kill -9` around a job that must not run twice and that nothing but its own record can tell of.
class JobKilledTest {
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
                  migrate:
                    kind: job
                    build: {output: app}
                    run: sh run.sh
                environments:
                  local: {target: process, rollout: {soak: 0s}}
                """);
        whole.start();
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
    }

    @Test
    void it_goes_on_without_its_control_plane_and_its_release_completes() throws Exception {
        String release = beginsAndIsLeftAlone("exit 0");
        Files.createFile(folder.resolve("go"));
        whole.start();
        whole.awaitState(release, "completed");
        assertThat(times()).isEqualTo(1);
    }

    @Test
    void one_that_failed_meanwhile_turns_its_release_back_and_is_not_repeated() throws Exception {
        String release = beginsAndIsLeftAlone("echo no such table; exit 3");
        Files.createFile(folder.resolve("go"));
        whole.await("it has ended", () -> Files.exists(folder.resolve("ended")));
        whole.start();
        JsonNode shown = whole.awaitState(release, "rolled-back");
        assertThat(shown.path("because").asString())
                .contains("ended with status 3")
                .contains("no such table");
        assertThat(times()).isEqualTo(1);
    }

    @Test
    void one_that_was_cut_off_is_held_and_is_not_repeated() throws Exception {
        String release = beginsAndIsLeftAlone("exit 0");
        // As when the machine dies: the launcher goes too, so nobody sees how it ended.
        Processes.killAll(folder);
        whole.start();
        JsonNode shown = whole.awaitState(release, "held");
        assertThat(shown.path("because").asString()).contains("nobody saw how");
        assertThat(times()).isEqualTo(1);

        var seen = Map.of("command", "decide", "decision", "mark-done", "reason", "it is there");
        assertThat(whole.command(release, new HashMap<>(seen)).status()).isEqualTo(200);
        whole.awaitState(release, "completed");
        assertThat(times()).isEqualTo(1);
    }

    /// A release whose job waits for the file `go` while its control plane is dead.
    private String beginsAndIsLeftAlone(String end) throws Exception {
        whole.script(
                """
                echo began >> %1$s/times
                trap 'touch %1$s/ended' EXIT
                while [ ! -e %1$s/go ]; do sleep 0.05; done
                %2$s
                """
                        .formatted(folder, end));
        String release = whole.begin();
        whole.await("the job runs", () -> Files.exists(folder.resolve("times")));
        whole.killServer();
        return release;
    }

    private long times() throws Exception {
        return Files.readAllLines(folder.resolve("times")).size();
    }
}
