package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.belay.cli.client.Residents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What happens to those who take `.belay` away, close it, or fill its disk: a sentence, and what
/// serves goes on serving.
class StateFolderTest {
    @TempDir private Path folder;
    private Whole whole;
    private boolean mounted;

    @BeforeEach
    void prepare() throws Exception {
        whole = new Whole(folder);
        whole.writes("v1");
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
        if (mounted) {
            run("umount", state().toString());
        }
    }

    @Test
    void a_file_in_its_place_is_said_and_left_alone() throws Exception {
        Files.writeString(state(), "mine\n");
        assertThat(whole.startInVain()).contains(state().toString()).doesNotContain("Exception\n");
        assertThat(Files.readString(state())).isEqualTo("mine\n");
    }

    @Test
    void a_read_only_one_is_said() throws Exception {
        mount("size=1m,ro");
        assertThat(whole.startInVain())
                .contains(state().toString())
                .containsIgnoringCase("read-only")
                .doesNotContain("\tat ");
    }

    @Test
    void a_full_disk_refuses_new_releases_and_takes_nothing_down() throws Exception {
        mount("size=64m");
        whole.start();
        whole.awaitState(whole.begin(), "completed");
        fill(state().resolve("filler"));
        whole.writes("v2");
        Whole.Answer answer = whole.deploy();
        assertThat(answer.status()).isNotEqualTo(202);
        assertThat(answer.body()).containsAnyOf("full", "No space left").doesNotContain("\"bug\"");
        whole.runsOnly("v1");

        Files.delete(state().resolve("filler"));
        whole.awaitState(whole.begin(), "completed");
        whole.runsOnly("v2");
    }

    @Test
    void one_deleted_under_a_running_control_plane_is_said_and_what_serves_goes_on()
            throws Exception {
        whole.start();
        whole.awaitState(whole.begin(), "completed");
        String token = Files.readString(state().resolve("token"));
        delete(state());
        whole.remembers(token.strip());

        whole.writes("v2");
        Whole.Answer answer = whole.deploy();
        assertThat(answer.status()).isNotEqualTo(202);
        assertThat(answer.body()).contains(".belay").doesNotContain("\"bug\"");
        assertThat(Traffic.once(whole.port())).isEqualTo("v1");
    }

    @Test
    void the_next_control_plane_names_the_gateway_of_one_that_was_deleted() throws Exception {
        whole.start();
        whole.awaitState(whole.begin(), "completed");
        whole.killServer();
        delete(state());

        whole.start();
        JsonNode release = whole.awaitState(whole.begin(), "rolled-back");
        assertThat(release.toString())
                .contains(
                        "port %d is taken, held by the gateway of `%s`, which was deleted"
                                .formatted(whole.port(), state().toRealPath()))
                .contains("end it with `belay down` in `" + folder.toRealPath() + "`");
        whole.killServer();
        assertThat(Residents.end(state())).isPositive();

        whole.start();
        whole.ship("v2");
        whole.runsOnly("v2");
    }

    private Path state() {
        return whole.folder().resolve(".belay");
    }

    private void mount(String options) throws Exception {
        Files.createDirectory(state());
        mounted = run("mount", "-t", "tmpfs", "-o", options + ",mode=700", "t", state().toString());
        assumeThat(mounted).as("this user may mount").isTrue();
    }

    private static boolean run(String... command) throws Exception {
        return new ProcessBuilder(List.of(command))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    private static void fill(Path file) throws IOException {
        byte[] some = new byte[1 << 12];
        try (var out = Files.newOutputStream(file)) {
            while (true) {
                out.write(some);
            }
        } catch (IOException _) {
            // Not a byte more fits: that is what was wanted.
            return;
        }
    }

    /// As `rm -r` until it is gone: what runs there may write while it goes.
    private static void delete(Path folder) throws IOException {
        while (Files.exists(folder)) {
            try (var files = Files.walk(folder)) {
                for (Path file : files.toList().reversed()) {
                    Files.deleteIfExists(file);
                }
            } catch (DirectoryNotEmptyException | UncheckedIOException _) {
                LockSupport.parkNanos(5_000_000);
            }
        }
    }
}
