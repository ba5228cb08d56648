package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bytes that two readers could read differently, and bytes that are only there to hold us up. None
/// of them may reach a member.
// Every line ends with CR and LF, which a text block would hide.
@SuppressWarnings("StringConcatToTextBlock")
class SmugglingTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    @TempDir private Path folder;
    private TestGateway gateway;
    private TestMember member;
    private final AtomicInteger reached = new AtomicInteger();

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder, TestGateway.limits(SHORT, 1_000));
        member =
                TestMember.behaving((request, out) -> {
                    if (request.path().equals("/hang")) {
                        return request.in().read() >= 0;
                    }
                    reached.incrementAndGet();
                    return TestMember.say(request, out, "reached");
                });
        gateway.routes(member);
    }

    @AfterEach
    void stop() throws Exception {
        member.close();
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1|Host: a|Content-Length: 5|Transfer-Encoding: chunked||0||",
                "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked|Content-Length: 5||0||",
                "POST / HTTP/1.1|Host: a|Content-Length: 1|Content-Length: 2||xx",
                "POST / HTTP/1.1|Host: a|Content-Length: 1|Content-Length: 1||xx",
                "POST / HTTP/1.1|Host: a|Content-Length: 1, 2||xx",
                "POST / HTTP/1.1|Host: a|Content-Length: +1||x",
                "POST / HTTP/1.1|Host: a|Content-Length: -1||x",
                "POST / HTTP/1.1|Host: a|Content-Length: 0x1||x",
                "POST / HTTP/1.1|Host: a|Content-Length: 99999999999999999999||x",
                "GET / HTTP/1.1|Host: a|X-A: b| folded: c||",
                "GET / HTTP/1.1|Host: a|X-A: b|\tfolded||",
                "GET / HTTP/1.1| Host: a||",
                " GET / HTTP/1.1|Host: a||",
                "GET / HTTP/1.1|Host : a||",
                "GET / HTTP/1.1|Host: a|X\u0001: b||",
                "GET / HTTP/1.1|Host: a|X-A: b\u0000c||",
                "GET / HTTP/1.1|Host: a|NoColon||",
                "GET / HTTP/1.1|Host: a|: empty||",
                "GET / HTTP/1.1||",
                "GET / HTTP/1.1|Host: a|Host: b||",
                "GET / HTTP/1.1|Host: a b||",
                "GET / HTTP/1.1|Host: a/b||",
                "GET no-slash HTTP/1.1|Host: a||",
                "GET * HTTP/1.1|Host: a||",
                "GET http:// HTTP/1.1|Host: a||",
                "GET /a#b HTTP/1.1|Host: a||",
                "G(T / HTTP/1.1|Host: a||",
                "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||zz|x|0||",
                "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||-1|x|0||",
                "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||1|xyz|0||",
                "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||fffffffffffffffff|x",
                "POST / HTTP/1.0|Host: a|Transfer-Encoding: chunked||0||",
                "GET / HTTP/1.1|Host: a|Sec-WebSocket-Key1: x|Sec-WebSocket-Key2: y||12345678",
            })
    void what_can_be_read_in_two_ways_is_refused_and_the_connection_closed(String request)
            throws Exception {
        String answer = gateway.raw(lines(request) + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 400").containsOnlyOnce("HTTP/1.1 ");
        assertThat(reached).hasValue(0);
    }

    @ParameterizedTest
    @CsvSource({
        "POST / HTTP/1.1|Host: a|Transfer-Encoding: gzip||x, 400",
        "'POST / HTTP/1.1|Host: a|Transfer-Encoding: gzip, chunked||0||', 501",
        "POST / HTTP/1.1|Host: a|Expect: magic|Content-Length: 0||, 417",
        "CONNECT a:1 HTTP/1.1|Host: a||, 405",
        "GET / HTTP/2.0|Host: a||, 505",
    })
    void what_is_not_spoken_here_is_said_so(String request, int status) throws Exception {
        assertThat(gateway.raw(lines(request))).startsWith("HTTP/1.1 " + status);
        assertThat(reached).hasValue(0);
    }

    @Test
    void a_line_or_headers_too_long_are_refused_by_name() throws Exception {
        assertThat(gateway.raw("GET /" + "a".repeat(2_000) + " HTTP/1.1\r\nHost: a\r\n\r\n"))
                .startsWith("HTTP/1.1 414");
        assertThat(gateway.raw("GET / HTTP/1.1\r\nHost: a\r\nX: " + "b".repeat(5_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431");
    }

    @Test
    void a_header_folded_across_two_packets_is_found() throws Exception {
        try (Socket socket = gateway.connect()) {
            socket.setTcpNoDelay(true);
            for (String part :
                    "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n| c: d\r\n\r\n".split("\\|", -1)) {
                TestMember.write(socket.getOutputStream(), part);
            }
            assertThat(TestGateway.readAll(socket.getInputStream())).startsWith("HTTP/1.1 400");
        }
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

    private static void ask(Socket socket) throws java.io.IOException {
        TestMember.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        String answer = "";
        while (!answer.endsWith("reached")) {
            int next = socket.getInputStream().read();
            assertThat(next).isNotNegative();
            answer += (char) next;
        }
    }

    private static String lines(String request) {
        return request.replace("|", "\r\n");
    }
}
