package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// CVE-2021-43287: nothing listens that nobody asked for, neither for debugging nor for
/// replication. The kernel is asked, as whoever scans a machine would find out.
class ListeningTest {
    private static final String LISTENS = "0A";

    @TempDir private Path folder;
    private Whole whole;

    @BeforeEach
    void start() throws Exception {
        whole = new Whole(folder);
        whole.start();
        whole.ship("v1");
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
    }

    /// Addresses as the kernel writes them, of sockets that this process has.
    private static Set<String> listening(long pid) throws IOException {
        var sockets = new TreeSet<String>();
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path one : open.toList()) {
                try {
                    sockets.add(Files.readSymbolicLink(one).toString());
                } catch (IOException closed) {
                    assertThat(one).doesNotExist();
                }
            }
        }
        var found = new TreeSet<String>();
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : Files.readAllLines(Path.of("/proc/net", table))) {
                String[] cells = line.strip().split("\\s+", -1);
                if (cells[3].equals(LISTENS) && sockets.contains("socket:[" + cells[9] + "]")) {
                    found.add(cells[1]);
                }
            }
        }
        return found;
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.indexOf(':') + 1), 16);
    }

    @Test
    void the_control_plane_listens_for_its_api_on_loopback_and_the_gateway_for_the_component()
            throws Exception {
        assertThat(listening(whole.serverPid()))
                .singleElement()
                .satisfies(one -> {
                    assertThat(port(one)).isEqualTo(whole.apiPort());
                    // 127.0.0.1, alone or as IPv6 writes it.
                    assertThat(one).matches("(0100007F|0000000000000000FFFF00000100007F):....");
                });
        assertThat(listening(Processes.gateway(whole.folder()).pid()))
                .isNotEmpty()
                .allSatisfy(one -> assertThat(port(one)).isEqualTo(whole.port()));
    }

    @Test
    void debugging_is_not_there_under_any_of_its_usual_names() throws Exception {
        for (String path :
                List.of(
                        "/actuator",
                        "/actuator/env",
                        "/actuator/heapdump",
                        "/jolokia",
                        "/debug/pprof/",
                        "/debug/vars",
                        "/metrics",
                        "/env",
                        "/dump",
                        "/trace",
                        "/h2-console",
                        "/swagger-ui",
                        "/openapi.json",
                        "/graphql",
                        "/add-on/business-continuity/api/plugin",
                        "/.git/config",
                        "/.env",
                        "/.belay/token",
                        "/assets/../.belay/token",
                        "/WEB-INF/web.xml")) {
            assertThat(whole.get(path).status()).as(path).isIn(400, 404);
        }
    }
}
