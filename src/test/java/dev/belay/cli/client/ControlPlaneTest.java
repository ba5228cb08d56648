package dev.belay.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.FreePort;
import dev.belay.cli.Stop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlPlaneTest {
    private static final long PID = ProcessHandle.current().pid();

    @TempDir Path folder;

    @BeforeEach
    void platform() throws IOException {
        Files.createDirectories(folder.resolve(".belay"));
        Files.writeString(folder.resolve("belay.yaml"), "platform: x\n");
    }

    @Test
    void the_manifest_is_found_from_any_folder_below() throws IOException {
        Path deep = Files.createDirectories(folder.resolve("a/b c"));
        assertThat(Workspace.find(deep, "", Map.of()).folder()).isEqualTo(folder);
        assertThat(Workspace.find(deep, "", Map.of("BELAY_STATE", "/s")).state())
                .isEqualTo(Path.of("/s"));
        assertThat(Workspace.find(deep, "../t", Map.of("BELAY_STATE", "/s")).state())
                .isEqualTo(folder.resolve("a/t"));
    }

    @Test
    void without_a_manifest_the_way_out_is_said() throws IOException {
        Files.delete(folder.resolve("belay.yaml"));
        assertThatThrownBy(this::workspace)
                .isInstanceOfSatisfying(
                        Stop.class,
                        stop ->
                                assertThat(stop.text())
                                        .contains(
                                                "no `belay.yaml`",
                                                "belay init",
                                                "cli/no-manifest"));
    }

    @Test
    void nobody_runs_where_nothing_was_written() {
        assertThat(ControlPlane.find(workspace())).isEmpty();
    }

    @Test
    void a_reused_process_number_is_not_a_control_plane() throws IOException {
        written(PID, Processes.started(PID) + 1, 4000);
        assertThat(ControlPlane.find(workspace())).isEmpty();
    }

    @Test
    void a_process_that_has_ended_but_is_still_listed_is_not_a_control_plane() throws Exception {
        // The shell turns into `sleep`, which never asks how its child did.
        var parent = new ProcessBuilder("sh", "-c", "sleep 0.1 & echo $!; exec sleep 60").start();
        try {
            long child = Long.parseLong(parent.inputReader().readLine());
            long started = Processes.started(child);
            assertThat(started).isPositive();
            Path stat = Path.of("/proc/" + child + "/stat");
            long deadline = System.nanoTime() + 10_000_000_000L;
            while (!Files.readString(stat).contains(") Z") && System.nanoTime() < deadline) {
                LockSupport.parkNanos(5_000_000);
            }
            assertThat(stat).content().contains(") Z");
            assertThat(Processes.runs(child, started)).isFalse();
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    void half_a_file_is_not_a_control_plane() throws IOException {
        for (String half : new String[] {"", "{", "{\"pid\":1", "null", "{\"port\":99999999}"}) {
            Files.writeString(folder.resolve(".belay/server.json"), half);
            assertThat(ControlPlane.find(workspace())).as(half).isEmpty();
        }
    }

    @Test
    void a_token_that_is_gone_is_one_clear_sentence() throws IOException {
        written(PID, Processes.started(PID), 4000);
        assertThatThrownBy(() -> ControlPlane.find(workspace()))
                .isInstanceOf(Stop.class)
                .hasMessageContaining("token` is gone while the control plane runs");
    }

    @Test
    void one_that_does_not_listen_is_named_with_its_log() throws IOException {
        written(PID, Processes.started(PID), unusedPort());
        Files.writeString(folder.resolve(".belay/token"), "t\n");
        ControlPlane server = ControlPlane.find(workspace()).orElseThrow();
        assertThatThrownBy(() -> server.ask(Http.Request.get("/")))
                .isInstanceOfSatisfying(
                        Stop.class,
                        stop ->
                                assertThat(stop.text())
                                        .contains("cannot be reached", "server.log", "belay up"));
    }

    private static int unusedPort() throws IOException {
        return FreePort.choose();
    }

    private Workspace workspace() {
        return Workspace.find(folder, "", Map.of());
    }

    private void written(long pid, long started, int port) throws IOException {
        Files.writeString(
                folder.resolve(".belay/server.json"),
                "{\"pid\":%d,\"started\":%d,\"port\":%d,\"version\":\"1\"}"
                        .formatted(pid, started, port));
    }
}
