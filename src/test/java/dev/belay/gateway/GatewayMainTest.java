package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The gateway as the process that it is in production.
class GatewayMainTest {
    private static final long MEMORY_MAX_KIB = 100 * 1_024;

    @TempDir private Path folder;

    @Test
    void a_killed_gateway_serves_the_same_table_when_it_is_started_again() throws Exception {
        Path state = folder.resolve("gw");
        var client = new GatewayClient(state.resolve("gateway.sock"), Duration.ofSeconds(10));
        int port = TestGateway.freePort();
        try (var member = TestMember.saying("survived")) {
            var check = new HealthCheck.Tcp(Duration.ofSeconds(2));
            var shares = List.of(member.share("v1", 1));
            Process first = start(state);
            var reply = client.publish(new Route(TestGateway.KEY, 1, port, shares, check));
            assertThat(reply).isEqualTo(new PublishReply.Published(1));
            assertThat(residentKib(first)).isLessThan(MEMORY_MAX_KIB);
            Path maps = Path.of("/proc", String.valueOf(first.pid()), "maps");
            assertThat(Files.readString(maps)).contains("netty").doesNotContain("tcnative");
            first.destroyForcibly().waitFor();
            Process second = start(state);
            try (var socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
                TestMember.write(
                        socket.getOutputStream(),
                        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                assertThat(TestGateway.readAll(socket.getInputStream())).endsWith("survived");
            }
            second.destroy();
            assertThat(second.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.exists(state.resolve("gateway.sock"))).isFalse();
        }
    }

    @Test
    void the_flags_are_those_that_its_cache_and_its_benchmarks_are_made_with() throws Exception {
        assertThat(Files.readAllLines(Path.of("src/main/jvm/gateway.args")))
                .filteredOn(line -> !line.startsWith("#"))
                .containsExactlyElementsOf(GatewayMain.JVM_FLAGS);
    }

    /// Starts it and waits until it says that it is ready.
    private static Process start(Path state) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(GatewayMain.JVM_FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(GatewayMain.class.getName(), state.toString(), "127.0.0.1"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        var said = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            said.append(line).append('\n');
            if (line.startsWith("gateway ready")) {
                return process;
            }
        }
        throw new AssertionError("the gateway ended: " + said);
    }

    private static long residentKib(Process process) throws Exception {
        Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new AssertionError("no VmRSS in " + status);
    }
}
