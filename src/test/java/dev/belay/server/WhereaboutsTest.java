package dev.belay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class WhereaboutsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void this_process_lives_and_one_with_its_number_of_another_time_does_not() {
        var here = Whereabouts.ofThisProcess(1, "v");

        assertThat(here.alive()).isTrue();
        assertThat(new Whereabouts(here.pid(), here.started() + 1, 1, "v").alive()).isFalse();
        assertThat(new Whereabouts(0, here.started(), 1, "v").alive()).isFalse();
    }

    @Test
    void one_that_has_ended_and_whose_parent_never_asked_does_not_live() throws Exception {
        // The shell becomes a `sleep`, which does not know that it has a child to ask about.
        Process parent =
                new ProcessBuilder(
                                "/bin/sh",
                                "-c",
                                "exec 3<&0; sh -c 'read _' <&3 & echo $!; exec sleep 100")
                        .start();
        try (BufferedReader out = parent.inputReader()) {
            long child = Long.parseLong(out.readLine());
            long started = started(child);
            assertThat(new Whereabouts(child, started, 1, "v").alive()).isTrue();
            // As long as it is a shell, it asks about its child between two commands.
            awaitBecame("sleep", parent.pid());

            parent.outputWriter().close();

            long end = System.nanoTime() + PATIENCE.toNanos();
            while (new Whereabouts(child, started, 1, "v").alive()) {
                assertThat(System.nanoTime()).as("it still lives").isLessThan(end);
                LockSupport.parkNanos(5_000_000);
            }
            assertThat(started(child)).as("it is listed all the same").isEqualTo(started);
        } finally {
            parent.destroyForcibly().waitFor();
        }
    }

    private static void awaitBecame(String program, long pid) throws IOException {
        Path name = Path.of("/proc", Long.toString(pid), "comm");
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.readString(name).strip().equals(program)) {
            assertThat(System.nanoTime()).as("it is no " + program + " yet").isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static long started(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19]);
    }
}
