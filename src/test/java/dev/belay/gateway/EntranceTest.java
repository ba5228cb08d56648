package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Ports that several components share.
// Every line ends with CR and LF, which a text block would hide.
@SuppressWarnings("StringConcatToTextBlock")
class EntranceTest {
    @TempDir private Path folder;
    private TestGateway gateway;
    private Entrance door;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder);
        door = new Entrance("public", TestGateway.freePort());
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    private static Match paths(Entrance entrance, String... paths) {
        return new Match(entrance, List.of(), List.of(paths), Set.of(), Map.of());
    }

    private Route line(String component, TestMember member, Match... at) throws IOException {
        return new Route(
                        new RouteKey("test", component),
                        gateway.nextToken(),
                        TestGateway.freePort(),
                        List.of(member.share("v1", 1)),
                        new HealthCheck.None())
                .with(new Rules(List.of(at)));
    }

    private void publish(Route route) {
        assertThat(gateway.client.publish(route)).isInstanceOf(PublishReply.Published.class);
    }

    private static String ask(int port, String target) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) TestGateway.PATIENCE.toMillis());
            String request = "GET " + target + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            String answer = TestGateway.readAll(socket.getInputStream());
            int body = answer.indexOf("\r\n\r\n") + 4;
            return answer.substring(9, 12) + " " + answer.substring(body).strip();
        }
    }

    @Test
    void components_share_a_port_and_keep_their_own() throws Exception {
        try (var web = TestMember.saying("web");
                var api = TestMember.saying("api")) {
            Route own = line("web", web, Match.all(door));
            publish(own);
            publish(line("api", api, paths(door, "/api")));
            assertThat(ask(door.port(), "/")).isEqualTo("200 web");
            assertThat(ask(door.port(), "/api/users")).isEqualTo("200 api");
            assertThat(ask(own.port(), "/api/users")).isEqualTo("200 web");
            assertThat(ask(door.port(), "/api/../")).startsWith("400 ");
            assertThat(ask(own.port(), "/api/../")).isEqualTo("200 web");
        }
    }

    @Test
    void what_nobody_named_is_not_found_and_the_connection_stays() throws Exception {
        try (var api = TestMember.saying("api")) {
            publish(line("api", api, paths(door, "/api")));
            var socket = new Socket(InetAddress.getLoopbackAddress(), door.port());
            socket.setSoTimeout((int) TestGateway.PATIENCE.toMillis());
            String both =
                    "GET /other HTTP/1.1\r\nHost: h\r\n\r\n"
                            + "GET /api HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(both.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(TestGateway.readAll(socket.getInputStream()))
                    .startsWith("HTTP/1.1 404 ")
                    .contains("HTTP/1.1 200 ")
                    .endsWith("api");
            socket.close();
        }
    }

    @Test
    void two_components_cannot_have_the_same_requests() throws Exception {
        try (var member = TestMember.saying("a")) {
            publish(line("web", member, paths(door, "/", "/api")));
            assertThat(gateway.client.publish(line("api", member, paths(door, "/api/", "/x"))))
                    .isInstanceOfSatisfying(
                            PublishReply.RouteTaken.class,
                            taken -> assertThat(taken.message()).contains("/api", "test/web"));
            var read = new Match(door, List.of(), List.of("/api"), Set.of("GET"), Map.of());
            publish(line("api", member, read));
        }
    }

    /// Rolling one component back must take no port from the others.
    @Test
    void an_entrance_that_moves_is_at_both_ports_until_all_lines_agree() throws Exception {
        try (var web = TestMember.saying("web");
                var api = TestMember.saying("api")) {
            var moved = new Entrance(door.name(), TestGateway.freePort());
            Route before = line("web", web, Match.all(door));
            publish(before);
            publish(line("api", api, paths(moved, "/api")));
            for (int i = 0; i < 2; i++) {
                for (Entrance one : List.of(door, moved)) {
                    assertThat(ask(one.port(), "/")).isEqualTo("200 web");
                    assertThat(ask(one.port(), "/api")).isEqualTo("200 api");
                }
                gateway.restart();
            }
            var shares = before.shares();
            var none = new HealthCheck.None();
            publish(
                    new Route(before.key(), gateway.nextToken(), before.port(), shares, none)
                            .with(new Rules(List.of(Match.all(moved)))));
            assertThat(closed(door.port())).isTrue();
            assertThat(ask(moved.port(), "/")).isEqualTo("200 web");

            publish(
                    new Route(before.key(), gateway.nextToken(), before.port(), shares, none)
                            .with(new Rules(List.of(Match.all(door)))));
            assertThat(ask(moved.port(), "/api")).isEqualTo("200 api");
            var key = new RouteKey("test", "api");
            assertThat(gateway.client.remove(key, gateway.nextToken()))
                    .isInstanceOf(PublishReply.Published.class);
            assertThat(ask(door.port(), "/")).isEqualTo("200 web");
            assertThat(closed(moved.port())).isTrue();
        }
    }

    /// What one line wants within TLS, or for load balancers alone, another's older port does not
    /// give to everybody.
    @Test
    void a_line_is_not_served_where_less_is_asked_of_clients_than_it_says() throws Exception {
        try (var web = TestMember.saying("web");
                var api = TestMember.saying("api")) {
            var network = Network.parse("192.0.2.0/24").orElseThrow();
            var guarded =
                    new Entrance(door.name(), TestGateway.freePort()).behind(List.of(network));
            publish(line("web", web, Match.all(door)));
            publish(line("api", api, paths(guarded, "/api")));
            assertThat(ask(door.port(), "/")).isEqualTo("200 web");
            assertThat(ask(door.port(), "/api")).isEqualTo("200 web");
        }
    }

    private static boolean closed(int port) throws IOException {
        try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (java.net.BindException _) {
            return false;
        }
    }

    @Test
    void the_port_of_an_entrance_is_nobody_elses() throws Exception {
        try (var member = TestMember.saying("a");
                var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Route web = line("web", member, Match.all(door));
            publish(web);
            var shares = web.shares();
            var none = new HealthCheck.None();
            for (Match wrong :
                    List.of(
                            Match.all(new Entrance("second", door.port())),
                            Match.all(new Entrance("second", web.port())),
                            Match.all(new Entrance("second", other.getLocalPort())))) {
                assertThat(gateway.client.publish(line("api", member, wrong)))
                        .isInstanceOf(PublishReply.PortTaken.class);
            }
            var key = new RouteKey("test", "api");
            assertThat(gateway.client.publish(new Route(key, 99, door.port(), shares, none)))
                    .isInstanceOfSatisfying(
                            PublishReply.PortTaken.class,
                            taken -> assertThat(taken.message()).contains("public"));
            assertThat(gateway.client.routes().path("version").asLong()).isEqualTo(1);
            assertThat(ask(door.port(), "/")).isEqualTo("200 a");
        }
    }
}
