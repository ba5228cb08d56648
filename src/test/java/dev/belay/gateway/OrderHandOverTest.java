package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.acme.CertificateWish;
import dev.belay.driver.acme.Challenge;
import dev.belay.driver.acme.ChallengeAnswer;
import dev.belay.driver.acme.ChallengeBoard;
import dev.belay.driver.acme.GatewayBoard;
import dev.belay.driver.acme.Renewals;
import dev.belay.driver.acme.TestAuthority;
import dev.belay.gateway.tls.TlsUse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A gateway is replaced between the moment at which it is told what an authority must find, and
/// the one at which the authority comes.
@Timeout(120)
class OrderHandOverTest {
    private static final String HOST = "app.example.org";

    @TempDir private Path temp;
    private final int port = TestAuthority.freePort();
    private final int secure = TestAuthority.freePort();

    /// Puts a successor in the gateway's place as soon as proofs are up.
    private static final class Replacing implements ChallengeBoard, AutoCloseable {
        private final ChallengeBoard board;
        private final Path state;
        private @Nullable RunningGateway successor;

        Replacing(ChallengeBoard board, Path state) {
            this.board = board;
            this.state = state;
        }

        @Override
        public void show(Collection<ChallengeAnswer> answers) throws IOException {
            board.show(answers);
            if (successor == null) {
                successor = RunningGateway.in(state, "--take-over");
            }
        }

        @Override
        public void close() {
            if (successor != null) {
                successor.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Challenge.class)
    void a_successor_answers_for_the_order_that_its_predecessor_was_told_of(Challenge challenge)
            throws Exception {
        Path state = temp.resolve("gw");
        Path folder = Files.createDirectory(temp.resolve("certificates"));
        try (var member = TestMember.saying("v1");
                var first = RunningGateway.in(state);
                var authority = new TestAuthority(temp.resolve("pebble"), port, secure)) {
            var client = new GatewayClient(state.resolve("gateway.sock"), TestGateway.PATIENCE);
            publish(client, member, folder);
            var wish =
                    new CertificateWish(
                            "local.public",
                            folder,
                            authority.directory(),
                            "",
                            List.of(HOST),
                            challenge,
                            authority.roots());
            try (var board = new Replacing(new GatewayBoard(client), state)) {
                var renewals = new Renewals(temp.resolve("acme"), board, InstantSource.system());
                renewals.pass(List.of(wish));
                assertThat(client.about().orElseThrow().pid()).isNotEqualTo(first.pid());
                assertThat(renewals.state(wish).why()).isEmpty();
                assertThat(renewals.state(wish).end()).isPresent();
            }
        }
    }

    private void publish(GatewayClient client, TestMember member, Path folder) {
        var entrance = new Entrance("public", secure, TlsUse.ordered(folder));
        var check = new HealthCheck.Tcp(Duration.ofSeconds(2));
        Route route =
                new Route(TestGateway.KEY, 1, port, List.of(member.share("v1", 1)), check)
                        .with(new Rules(List.of(Match.all(entrance))));
        assertThat(client.publish(route)).isInstanceOf(PublishReply.Published.class);
    }

    @Test
    void what_was_taken_down_before_is_not_there_after() throws Exception {
        Path state = temp.resolve("gw");
        try (var member = TestMember.saying("v1");
                var first = RunningGateway.in(state)) {
            var client = new GatewayClient(state.resolve("gateway.sock"), TestGateway.PATIENCE);
            publish(client, member, temp.resolve("certificates"));
            client.challenges(Map.of("one", "one.print"), Map.of());
            client.challenges(Map.of("two", "two.print"), Map.of());
            try (var second = RunningGateway.in(state, "--take-over")) {
                assertThat(client.about().orElseThrow().pid()).isEqualTo(second.pid());
                assertThat(ask("one")).isEqualTo("v1");
                assertThat(ask("two")).isEqualTo("two.print\n");
                client.challenges(Map.of(), Map.of());
                assertThat(ask("two")).isEqualTo("v1");
            }
            assertThat(first.endsWithin(60)).isTrue();
        }
    }

    private String ask(String token) throws IOException {
        String request =
                "GET /.well-known/acme-challenge/%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                        .formatted(token);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) TestGateway.PATIENCE.toMillis());
            TestMember.write(socket.getOutputStream(), request);
            String answer = TestGateway.readAll(socket.getInputStream());
            return answer.substring(answer.indexOf("\r\n\r\n") + 4);
        }
    }
}
