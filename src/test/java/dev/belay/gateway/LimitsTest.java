package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
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
}
