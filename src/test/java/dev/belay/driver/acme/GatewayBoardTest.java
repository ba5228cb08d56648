package dev.belay.driver.acme;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.belay.gateway.Entrance;
import dev.belay.gateway.Gateway;
import dev.belay.gateway.GatewayClient;
import dev.belay.gateway.GatewayOptions;
import dev.belay.gateway.HealthCheck;
import dev.belay.gateway.Limits;
import dev.belay.gateway.Match;
import dev.belay.gateway.PublishReply;
import dev.belay.gateway.Route;
import dev.belay.gateway.RouteKey;
import dev.belay.gateway.Rules;
import dev.belay.gateway.tls.TlsUse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Certificates from a real authority that comes to look at a real gateway.
@Timeout(120)
class GatewayBoardTest {
    private static final String HOST = "app.example.org";

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

    @Test
    void a_renewal_is_shown_to_whoever_comes_and_cuts_nobody_off() throws Exception {
        int port = TestAuthority.freePort();
        int secure = TestAuthority.freePort();
        Path folder = Files.createDirectory(temp.resolve("certificates"));
        var options =
                new GatewayOptions(
                        temp.resolve("gw"), List.of("127.0.0.1"), 1, Limits.DEFAULT, true);
        HttpServer member = member();
        try (var gateway = Gateway.start(options);
                var authority = new TestAuthority(temp.resolve("pebble"), port, secure)) {
            assertThat(gateway).isNotNull();
            var client = new GatewayClient(options.socket(), Duration.ofSeconds(10));
            var entrance = new Entrance("public", secure, TlsUse.ordered(folder));
            Route route =
                    route(port, member.getAddress().getPort())
                            .with(new Rules(List.of(Match.all(entrance))));
            assertThat(client.publish(route)).isInstanceOf(PublishReply.Published.class);
            var wish =
                    new CertificateWish(
                            "local.public",
                            folder,
                            authority.directory(),
                            "",
                            List.of(HOST),
                            Challenge.TLS_ALPN_01,
                            authority.roots());
            var now = new AtomicReference<>(Instant.now());
            var renewals = new Renewals(temp.resolve("acme"), new GatewayBoard(client), now::get);
            renewals.pass(List.of(wish));
            var visitors = new Visitors(secure, authority.issuer());
            visitors.awaitOther("none");
            String first = visitors.serial();
            try (SSLSocket kept = visitors.connect()) {
                assertThat(Visitors.ask(kept)).startsWith("HTTP/1.1 404");
                visitors.start();
                Instant until = renewals.state(wish).end().orElseThrow();
                now.set(until.minus(Duration.between(Instant.now(), until).dividedBy(4)));
                renewals.pass(List.of(wish));
                visitors.awaitOther(first);
                assertThat(visitors.stop()).isEmpty();
                assertThat(Visitors.ask(kept)).startsWith("HTTP/1.1 404");
                assertThat(Visitors.serial(kept)).isEqualTo(first);
            }
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
