package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.release.Digest;
import dev.belay.release.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResourceLimitsTest {
    @TempDir private Path folder;

    @Test
    void limits_hold_or_the_answer_says_that_they_do_not() throws IOException {
        try (Host host = new Host(folder)) {
            host.limits = new Launch.Limits(256 << 20, 50, 77, 40);
            var v1 = host.revision("api-1", "ulimit -n; exec sleep 1000");

            var done = (Answer.Done) host.scale(v1, 1);

            var instance = host.only();
            Host.await("it wrote", () -> Files.exists(host.folder(instance).log()));
            Host.await(
                    "open files are limited",
                    () -> {
                        try {
                            return host.log(instance).equals("77\n");
                        } catch (IOException _) {
                            return false;
                        }
                    });
            String groups = Files.readString(Path.of("/proc/" + instance.pid() + "/cgroup"));
            assertThat(groups.contains("api-1-1") || done.detail().contains("cannot limit memory"))
                    .as(groups + done.detail())
                    .isTrue();
            host.scaled(v1, 0);

            String ours = "belay-" + Digest.of(host.state.toString()).brief();
            try (var left = Files.walk(Path.of("/sys/fs/cgroup"), 6)) {
                assertThat(left.filter(path -> path.endsWith(ours))).isEmpty();
            }
        }
    }
}
