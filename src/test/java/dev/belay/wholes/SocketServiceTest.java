package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A service whose instances listen at Unix sockets.
class SocketServiceTest {
    @TempDir private Path folder;
    private Whole whole;

    @BeforeEach
    void start() throws Exception {
        whole = new Whole(folder);
        whole.manifest("listen: socket", "0s");
        whole.start();
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
    }

    private void ship(String word) throws Exception {
        whole.script(
                ("exec node -e 'require(\"http\").createServer((q, s) => s.end(\"%s\"))"
                                + ".listen(process.env.SOCKET)' %s")
                        .formatted(word, word));
        whole.awaitState(whole.begin(), "completed");
    }

    @Test
    void it_is_replaced_under_way_and_leaves_no_files() throws Exception {
        ship("v1");
        assertThat(whole.get("/api/v1/environments/local/status").body()).contains(".belay/s/");
        try (var traffic = new Traffic(whole.port())) {
            ship("v2");
            assertThat(traffic.stop()).isEmpty();
            assertThat(traffic.answered()).isPositive();
        }
        whole.runsOnly("v2");
        try (Stream<Path> files = Files.list(whole.folder().resolve(".belay/s"))) {
            assertThat(files).hasSize(2);
        }
    }
}
