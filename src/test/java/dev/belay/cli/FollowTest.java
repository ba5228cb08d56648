package dev.belay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Installed;
import dev.belay.Killing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// What a command that waits for a release does while others, and the control plane, do as they
/// please. Whole commands, as typed.
@Timeout(180)
class FollowTest {
    private static final Duration WITHIN = Duration.ofSeconds(60);

    @TempDir private Path folder;
    private Path platform;
    private int files;

    private record Command(Process process, Path output) {
        String said() throws IOException {
            return Files.readString(output);
        }

        /// @return its exit code
        int end() throws Exception {
            assertThat(process.waitFor(WITHIN.toSeconds(), TimeUnit.SECONDS)).as(said()).isTrue();
            return process.exitValue();
        }
    }

    @BeforeEach
    void start() throws Exception {
        Installed.into(folder);
        platform = Files.createDirectory(folder.resolve("platform"));
        Files.writeString(
                platform.resolve("belay.yaml"),
                """
                platform: small
                components:
                  migrate:
                    kind: job
                    build: {output: app}
                    run: sh migrate.sh
                environments:
                  local: {target: process, rollout: {soak: 0s}}
                """);
        Files.createDirectory(platform.resolve("app"));
        Files.writeString(
                platform.resolve("app/migrate.sh"),
                "echo begun >> %1$s/times\nwhile [ ! -e %1$s/go ]; do sleep 0.05; done\n"
                        .formatted(folder));
    }

    @AfterEach
    void stop() throws Exception {
        Files.writeString(folder.resolve("go"), "");
        assertThat(belay("down").end()).isZero();
    }

    @Test
    void a_second_deploy_of_the_same_waits_for_what_the_first_has_begun() throws Exception {
        Command first = deployUntilItRuns();
        Command second = belay("deploy local");
        await(second, "nothing more to do than what `local-1` has begun");
        assertThat(second.process().isAlive()).isTrue();
        Files.createFile(folder.resolve("go"));
        assertThat(first.end()).as(first.said()).isZero();
        assertThat(second.end()).as(second.said()).isZero();

        Command third = belay("deploy local");
        assertThat(third.end()).isZero();
        assertThat(third.said()).contains("nothing to do: what should run runs");
    }

    @Test
    void a_deploy_that_a_held_release_stands_before_says_so_by_its_exit_code() throws Exception {
        Command first = deployUntilItRuns();
        assertThat(belay("cancel local-1 --and-leave --reason lunch").end()).isZero();
        assertThat(first.end()).as(first.said()).isEqualTo(5);
        Command second = belay("deploy local");
        assertThat(second.end()).as(second.said()).isEqualTo(5);
        assertThat(second.said()).contains("local-1").contains("belay decide local-1");
        assertThat(belay("deploy local --no-wait").end()).isEqualTo(3);
    }

    @Test
    void a_command_that_waits_starts_the_control_plane_again_that_died() throws Exception {
        Command first = deployUntilItRuns();
        long pid =
                JsonMapper.shared()
                        .readTree(Files.readString(platform.resolve(".belay/server.json")))
                        .path("pid")
                        .asLong();
        ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
        Killing.kill(List.of(server));
        Files.createFile(folder.resolve("go"));
        assertThat(first.end()).as(first.said()).isZero();
        assertThat(first.said()).contains("local-1 completed");
        assertThat(Files.readAllLines(folder.resolve("times"))).hasSize(1);
    }

    private Command deployUntilItRuns() throws Exception {
        Command deploy = belay("deploy local");
        await("the job runs", deploy, () -> Files.exists(folder.resolve("times")));
        return deploy;
    }

    private void await(Command command, String said) throws Exception {
        await(said, command, () -> command.said().contains(said));
    }

    private static void await(String what, Command command, Callable<Boolean> condition)
            throws Exception {
        long end = System.nanoTime() + WITHIN.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not so: " + what + "\n" + command.said());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private Command belay(String arguments) throws IOException {
        Path output = folder.resolve("said-" + ++files);
        var builder =
                new ProcessBuilder(("../belay " + arguments).split(" ", -1))
                        .directory(platform.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        Installed.equip(builder);
        return new Command(builder.start(), output);
    }
}
