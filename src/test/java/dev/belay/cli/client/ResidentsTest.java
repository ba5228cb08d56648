package dev.belay.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private static Process sleeping(Path folder) throws IOException {
        return new ProcessBuilder("sleep", "100").directory(folder.toFile()).start();
    }
}
