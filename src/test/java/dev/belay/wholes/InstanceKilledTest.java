package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Instances that die: of `kill -9`, or again and again by themselves.
class InstanceKilledTest {
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
        whole.ship("v1");
    }

    @Test
    void one_that_is_killed_is_started_again() throws Exception {
        ProcessHandle killed = whole.instances("v1").getFirst();
        Processes.kill(killed);
        whole.runsOnly("v1");
        assertThat(whole.instances("")).doesNotContain(killed);
        whole.await(
                "the environment is well",
                () ->
                        whole.get("/api/v1/environments/" + whole.environment() + "/status")
                                .json()
                                .at("/components/0/state")
                                .asString()
                                .equals("well"));
    }

    @Test
    void one_that_is_killed_in_a_soak_leaves_one_revision_whole() throws Exception {
        whole.manifest("", "5s");
        whole.writes("v2");
        String release = whole.begin();
        whole.await(
                "it soaks", () -> whole.show(release).path("release").path("soaking").asBoolean());
        Processes.kill(whole.instances("v2").getFirst());
        whole.await("it ends", () -> Whole.ENDED.contains(whole.state(release)));
        var shown = whole.show(release);
        if (whole.state(release).equals("completed")) {
            whole.runsOnly("v2");
        } else {
            assertThat(shown.path("because").asString()).contains("api");
            whole.runsOnly("v1");
        }
    }

    @Test
    void one_that_dies_again_and_again_in_its_soak_is_rolled_back_with_its_last_words()
            throws Exception {
        whole.manifest("", "60s");
        whole.script("(sleep 1; kill -9 $$) & exec " + Whole.service("v2"));
        var shown = whole.awaitState(whole.begin(), "rolled-back");
        assertThat(shown.path("because").asString()).isNotBlank();
        assertThat(shown.path("steps").toString()).contains("v2 listens");
        whole.runsOnly("v1");
    }
}
