package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the control plane may wish for, and what survives a restart.
class AdminTest {
    private static final HealthCheck TCP = new HealthCheck.Tcp(Duration.ofSeconds(1));

    @TempDir private Path folder;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder);
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    private Route route(long token, Route.Share... shares) {
        return new Route(TestGateway.KEY, token, gateway.port, List.of(shares), TCP);
    }

    @Test
    void a_token_that_is_not_above_the_last_one_is_stale() throws Exception {
        try (var member = TestMember.saying("a")) {
            var share = member.share("v1", 1);
            assertThat(gateway.client.publish(route(7, share)))
                    .isEqualTo(new PublishReply.Published(1));
            assertThat(gateway.client.publish(route(7, share)))
                    .isEqualTo(new PublishReply.Stale(7));
            assertThat(gateway.client.publish(route(6, share)))
                    .isEqualTo(new PublishReply.Stale(7));
            assertThat(gateway.client.remove(TestGateway.KEY, 7))
                    .isEqualTo(new PublishReply.Stale(7));
        }
    }

    @Test
    void a_seal_raises_the_token_durably_and_tells_what_stands() throws Exception {
        try (var member = TestMember.saying("a")) {
            gateway.client.publish(route(3, member.share("v1", 1)));
            var seal = gateway.client.seal(TestGateway.KEY, 9);
            assertThat(seal.last()).isEqualTo(9);
            assertThat(seal.route()).hasValue(route(3, member.share("v1", 1)));
            gateway.restart();
            assertThat(gateway.client.publish(route(9, member.share("v1", 1))))
                    .isEqualTo(new PublishReply.Stale(9));
            assertThat(gateway.client.seal(TestGateway.KEY, 4).last()).isEqualTo(9);
        }
    }

    @Test
    void a_component_that_was_never_routed_can_be_sealed() throws Exception {
        var seal = gateway.client.seal(new RouteKey("test", "other"), 5);
        assertThat(seal.last()).isEqualTo(5);
        assertThat(seal.route()).isEmpty();
    }

    @Test
    void a_port_of_another_component_or_process_is_refused_and_nothing_changes() throws Exception {
        try (var member = TestMember.saying("a");
                var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            gateway.routes(member);
            var key = new RouteKey("test", "second");
            var shares = List.of(member.share("v1", 1));
            assertThat(gateway.client.publish(new Route(key, 1, gateway.port, shares, TCP)))
                    .isInstanceOfSatisfying(
                            PublishReply.PortTaken.class,
                            taken -> assertThat(taken.message()).contains("test/web"));
            int port = other.getLocalPort();
            assertThat(gateway.client.publish(new Route(key, 1, port, shares, TCP)))
                    .isInstanceOfSatisfying(
                            PublishReply.PortTaken.class,
                            taken -> assertThat(taken.message()).contains("" + port));
            assertThat(gateway.client.routes().path("version").asLong()).isEqualTo(1);
            assertThat(gateway.get("/").body()).isEqualTo("a");
        }
    }

    @Test
    void everything_that_is_wrong_with_a_route_is_said_at_once() throws Exception {
        var reply =
                gateway.client.publish(
                        new Route(
                                TestGateway.KEY,
                                0,
                                70_000,
                                List.of(
                                        new Route.Share("v1", -1, new Route.Members(List.of())),
                                        new Route.Share(
                                                "v1", 1, new Route.Files(Path.of("relative")))),
                                TCP));
        assertThat(reply)
                .isInstanceOfSatisfying(
                        PublishReply.Malformed.class,
                        malformed ->
                                assertThat(malformed.problems())
                                        .extracting(problem -> problem.code())
                                        .contains(
                                                "gateway/token",
                                                "gateway/port",
                                                "gateway/weight",
                                                "gateway/revision",
                                                "gateway/root"));
    }

    @Test
    void nonsense_on_the_socket_gets_an_answer_and_harms_nobody() throws Exception {
        assertThat(ask("PUT /routes/test/web HTTP/1.1\r\nContent-Length: 1\r\n\r\n{"))
                .contains(" 422 ");
        assertThat(ask("PUT /routes/test/web HTTP/1.1\r\nContent-Length: 2\r\n\r\n[]"))
                .contains(" 422 ");
        assertThat(ask("PUT /routes/test HTTP/1.1\r\nContent-Length: 0\r\n\r\n")).contains(" 404 ");
        assertThat(ask("GARBAGE\r\n\r\n")).contains(" 400 ");
        assertThat(ask("PUT /routes/a/b HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"))
                .contains(" 413 ");
        String deep = "[".repeat(100_000);
        assertThat(ask("PUT /routes/a/b HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" + deep))
                .contains(" 422 ");
        assertThat(gateway.client.alive()).isTrue();
    }

    private String ask(String raw) throws IOException {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(gateway.options().socket()));
            channel.write(ByteBuffer.wrap(raw.getBytes(StandardCharsets.US_ASCII)));
            return TestMember.line(Channels.newInputStream(channel));
        }
    }

    @Test
    void only_the_owner_can_reach_the_socket() throws Exception {
        Path socket = gateway.options().socket();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void a_removed_component_frees_its_port_and_keeps_its_token() throws Exception {
        try (var member = TestMember.saying("a")) {
            gateway.client.publish(route(1, member.share("v1", 1)));
            assertThat(gateway.client.remove(TestGateway.KEY, 2))
                    .isEqualTo(new PublishReply.Published(2));
            assertThatThrownBy(gateway::connect).isInstanceOf(IOException.class);
            gateway.restart();
            assertThat(gateway.client.publish(route(2, member.share("v1", 1))))
                    .isEqualTo(new PublishReply.Stale(2));
        }
    }

    @Test
    void a_component_can_move_to_another_port() throws Exception {
        try (var member = TestMember.saying("a")) {
            gateway.routes(member);
            int next = TestGateway.freePort();
            var shares = List.of(member.share("v1", 1));
            long token = gateway.nextToken();
            gateway.client.publish(new Route(TestGateway.KEY, token, next, shares, TCP));
            assertThatThrownBy(gateway::connect).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_restarted_gateway_serves_the_table_of_before() throws Exception {
        try (var member = TestMember.saying("still here")) {
            gateway.routes(member);
            gateway.restart();
            assertThat(gateway.get("/").body()).isEqualTo("still here");
            assertThat(gateway.client.routes().path("version").asLong()).isEqualTo(1);
        }
    }

    @Test
    void a_restored_member_gets_nothing_before_it_answers_a_probe() throws Exception {
        // Another process could take the port in between: only this text counts as well.
        String text = "it is " + folder.getFileName();
        var check = new HealthCheck.Http("/", 200, 200, Map.of(), text, Duration.ofSeconds(1));
        var member = TestMember.saying(text);
        int port = member.port();
        assertThat(gateway.client.publish(gateway.route(check, member.share("v1", 1))))
                .isInstanceOf(PublishReply.Published.class);
        gateway.stop();
        member.close();
        gateway.restart();
        assertThat(gateway.inFlight("v1").members().getFirst().ready()).isFalse();
        assertThat(gateway.get("/").statusCode()).isEqualTo(503);
        try (var again = TestMember.at(port, (r, out) -> TestMember.say(r, out, text))) {
            TestGateway.eventually("it is served", () -> gateway.get("/").statusCode() == 200);
            assertThat(again.accepted()).isPositive();
        }
    }

    @Test
    void a_torn_change_gives_way_to_the_table_before_it() throws Exception {
        try (var one = TestMember.saying("one");
                var two = TestMember.saying("two")) {
            gateway.routes(one.share("v1", 1));
            gateway.routes(two.share("v2", 1));
            gateway.stop();
            Path changes = gateway.options().folder().resolve("table.changes");
            byte[] whole = Files.readAllBytes(changes);
            for (int length : List.of(0, 1, 120, whole.length / 2, whole.length - 1)) {
                Files.write(changes, java.util.Arrays.copyOf(whole, length));
                gateway.restart();
                assertThat(gateway.get("/").body()).isEqualTo("one");
                gateway.stop();
            }
            Files.write(changes, whole);
            gateway.restart();
            assertThat(gateway.get("/").body()).isEqualTo("two");
        }
    }

    @Test
    void a_restarted_gateway_remembers_tokens_and_removed_routes() throws Exception {
        try (var member = TestMember.saying("a")) {
            gateway.client.publish(route(1, member.share("v1", 1)));
            gateway.client.publish(route(2, member.share("v2", 1)));
            gateway.client.remove(TestGateway.KEY, 3);
            gateway.client.seal(TestGateway.KEY, 5);
            gateway.restart();
            var seal = gateway.client.seal(TestGateway.KEY, 4);
            assertThat(seal.last()).isEqualTo(5);
            assertThat(seal.route()).isEmpty();
            assertThat(gateway.client.routes().path("version").asLong()).isEqualTo(3);
        }
    }

    @Test
    void a_gateway_with_no_readable_table_refuses_to_serve_an_empty_one() throws Exception {
        try (var member = TestMember.saying("a")) {
            gateway.routes(member);
            gateway.stop();
            Files.writeString(gateway.options().folder().resolve("table"), "{}");
            assertThatThrownBy(() -> Gateway.start(gateway.options()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("torn");
            Files.delete(gateway.options().folder().resolve("table"));
            gateway.restart();
        }
    }

    @Test
    void a_crash_between_the_two_renames_loses_nothing() throws Exception {
        try (var member = TestMember.saying("a")) {
            gateway.routes(member);
            gateway.stop();
            Path folder = gateway.options().folder();
            Files.move(folder.resolve("table"), folder.resolve("table.previous"));
            gateway.restart();
            assertThat(gateway.get("/").body()).isEqualTo("a");
        }
    }

    @Test
    void a_port_that_is_taken_at_the_start_is_served_as_soon_as_it_is_free() throws Exception {
        try (var member = TestMember.saying("a")) {
            gateway.routes(member);
            gateway.stop();
            try (var squatter =
                    new ServerSocket(gateway.port, 1, InetAddress.getLoopbackAddress())) {
                gateway.restart();
                assertThat(gateway.client.alive()).isTrue();
                assertThat(squatter.isBound()).isTrue();
            }
            TestGateway.eventually("it is served", () -> answers("a"));
        }
    }

    private boolean answers(String body) throws InterruptedException {
        try {
            return gateway.get("/").body().equals(body);
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void a_second_gateway_in_the_same_folder_is_refused() {
        assertThatThrownBy(() -> Gateway.start(gateway.options()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another gateway");
    }

    @Test
    void a_socket_path_that_the_kernel_would_cut_is_refused_in_words() {
        Path deep = folder.resolve("x".repeat(110));
        assertThatThrownBy(() -> Gateway.start(GatewayOptions.in(deep)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("107");
    }

    @Test
    void a_gateway_that_is_away_is_unreachable_and_not_an_exception() throws Exception {
        var away = new GatewayClient(folder.resolve("none.sock"), Duration.ofSeconds(1));
        assertThat(away.publish(route(1))).isInstanceOf(PublishReply.Unreachable.class);
        assertThat(away.alive()).isFalse();
    }

    @Test
    void a_full_disk_refuses_the_change_and_leaves_the_table() throws Exception {
        try (var member = TestMember.saying("a")) {
            gateway.client.publish(route(1, member.share("v1", 1)));
            Path next = gateway.options().folder().resolve("table.changes");
            // A folder in the file's place fails as a full disk does: when it is opened.
            Files.createDirectory(next);
            assertThat(gateway.client.publish(route(2, member.share("v2", 1))))
                    .isInstanceOf(PublishReply.Unreachable.class);
            assertThat(gateway.get("/").headers().firstValue("X-Belay-Revision")).contains("v1");
            Files.delete(next);
            assertThat(gateway.client.publish(route(2, member.share("v2", 1))))
                    .isEqualTo(new PublishReply.Published(2));
        }
    }

    @Test
    void what_was_served_is_counted_by_revision() throws Exception {
        try (var member = TestMember.saying("a")) {
            gateway.routes(member);
            for (int i = 0; i < 5; i++) {
                gateway.get("/");
            }
            var revision =
                    gateway.client
                            .counts()
                            .path("revisions")
                            .valueStream()
                            .filter(one -> one.path("revision").asString().equals("v1"))
                            .findFirst()
                            .orElseThrow();
            assertThat(revision.path("answers").path("2xx").asInt()).isEqualTo(5);
            int measured = 0;
            for (var bucket : revision.path("latency")) {
                measured += bucket.asInt();
            }
            assertThat(measured).isEqualTo(5);
            assertThat(gateway.client.metrics())
                    .contains(
                            "belay_gateway_requests_total{environment=\"test\",component=\"web\","
                                    + "revision=\"v1\",class=\"2xx\"} 5",
                            "belay_gateway_table_version 1",
                            "le=\"+Inf\"} 5");
        }
    }
}
