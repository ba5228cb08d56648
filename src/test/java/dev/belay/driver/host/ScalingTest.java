package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.driver.Instance;
import dev.belay.release.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScalingTest {
    @TempDir private Path folder;
    private Host host;

    @BeforeEach
    void start() {
        host = new Host(folder);
    }

    @AfterEach
    void end() throws IOException {
        host.close();
    }

    @Test
    void the_stop_signal_goes_to_the_program_and_its_last_words_are_kept() throws IOException {
        host.stop = new Launch.Stop("USR1", Duration.ofSeconds(10), Duration.ZERO);
        var v1 =
                host.revision(
                        "api-1", "trap 'echo bye; exit 0' USR1; while :; do sleep 0.02; done");
        host.scaled(v1, 1);
        var instance = host.only();

        host.scaled(v1, 0);

        assertThat(host.log(instance)).isEqualTo("bye\n");
    }

    @Test
    void one_that_ignores_the_signal_is_killed_after_its_grace() throws IOException {
        host.stop = new Launch.Stop("TERM", Duration.ofMillis(300), Duration.ZERO);
        var v1 = host.revision("api-1", "trap '' TERM; echo up; while :; do sleep 0.05; done");
        host.scaled(v1, 1);
        var instance = host.only();
        Host.await("it ignores signals", () -> logOf(instance).equals("up\n"));

        host.scaled(v1, 0);

        assertThat(host.processes()).isEmpty();
    }

    @Test
    void children_end_with_their_instance_even_when_they_fled_its_session() {
        var v1 =
                host.revision(
                        "api-1",
                        "trap 'exit 0' TERM; sleep 1000 & setsid sleep 1000 &"
                                + " (trap '' TERM; sleep 1000; :) & while :; do sleep 0.02; done");
        host.scaled(v1, 1);
        Host.await("all children run", () -> host.processes().size() >= 6);

        host.scaled(v1, 0);

        assertThat(host.processes()).isEmpty();
    }

    @Test
    void a_program_that_does_not_exist_is_named() {
        var v1 = host.revision("api-1", "", List.of("nodd", "main.js"));

        assertThat(host.scale(v1, 1))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        failed -> {
                            assertThat(failed.reason())
                                    .startsWith(
                                            "`api-1-1` cannot be started: there is no program"
                                                    + " `nodd` in `");
                            assertThat(failed.retryable()).isFalse();
                        });
        assertThat(host.processes()).isEmpty();
    }

    @Test
    void a_program_that_is_not_executable_is_named() {
        var v1 = host.revision("api-1", "", List.of("./main.sh"));

        assertThat(host.scale(v1, 1))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        failed ->
                                assertThat(failed.reason())
                                        .endsWith("`./main.sh` is not executable"));
    }

    @Test
    void one_that_exits_at_once_fails_with_its_last_lines() {
        var v1 = host.revision("api-1", "echo starting; echo no database >&2; exit 3");

        assertThat(host.scale(v1, 1))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        failed ->
                                assertThat(failed.reason())
                                        .isEqualTo(
                                                "`api-1-1` ended at once with status 3; the last it"
                                                        + " wrote:\nstarting\nno database"));
    }

    @Test
    void the_environment_holds_what_was_given_and_little_else() throws IOException {
        host.plain.put("COLOUR", "a b\n$(id) `id` \"'");
        host.secrets.put("KEY", "s3cret");
        var v1 = host.revision("api-1", "env; echo done; exec sleep 1000");
        host.scaled(v1, 1);
        var instance = host.only();
        Host.await("it wrote all", () -> logOf(instance).endsWith("done\n"));

        assertThat(host.log(instance))
                .contains("COLOUR=a b\n$(id) `id` \"'\n", "KEY=s3cret\n")
                .contains("PORT=" + instance.port() + "\n", "BELAY_SCOPE=local/component/api\n")
                .contains("BELAY_INSTANCE=api-1-1\n", "BELAY_TOKEN=1\n", "BELAY_RELEASE=r-1\n")
                .doesNotContain("JAVA_HOME", "surefire");
        assertThat(Files.getPosixFilePermissions(host.folder(instance).log())).hasSize(2);
    }

    private String logOf(Instance instance) {
        try {
            return host.log(instance);
        } catch (IOException _) {
            return "";
        }
    }
}
