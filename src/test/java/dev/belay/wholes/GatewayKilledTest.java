package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` of the gateway: requests fail until it is back, and it is back by itself, with its
/// table.
class GatewayKilledTest {
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
        whole.turnsTo("local" + environments, "app", "open-v2");
        whole.manifest("", "0s");
        whole.ship("v1");
    }

    @Test
    void it_is_started_again_and_serves_its_table() throws Exception {
        ProcessHandle former = Processes.gateway(folder);
        Processes.kill(former);
        whole.await("traffic returns", this::serves);
        assertThat(Processes.gateway(folder)).isNotEqualTo(former);
        whole.runsOnly("v1");
    }

    @Test
    void it_serves_while_the_control_plane_is_away_and_both_come_back_together() throws Exception {
        whole.killServer();
        assertThat(Traffic.once(whole.port())).isEqualTo("v1");
        Processes.kill(Processes.gateway(folder));
        whole.start();
        whole.await("traffic returns", this::serves);
        whole.runsOnly("v1");
    }

    @Test
    void a_release_under_way_ends_well_all_the_same() throws Exception {
        whole.writesGated("v2");
        String release = whole.begin();
        whole.await("v2 starts", () -> whole.instances("").size() > 2);
        Processes.kill(Processes.gateway(folder));
        whole.opens("v2");
        whole.awaitState(release, "completed");
        whole.await("traffic returns", this::serves);
        whole.runsOnly("v2");
    }

    private boolean serves() {
        try {
            return !Traffic.once(whole.port()).isEmpty();
        } catch (IOException _) {
            return false;
        }
    }
}
