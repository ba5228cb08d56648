package dev.belay.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResidentsTest {
    @Test
    void who_works_in_the_folder_is_ended_and_nobody_else(@TempDir Path folder) throws Exception {
        Path state = Files.createDirectories(folder.resolve(".belay/instances/x"));
        Process resident = sleeping(state);
        Process neighbour = sleeping(folder);
        try {
            assertThat(Residents.end(folder.resolve(".belay"))).isEqualTo(1);
            assertThat(resident.waitFor()).isNotZero();
            assertThat(neighbour.isAlive()).isTrue();
            assertThat(Residents.end(folder.resolve("nowhere"))).isZero();
        } finally {
            neighbour.destroyForcibly();
            resident.destroyForcibly();
        }
    }

    @Test
    void a_folder_that_was_deleted_still_has_its_residents_and_its_control_plane(
            @TempDir Path folder) throws Exception {
        Path state = Files.createDirectories(folder.resolve(".belay"));
        Process resident = sleeping(state);
        Process controlPlane = controlPlaneOf(state);
        Process neighbour = controlPlaneOf(folder.resolve("other/.belay"));
        Files.delete(state);
        try {
            assertThat(Residents.end(state)).isEqualTo(2);
            assertThat(resident.waitFor()).isNotZero();
            assertThat(controlPlane.waitFor()).isNotZero();
            assertThat(neighbour.isAlive()).isTrue();
        } finally {
            List.of(resident, controlPlane, neighbour).forEach(Process::destroyForcibly);
        }
    }

    /// Named as a control plane is, by its arguments.
    private static Process controlPlaneOf(Path state) throws IOException {
        return new ProcessBuilder(
                        "sh",
                        "-c",
                        "read nothing",
                        "dev.belay.cli.Main",
                        "server",
                        "--state",
                        state.toString())
                .start();
    }

    private static Process sleeping(Path folder) throws IOException {
        return new ProcessBuilder("sleep", "100").directory(folder.toFile()).start();
    }
}
