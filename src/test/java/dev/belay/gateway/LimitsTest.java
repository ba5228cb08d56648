package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is only there to hold us up ends by its time.
class LimitsTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    @TempDir private Path folder;
    private TestGateway gateway;
    private TestMember member;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder, TestGateway.limits(SHORT, 1_000));
        member =
                TestMember.behaving((request, out) -> {
                    if (request.path().equals("/hang")) {
                        return request.in().read() >= 0;
                    }
                    return TestMember.say(request, out, "reached");
                });
        gateway.routes(member);
    }

    @AfterEach
    void stop() throws Exception {
        member.close();
        gateway.close();
    }

    @Test
    void a_head_that_trickles_in_is_cut_after_its_time() throws Exception {
        try (Socket socket = gateway.connect()) {
            TestMember.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost:");
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void a_body_that_stops_coming_is_answered_with_408() throws Exception {
        assertThat(gateway.raw("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"))
                .startsWith("HTTP/1.1 408");
    }

    @Test
    void a_member_that_never_answers_is_given_up_with_504() throws Exception {
        assertThat(gateway.raw("GET /hang HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 504");
        assertThat(gateway.inFlight("v1").total()).isZero();
    }

    /// Only who can answer a call is given the time of one.
    @Test
    void a_member_that_knows_no_calls_is_given_no_more_time_for_one() throws Exception {
        var call =
                HttpRequest.newBuilder(gateway.uri("/hang"))
                        .header("Content-Type", "application/grpc");
        assertThat(gateway.send(call).statusCode()).isEqualTo(504);
    }

    @Test
    void an_idle_connection_is_closed_after_its_time() throws Exception {
        assertThat(gateway.raw("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).endsWith("reached");
    }

    @Test
    void more_connections_than_allowed_are_closed_at_once() throws Exception {
        try (var small =
                new TestGateway(folder.resolve("s"), TestGateway.limits(TestGateway.PATIENCE, 2))) {
            small.routes(member.share("v1", 1));
            try (Socket one = small.connect();
                    Socket two = small.connect()) {
                // An answer shows that it was let in.
                ask(one);
                ask(two);
                try (Socket three = small.connect()) {
                    assertThat(three.getInputStream().read()).isEqualTo(-1);
                }
                ask(one);
                ask(two);
            }
        }
    }

    private TestGateway paced(Limits.Pace body, Limits.Pace answer) throws Exception {
        var rates = new Limits.Rates(Limits.Rates.DEFAULT.requests(), body, answer);
        return new TestGateway(folder.resolve("paced"), Limits.DEFAULT.with(rates));
    }

    @Test
    void a_body_that_drips_is_answered_with_408_though_no_drop_is_late() throws Exception {
        try (var paced = paced(new Limits.Pace(1_000, SHORT), Limits.Rates.DEFAULT.answer())) {
            paced.routes(member);
            try (Socket socket = paced.connect()) {
                String head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
                TestMember.write(socket.getOutputStream(), head);
                assertThat(drip(socket)).startsWith("HTTP/1.1 408");
            }
            assertThat(paced.client.metrics())
                    .contains("belay_gateway_refused_total{limit=\"body_pace\"} 1\n");
            assertThat(paced.inFlight("v1").total()).isZero();
        }
    }

    /// Sends a byte whenever nothing came for a while; what came at last.
    private static String drip(Socket socket) throws Exception {
        while (true) {
            socket.setSoTimeout(20);
            try {
                int first = socket.getInputStream().read();
                socket.setSoTimeout((int) TestGateway.PATIENCE.toMillis());
                return (char) first + TestGateway.readAll(socket.getInputStream());
            } catch (SocketTimeoutException _) {
                socket.getOutputStream().write('x');
            }
        }
    }

    @Test
    void a_body_that_a_slow_member_holds_back_is_not_the_clients_fault() throws Exception {
        var go = new CountDownLatch(1);
        byte[] large = new byte[20_000_000];
        try (var paced = paced(new Limits.Pace(1_000, SHORT), Limits.Rates.DEFAULT.answer());
                var slow =
                        TestMember.behaving((request, out) -> {
                            await(go);
                            return TestMember.say(request, out, "reached");
                        })) {
            paced.routes(slow);
            try (Socket socket = paced.connect()) {
                String head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n";
                TestMember.write(socket.getOutputStream(), head);
                var sending = Thread.startVirtualThread(() -> send(socket, large));
                socket.setSoTimeout(3 * (int) SHORT.toMillis());
                // Longer than anybody may drip: nothing is held against this one.
                assertThatThrownBy(() -> socket.getInputStream().read())
                        .isInstanceOf(SocketTimeoutException.class);
                socket.setSoTimeout((int) TestGateway.PATIENCE.toMillis());
                go.countDown();
                sending.join();
                assertThat(socket.getInputStream().readNBytes(12)).asString().endsWith("200");
            }
        }
    }

    @Test
    void an_answer_that_is_taken_drop_by_drop_is_cut() throws Exception {
        byte[] large = new byte[50_000_000];
        try (var paced = paced(Limits.Rates.DEFAULT.body(), new Limits.Pace(100_000, SHORT));
                var generous =
                        TestMember.behaving((_, out) -> {
                            TestMember.write(
                                    out, "HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n");
                            out.write(large);
                            return true;
                        })) {
            paced.routes(generous);
            try (Socket socket = paced.connect()) {
                TestMember.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                String cut = "belay_gateway_refused_total{limit=\"answer_pace\"} 1\n";
                TestGateway.eventually(
                        "it is cut",
                        () ->
                                socket.getInputStream().read() >= 0
                                        && paced.client.metrics().contains(cut));
            }
            TestGateway.eventually("nothing runs", () -> paced.inFlight("v1").total() == 0);
            TestGateway.eventually("the member is let go", () -> generous.open() == 0);
            assertThat(paced.get("/").body()).hasSize(large.length);
        }
    }

    @Test
    void a_file_that_is_taken_drop_by_drop_is_cut() throws Exception {
        Path site = Files.createDirectory(folder.resolve("site"));
        Files.write(site.resolve("large.bin"), new byte[50_000_000]);
        try (var paced = paced(Limits.Rates.DEFAULT.body(), new Limits.Pace(100_000, SHORT))) {
            paced.routes(new Route.Share("v1", 1, new Route.Files(site)));
            try (Socket socket = paced.connect()) {
                String request = "GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n";
                TestMember.write(socket.getOutputStream(), request);
                String cut = "belay_gateway_refused_total{limit=\"answer_pace\"} 1\n";
                TestGateway.eventually(
                        "it is cut",
                        () ->
                                socket.getInputStream().read() >= 0
                                        && paced.client.metrics().contains(cut));
            }
            TestGateway.eventually("nothing runs", () -> paced.inFlight("v1").total() == 0);
        }
    }

    private static void send(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void ask(Socket socket) throws IOException {
        TestMember.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        String answer = "";
        while (!answer.endsWith("reached")) {
            int next = socket.getInputStream().read();
            assertThat(next).isNotNegative();
            answer += (char) next;
        }
    }
}
