package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.belay.driver.Answer;
import dev.belay.driver.Instance;
import dev.belay.driver.Order;
import dev.belay.driver.disk.PathLock;
import dev.belay.release.Launch;
import dev.belay.release.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RacesTest {
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
    void of_two_control_planes_only_one_starts() throws Exception {
        var v1 = host.revision("api-1", "echo begin; exec sleep 1000");
        Process other = OtherControlPlane.scale(folder, v1, 2, 1);
        var own = Host.async(() -> host.scale(v1, 2));

        assertThat(other.waitFor()).isZero();
        assertThat(own.join()).isInstanceOfAny(Answer.Done.class, Answer.Stale.class);
        host.order();
        host.scaled(v1, 2);

        assertThat(host.processes()).hasSize(4);
        for (Instance instance : host.instances()) {
            assertThat(host.log(instance)).isEqualTo("begin\n");
        }
    }

    @Test
    void an_order_that_waits_for_an_end_does_nothing_after_a_probe() throws Exception {
        host.stop = new Launch.Stop("TERM", Duration.ofSeconds(10), Duration.ZERO);
        Path go = folder.resolve("go");
        var v1 =
                host.revision(
                        "api-1",
                        "trap '' TERM; echo up; while ! [ -e " + go + " ]; do sleep 0.02; done");
        host.scaled(v1, 1);
        var first = host.only();
        Host.await("it ignores signals", () -> contains(host.folder(first).log(), "up\n"));
        var down = Host.async(() -> host.target.scale(new Work.Scale(v1, 0), host.order(11)));
        Host.await("it stops", () -> host.only().state() == Instance.State.STOPPING);
        // Wants it back, and has to wait for the end that was decided before.
        var up = Host.async(() -> host.target.scale(new Work.Scale(v1, 1), host.order(12)));
        var scope = new Records(host.state, host.runners()).of(Host.SCOPE);
        Host.await("the order is accepted", () -> last(scope) == 12);

        host.target.probe(new Work.Scale(v1, 1), host.order(13));
        Files.createFile(go);

        assertThat(down.join()).isInstanceOfAny(Answer.Done.class, Answer.Stale.class);
        assertThat(up.join()).isEqualTo(new Answer.Stale(12));
        assertThat(host.processes()).isEmpty();
    }

    @Test
    void an_instance_whose_port_is_taken_gets_another() throws IOException {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 1);
        int port = host.only().port();
        host.scaled(v1, 0);
        try (var taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(port));
            host.scaled(v1, 1);
        }

        assertThat(host.only().port()).isPositive().isNotEqualTo(port);
    }

    @Test
    void an_order_that_is_interrupted_has_no_answer_and_kills_nothing() throws Exception {
        var v1 = host.revision("api-1", "trap '' TERM; echo up; while :; do sleep 0.02; done");
        host.scaled(v1, 1);
        var instance = host.only();
        Host.await("it ignores signals", () -> contains(host.folder(instance).log(), "up\n"));
        var lost = new CompletableFuture<Answer>();
        Thread order =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                lost.complete(host.scale(v1, 0));
                            } catch (UncheckedIOException e) {
                                lost.completeExceptionally(e);
                            }
                        });
        Host.await("it stops", () -> host.only().state() == Instance.State.STOPPING);

        order.interrupt();

        assertThat(order.join(Host.PATIENCE)).isTrue();
        assertThat(lost).isCompletedExceptionally();
        assertThat(Host.lives(instance.pid())).isTrue();
    }

    @Test
    void an_order_that_cannot_get_the_lock_in_time_asks_to_come_again() throws IOException {
        var v1 = host.revision("api-1", Host.SLEEPS);
        Path scope = host.state.resolve("instances/local/api");
        Files.createDirectories(scope);
        try (var _ = PathLock.acquire(scope.resolve("lock"), Duration.ofSeconds(1)).orElseThrow()) {
            var order = new Order(Host.SCOPE, 1, "r-1", 3, Duration.ofMillis(50));

            assertThat(host.target.scale(new Work.Scale(v1, 1), order))
                    .isInstanceOf(Answer.NotYet.class);
        }
    }

    @Test
    void a_full_disk_is_said_and_nothing_is_started() throws Exception {
        assumeTrue(mount("size=64k"), "only the administrator can mount a small disk");
        try {
            var small = new Host(folder.resolve("disk"));
            var elsewhere = host.revision("api-1", Host.SLEEPS);
            Files.copy(
                    host.state.resolve("artifacts/archives"),
                    Files.createDirectories(small.state.resolve("artifacts")).resolve("archives"));
            fill(folder.resolve("disk/ballast"));

            assertThat(small.scale(elsewhere, 1))
                    .isInstanceOfSatisfying(
                            Answer.Failed.class,
                            failed -> {
                                assertThat(failed.reason()).contains("No space left on device");
                                assertThat(failed.retryable()).isTrue();
                            });
            assertThat(small.processes()).isEmpty();
        } finally {
            unmount();
        }
    }

    @Test
    void a_read_only_folder_is_said_and_nothing_is_started() throws Exception {
        assumeTrue(mount("size=1m"), "only the administrator can mount a small disk");
        try {
            var small = new Host(folder.resolve("disk"));
            var v1 = small.revision("api-1", Host.SLEEPS);
            assertThat(command("mount", "-o", "remount,ro", disk())).isTrue();

            assertThat(small.scale(v1, 1))
                    .isInstanceOfSatisfying(
                            Answer.Failed.class,
                            failed ->
                                    assertThat(failed.reason()).contains("Read-only file system"));
            assertThat(small.processes()).isEmpty();
        } finally {
            unmount();
        }
    }

    private boolean mount(String options) throws Exception {
        Files.createDirectories(folder.resolve("disk"));
        return command("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk());
    }

    private void unmount() throws Exception {
        assertThat(command("umount", disk())).isTrue();
    }

    private String disk() {
        return folder.resolve("disk").toString();
    }

    private static boolean command(String... command) throws Exception {
        return new ProcessBuilder(command)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    private static void fill(Path file) {
        try (var out = Files.newOutputStream(file)) {
            byte[] block = new byte[512];
            for (int i = 0; i < 10_000; i++) {
                out.write(block);
            }
        } catch (IOException _) {
            // That is what was wanted.
        }
    }

    private static long last(ScopeFolder scope) {
        try {
            return scope.fence().last();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean contains(Path log, String text) {
        try {
            return Files.readString(log).contains(text);
        } catch (IOException _) {
            return false;
        }
    }
}
