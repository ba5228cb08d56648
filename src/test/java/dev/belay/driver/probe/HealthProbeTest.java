package dev.belay.driver.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.belay.driver.probe.HealthAnswer.Unwell;
import dev.belay.driver.probe.HealthAnswer.Well;
import dev.belay.release.Health;
import dev.belay.release.Health.StatusRange;
import io.grpc.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class HealthProbeTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final InetSocketAddress NOWHERE =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    @TempDir Path folder;

    @Test
    void an_endpoint_that_hangs_is_unwell_at_the_timeout() throws IOException {
        try (var server = HostileServer.silent()) {
            assertThat(unwell(http("ok"), server, SHORT)).contains("no answer within 300 ms");
        }
    }

    @Test
    void a_redirect_is_an_answer_and_is_not_followed() throws IOException {
        try (var server =
                HostileServer.saying("HTTP/1.1 302 Found\r\nLocation: http://evil/\r\n\r\n")) {
            assertThat(unwell(http(""), server, LONG))
                    .isEqualTo(
                            "`GET /health` answers 302, expected 200 to 299 (redirects are not"
                                    + " followed)");
            var redirects = new Health.Http("/health", new StatusRange(302, 302), Map.of(), "");
            assertThat(ask(redirects, server, LONG)).isInstanceOf(Well.class);
        }
    }

    @Test
    void a_body_that_drips_is_bounded_by_the_timeout() throws IOException {
        var dripping =
                HostileServer.that(socket -> {
                    var out = socket.getOutputStream();
                    out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                    while (true) {
                        out.write('x');
                        Thread.sleep(20);
                    }
                });
        try (dripping) {
            assertThat(unwell(http("ok"), dripping, SHORT)).contains("no answer within");
        }
    }

    @Test
    void a_body_without_end_is_read_to_its_bound_only() throws IOException {
        var flooding =
                HostileServer.that(socket -> {
                    var out = socket.getOutputStream();
                    out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                    while (true) {
                        out.write("x".repeat(9000).getBytes(StandardCharsets.UTF_8));
                    }
                });
        try (flooding) {
            assertThat(unwell(http("ok"), flooding, LONG)).contains("without `ok`");
        }
    }

    @Test
    void headers_without_end_are_refused() throws IOException {
        try (var server = HostileServer.saying("HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(20_000))) {
            assertThat(unwell(http(""), server, LONG)).contains("headers are malformed");
        }
    }

    @Test
    void a_server_that_speaks_something_else_is_unwell() throws IOException {
        try (var server = HostileServer.saying("SSH-2.0-OpenSSH_9.2\r\n")) {
            assertThat(unwell(http(""), server, LONG)).contains("the answer is not HTTP");
        }
    }

    @Test
    void an_endpoint_that_says_200_and_means_no_is_seen_through() throws IOException {
        String lying = "{\"status\":\"down\"}";
        try (var server =
                HostileServer.saying(
                        "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nX-Role: old\r\n\r\n%s"
                                .formatted(lying.length(), lying))) {
            assertThat(unwell(http("\"up\""), server, LONG))
                    .isEqualTo("`GET /health` answers without `\"up\"`: {\"status\":\"down\"}");
            var roles =
                    new Health.Http(
                            "/health", new StatusRange(200, 200), Map.of("x-role", "new"), "");
            assertThat(unwell(roles, server, LONG)).contains("`x-role: old`, expected `new`");
        }
    }

    @Test
    void chunks_and_interim_answers_are_understood() throws IOException {
        try (var server =
                HostileServer.saying(
                        "HTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding:"
                                + " chunked\r\n\r\n2\r\nal\r\n4;x=y\r\nl ok\r\n0\r\n\r\n")) {
            assertThat(ask(http("all ok"), server, LONG)).isInstanceOf(Well.class);
        }
    }

    @Test
    void a_port_that_takes_connections_is_well_and_a_closed_one_is_not() throws IOException {
        try (var server = HostileServer.silent()) {
            assertThat(ask(new Health.Tcp(), server, LONG)).isInstanceOf(Well.class);
        }
        int free;
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = listener.getLocalPort();
        }
        var closed = new InetSocketAddress(InetAddress.getLoopbackAddress(), free);
        assertThat(new HealthProbe().ask(new Health.Tcp(), target(closed), LONG).toString())
                .contains("the connection was refused");
    }

    @Test
    void a_grpc_server_that_says_nothing_of_use_is_unwell() throws IOException {
        var grpc = new Health.Grpc("my.Service");
        try (var server = HostileServer.silent()) {
            assertThat(unwell(grpc, server, SHORT)).contains("no answer within 300 ms");
        }
        try (var server = HostileServer.saying("HTTP/1.1 400 Bad Request\r\n\r\n")) {
            assertThat(unwell(grpc, server, LONG)).contains("it does not speak HTTP/2");
        }
        try (var server =
                HostileServer.that(socket -> {
                    // Settings without end, each of which wants an answer.
                    while (true) {
                        socket.getOutputStream().write(new byte[] {0, 0, 6, 4, 0, 0, 0, 0, 0});
                        socket.getOutputStream().write(new byte[6]);
                    }
                })) {
            assertThat(unwell(grpc, server, LONG)).contains("longer than 64 KiB");
        }
    }

    @Test
    void a_grpc_server_that_serves_is_well() throws Exception {
        var serving = new java.util.concurrent.atomic.AtomicInteger(1);
        Server server = GrpcServer.withHealth(serving);
        try {
            var target = target(new InetSocketAddress(NOWHERE.getAddress(), server.getPort()));
            var grpc = new Health.Grpc("my.Service");
            assertThat(new HealthProbe().ask(grpc, target, LONG)).isInstanceOf(Well.class);
            serving.set(2);
            assertThat(new HealthProbe().ask(grpc, target, LONG))
                    .asInstanceOf(type(Unwell.class))
                    .extracting(Unwell::reason)
                    .isEqualTo("it says that it is not serving");
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void a_command_runs_in_its_folder_with_its_environment_and_nothing_else() throws IOException {
        Files.writeString(folder.resolve("here"), "x");
        var check = command("test -f here && test \"$ROLE\" = probe && test -z \"$HOME\"");
        assertThat(new HealthProbe().ask(check, target(NOWHERE), LONG)).isInstanceOf(Well.class);
    }

    @Test
    void a_command_that_fails_is_shown_with_its_last_words() {
        assertThat(new HealthProbe().ask(command("echo no disk; exit 3"), target(NOWHERE), LONG))
                .asInstanceOf(type(Unwell.class))
                .extracting(Unwell::reason)
                .isEqualTo("`sh` exits with 3: no disk");
    }

    @Test
    void a_command_that_prints_its_environment_gives_no_secret_away() {
        var target =
                new ProbeTarget(
                        NOWHERE,
                        () -> true,
                        folder,
                        Map.of("API_KEY", "k3y-0f-h0use", "PATH", "/usr/bin:/bin"));
        assertThat(new HealthProbe().ask(command("env; exit 1"), target, LONG).toString())
                .contains("API_KEY=***")
                .doesNotContain("k3y-0f-h0use");
    }

    @Test
    void a_command_that_hangs_is_ended_with_its_children() throws IOException {
        var check = command("sleep 600 & echo $! > child; wait");
        assertThat(new HealthProbe().ask(check, target(NOWHERE), SHORT).toString())
                .contains("did not end within 300 ms");
        long child = Long.parseLong(Files.readString(folder.resolve("child")).strip());
        await(() -> !ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false));
    }

    @Test
    void a_child_that_keeps_the_output_open_keeps_nobody_waiting() throws IOException {
        var check = command("sleep 600 & echo $! > child; exit 0");
        assertThat(new HealthProbe().ask(check, target(NOWHERE), LONG)).isInstanceOf(Well.class);
        long child = Long.parseLong(Files.readString(folder.resolve("child")).strip());
        ProcessHandle.of(child).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    void a_command_that_writes_without_end_is_ended() {
        assertThat(new HealthProbe().ask(command("yes"), target(NOWHERE), SHORT).toString())
                .contains("did not end within");
    }

    @Test
    void a_program_that_is_not_there_is_named() {
        var check = new Health.Command(List.of("no-such-program", "x"));
        assertThat(new HealthProbe().ask(check, target(NOWHERE), LONG).toString())
                .contains("`no-such-program` could not be started");
    }

    @Test
    void a_worker_is_well_while_it_lives() {
        assertThat(new HealthProbe().ask(new Health.Alive(), target(NOWHERE), LONG))
                .isInstanceOf(Well.class);
        var dead = new ProbeTarget(NOWHERE, () -> false, folder, Map.of());
        assertThat(new HealthProbe().ask(new Health.Alive(), dead, LONG))
                .isInstanceOf(Unwell.class);
    }

    private HealthAnswer ask(Health.Check check, HostileServer server, Duration timeout) {
        return new HealthProbe().ask(check, target(server.address()), timeout);
    }

    private String unwell(Health.Check check, HostileServer server, Duration timeout) {
        HealthAnswer answer = ask(check, server, timeout);
        assertThat(answer).isInstanceOf(Unwell.class);
        return ((Unwell) answer).reason();
    }

    private ProbeTarget target(InetSocketAddress address) {
        var environment = Map.of("ROLE", "probe", "PATH", "/usr/bin:/bin");
        return new ProbeTarget(address, () -> true, folder, environment);
    }

    private static Health.Http http(String body) {
        return new Health.Http("/health", new StatusRange(200, 299), Map.of(), body);
    }

    private static Health.Command command(String script) {
        return new Health.Command(List.of("sh", "-c", script));
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(5_000_000);
        }
    }
}
