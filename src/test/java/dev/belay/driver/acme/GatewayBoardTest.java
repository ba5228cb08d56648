package dev.belay.driver.acme;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.belay.gateway.Gateway;
import dev.belay.gateway.GatewayClient;
import dev.belay.gateway.GatewayOptions;
import dev.belay.gateway.HealthCheck;
import dev.belay.gateway.Limits;
import dev.belay.gateway.PublishReply;
import dev.belay.gateway.Route;
import dev.belay.gateway.RouteKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Certificates from a real authority that comes to look at a real gateway.
@Timeout(120)
class GatewayBoardTest {
    @TempDir Path temp;

    @Test
    void an_authority_that_looks_at_a_component_s_port_finds_what_it_gave_out() throws Exception {
        int port = TestAuthority.freePort();
        var options =
                new GatewayOptions(
                        temp.resolve("gw"), List.of("127.0.0.1"), 1, Limits.DEFAULT, true);
        HttpServer member = member();
        try (var gateway = Gateway.start(options);
                var authority =
                        new TestAuthority(temp.resolve("pebble"), port, TestAuthority.freePort())) {
            assertThat(gateway).isNotNull();
            var client = new GatewayClient(options.socket(), Duration.ofSeconds(10));
            assertThat(client.publish(route(port, member.getAddress().getPort())))
                    .isInstanceOf(PublishReply.Published.class);
            var wish =
                    new CertificateWish(
                            "public",
                            temp.resolve("certificates"),
                            authority.directory(),
                            "",
                            List.of("app.example.org", "www.example.org"),
                            Challenge.HTTP_01,
                            authority.roots());
            var renewals =
                    new Renewals(
                            temp.resolve("acme"), new GatewayBoard(client), InstantSource.system());
            renewals.pass(List.of(wish));
            assertThat(renewals.state(wish).why()).isEmpty();
            assertThat(renewals.state(wish).end()).isPresent();
        } finally {
            member.stop(0);
        }
    }

    /// A component of its own behind the port: it must not be asked.
    private static HttpServer member() throws IOException {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(404, -1);
                    exchange.close();
                });
        server.start();
        return server;
    }

    private static Route route(int port, int member) {
        var share =
                new Route.Share(
                        "v1",
                        100,
                        new Route.Members(List.of(new Route.Member("a", "127.0.0.1", member))));
        return new Route(
                new RouteKey("test", "web"),
                1,
                port,
                List.of(share),
                new HealthCheck.Tcp(Duration.ofSeconds(2)));
    }
}
