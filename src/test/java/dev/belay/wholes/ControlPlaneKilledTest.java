package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` of the control plane while it ships, all along the release. `-Dkills=N` kills at that
/// many moments instead of a few; what every single crash point does, the simulation shows.
class ControlPlaneKilledTest {
    private static final int KILLS = Integer.getInteger("kills", 6);

    @TempDir private Path folder;
    private Whole whole;

    @BeforeEach
    void start() throws Exception {
        whole = new Whole(folder);
        whole.start();
        whole.ship("v0");
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
    }

    @Test
    void a_release_ends_well_whenever_the_control_plane_is_killed() throws Exception {
        long length = whole.journal("local-1");
        try (var traffic = new Traffic(whole.port())) {
            for (int kill = 1; kill <= KILLS; kill++) {
                String word = "v" + kill;
                whole.writes(word);
                String release = whole.begin();
                killAt(release, 1 + (length - 2) * kill / KILLS);
                whole.start();
                whole.awaitState(release, "completed");
                whole.journal(release);
                whole.runsOnly(word);
            }
            assertThat(traffic.stop()).isEmpty();
            assertThat(traffic.answered()).isGreaterThan(KILLS);
        }
    }

    @Test
    void a_release_on_its_way_back_goes_on_going_back() throws Exception {
        try (var traffic = new Traffic(whole.port())) {
            whole.script("echo no such luck; exit 3");
            String release = whole.begin();
            whole.await(
                    "it turns back",
                    () -> List.of("rolling-back", "rolled-back").contains(whole.state(release)));
            whole.killServer();
            whole.start();
            var shown = whole.awaitState(release, "rolled-back");
            assertThat(shown.path("because").asString()).isNotBlank();
            whole.runsOnly("v0");
            assertThat(traffic.stop()).isEmpty();
        }
    }

    private void killAt(String release, long seq) throws Exception {
        whole.await("journal of " + release + " at " + seq, () -> whole.journal(release) >= seq);
        whole.killServer();
    }
}
