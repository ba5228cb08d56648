package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Members that listen at a Unix socket's file: all that is done with those at ports, and what only
/// files do.
class SocketMemberTest {
    private static final byte[] LARGE = new byte[5 * 1024 * 1024];
    private static final Duration SECOND = Duration.ofSeconds(2);

    static {
        new Random(7).nextBytes(LARGE);
    }

    @TempDir private Path folder;
    private Path file;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        file = folder.resolve("s");
        gateway = new TestGateway(folder);
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    private PublishReply publish(HealthCheck health, Route.Share... shares) {
        return gateway.client.publish(gateway.route(health, shares));
    }

    @Test
    void requests_and_large_bodies_pass_on_one_kept_connection() throws Exception {
        try (var member =
                        TestMember.behaving((request, out) -> {
                            byte[] body = request.body();
                            TestMember.write(
                                    out,
                                    "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
                                            .formatted(body.length));
                            out.write(body);
                            out.flush();
                            return true;
                        });
                var door = new SocketDoor(file, member.port())) {
            gateway.routes(door.share("v1"));
            int before = member.accepted();
            for (int i = 0; i < 3; i++) {
                var request =
                        HttpRequest.newBuilder(gateway.uri("/"))
                                .POST(HttpRequest.BodyPublishers.ofByteArray(LARGE))
                                .build();
                var answer = gateway.http().send(request, HttpResponse.BodyHandlers.ofByteArray());
                assertThat(answer.body()).isEqualTo(LARGE);
            }
            // One more for a loop, and those of the probes, which say nothing.
            assertThat(member.open()).isLessThanOrEqualTo(2);
            assertThat(member.accepted()).isGreaterThan(before);
        }
    }

    @Test
    void what_speaks_http2_is_spoken_to_in_http2() throws Exception {
        try (var member = TestH2Member.behaving(call -> call.say("two"));
                var _ = new SocketDoor(file, member.port())) {
            gateway.routes(SocketDoor.share("v1", file, Route.Protocol.HTTP2));
            for (int i = 0; i < 20; i++) {
                assertThat(gateway.get("/").body()).isEqualTo("two");
            }
        }
    }

    @Test
    void websockets_pass() throws Exception {
        try (var member = TestMember.behaving(TunnelTest::webSocketEcho);
                var door = new SocketDoor(file, member.port())) {
            gateway.routes(door.share("v1"));
            var heard = new CompletableFuture<String>();
            var listener =
                    new WebSocket.Listener() {
                        @Override
                        public CompletionStage<?> onText(
                                WebSocket socket, CharSequence text, boolean last) {
                            heard.complete(text.toString());
                            return CompletableFuture.completedStage(null);
                        }
                    };
            var uri = URI.create("ws://127.0.0.1:" + gateway.port + "/");
            WebSocket socket =
                    gateway.http().newWebSocketBuilder().buildAsync(uri, listener).join();
            socket.sendText("over a file", true).join();
            assertThat(heard.get(10, TimeUnit.SECONDS)).isEqualTo("over a file");
            socket.abort();
            TestGateway.eventually("it is gone", () -> gateway.inFlight("v1").total() == 0);
        }
    }

    @Test
    void its_health_page_is_asked_there_and_by_a_name() throws Exception {
        var host = new CompletableFuture<String>();
        try (var member =
                        TestMember.behaving((request, out) -> {
                            host.complete(request.header("host"));
                            return TestMember.say(request, out, "fine");
                        });
                var door = new SocketDoor(file, member.port())) {
            var well = new HealthCheck.Http("/health", 200, 299, Map.of(), "fine", SECOND);
            assertThat(publish(well, door.share("v1"))).isInstanceOf(PublishReply.Published.class);
            assertThat(host.get(10, TimeUnit.SECONDS)).isEqualTo("localhost");
            var other = new HealthCheck.Http("/health", 200, 299, Map.of(), "great", SECOND);
            assertThat(publish(other, door.share("v1"))).isInstanceOf(PublishReply.NotReady.class);
        }
    }

    @Test
    void a_missing_file_and_one_where_nobody_listens_are_not_ready() throws Exception {
        var tcp = new HealthCheck.Tcp(SECOND);
        Route.Share share = SocketDoor.share("v1", file, Route.Protocol.HTTP1);
        assertThat(publish(tcp, share).toString()).contains("its socket file is missing");
        SocketDoor.listen(file, 1).close();
        assertThat(file).exists();
        assertThat(publish(tcp, share).toString()).contains("connection refused");
    }

    @Test
    void a_new_process_in_the_place_of_a_killed_one_gets_the_requests() throws Exception {
        try (var old = TestMember.saying("old");
                var fresh = TestMember.saying("fresh")) {
            var door = new SocketDoor(file, old.port());
            gateway.routes(door.share("v1"));
            assertThat(gateway.get("/").body()).isEqualTo("old");
            door.die();
            // 502 where the request was already under way on the kept connection: it may have been
            // carried out, so nobody says that no instance took it.
            assertThat(gateway.get("/").statusCode()).isIn(502, 503);
            assertThat(gateway.get("/").statusCode()).isEqualTo(503);
            Files.delete(file);
            assertThat(gateway.get("/").statusCode()).isEqualTo(503);
            try (var _ = new SocketDoor(file, fresh.port())) {
                assertThat(gateway.get("/").body()).isEqualTo("fresh");
            }
        }
    }

    @Test
    void one_at_a_file_and_one_at_a_port_stand_in_for_each_other() throws Exception {
        try (var member = TestMember.saying("here")) {
            var door = new SocketDoor(file, member.port());
            var at = new Route.Member("a", new Route.SocketFile(file), Route.Protocol.HTTP1);
            var members = new Route.Members(List.of(at, member.member("b")));
            gateway.routes(new Route.Share("v1", 1, members));
            assertThat(gateway.get("/").body()).isEqualTo("here");
            door.close();
            for (int i = 0; i < 20; i++) {
                assertThat(gateway.get("/").body()).isEqualTo("here");
            }
        }
    }

    @Test
    void the_table_on_disk_knows_it() throws Exception {
        try (var member = TestMember.saying("still");
                var door = new SocketDoor(file, member.port())) {
            gateway.routes(door.share("v1"));
            gateway.restart();
            assertThat(gateway.get("/").body()).isEqualTo("still");
        }
    }

    @Test
    void a_full_queue_is_waited_for_like_one_at_a_port() throws Exception {
        try (var member = TestMember.saying("at last");
                ServerSocketChannel server = SocketDoor.listen(file, 1)) {
            Route.Share share = SocketDoor.share("v1", file, Route.Protocol.HTTP1);
            publish(new HealthCheck.None(), share);
            List<SocketChannel> crowd = crowd();
            CompletableFuture<HttpResponse<String>> asked =
                    gateway.http()
                            .sendAsync(
                                    HttpRequest.newBuilder(gateway.uri("/")).build(),
                                    HttpResponse.BodyHandlers.ofString());
            TestGateway.eventually("it waits", () -> gateway.inFlight("v1").requests() == 1);
            try (var _ = new SocketDoor(server, member.port())) {
                assertThat(asked.get(10, TimeUnit.SECONDS).body()).isEqualTo("at last");
            }
            for (SocketChannel one : crowd) {
                one.close();
            }
        }
    }

    /// As many connections as fit into the queue, nobody takes them.
    private List<SocketChannel> crowd() throws Exception {
        var crowd = new ArrayList<SocketChannel>();
        for (int i = 0; i < 2; i++) {
            crowd.add(SocketChannel.open(UnixDomainSocketAddress.of(file)));
        }
        return crowd;
    }

    @ParameterizedTest
    @EnumSource
    void either_transport_reaches_it(Transport transport) throws Exception {
        var group = new MultiThreadIoEventLoopGroup(1, transport.io());
        try {
            var check = new HealthCheck.Tcp(SECOND);
            var at = new Route.Member("a", new Route.SocketFile(file), Route.Protocol.HTTP1);
            var upstream = new Upstream(at, check);
            assertThat(Probe.ask(upstream, group.next(), transport).get(10, TimeUnit.SECONDS))
                    .isEqualTo(Probe.Outcome.unwell("its socket file is missing"));
            try (var _ = SocketDoor.listen(file, 1)) {
                assertThat(Probe.ask(upstream, group.next(), transport).get(10, TimeUnit.SECONDS))
                        .isEqualTo(Probe.Outcome.WELL);
            }
            assertThat(Probe.ask(upstream, group.next(), transport).get(10, TimeUnit.SECONDS))
                    .isEqualTo(Probe.Outcome.unwell("connection refused"));
        } finally {
            group.shutdownGracefully(0, 2, TimeUnit.SECONDS).await();
        }
    }
}
