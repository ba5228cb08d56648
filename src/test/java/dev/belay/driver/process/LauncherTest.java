package dev.belay.driver.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.host.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {
    @TempDir private Path folder;

    @Test
    void a_run_that_was_given_up_cannot_begin_late() throws IOException {
        var run = new RunFolder(folder.resolve("run-1"));
        assertThat(run.revoke()).isTrue();
        var launcher = new Launcher(Files.createDirectories(folder.resolve("launcher")));
        Path log = folder.resolve("log");

        long pid =
                launcher.start(
                        new Launcher.Start(
                                run,
                                log,
                                folder,
                                List.of("/bin/echo", "late"),
                                Launcher.environment(Map.of()),
                                0,
                                List.of()));
        var gone = Deadline.in(Duration.ofSeconds(20));
        assertThat(gone.await(() -> ProcessTable.find(pid).isEmpty())).isTrue();

        assertThat(Files.readString(log)).doesNotContain("late");
        assertThat(run.revoke()).isTrue();
    }
}
