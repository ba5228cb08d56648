package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients that ask before they send a body, and members that do not know the question.
class ExpectTest {
    private static final String HEAD =
            "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n";
    private static final String ASKING = HEAD + "Expect: 100-continue\r\n\r\n";

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

    private static boolean echo(TestMember.Request request, OutputStream out) throws IOException {
        String body = new String(request.body(), StandardCharsets.US_ASCII);
        TestMember.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + body);
        return true;
    }

    @Test
    void where_a_member_says_nothing_the_gateway_says_it() throws Exception {
        try (var silent = TestMember.behaving(ExpectTest::echo)) {
            gateway.routes(silent);
            try (Socket socket = gateway.connect()) {
                TestMember.write(socket.getOutputStream(), ASKING);
                assertThat(TestMember.line(socket.getInputStream()))
                        .isEqualTo("HTTP/1.1 100 Continue");
                TestMember.write(socket.getOutputStream(), "body");
                assertThat(TestGateway.readAll(socket.getInputStream()))
                        .contains("HTTP/1.1 200 OK")
                        .endsWith("body");
            }
        }
    }

    @Test
    void over_http2_too() throws Exception {
        try (var silent = TestMember.behaving(ExpectTest::echo)) {
            gateway.routes(silent);
            try (var client = new TestH2Client(gateway.port, new Http2Settings())) {
                var head = TestH2Client.head("POST", "/").add("expect", "100-continue");
                var stream = client.stream().send(head.add("content-length", "4"), false);
                TestGateway.eventually("it may send", () -> stream.status().equals("100"));
                stream.data("body".getBytes(StandardCharsets.US_ASCII), true);
                assertThat(stream.whole().body()).asString().isEqualTo("body");
                assertThat(stream.heads).hasSize(2);
            }
        }
    }

    @Test
    void a_member_that_says_it_late_is_not_heard_twice() throws Exception {
        try (var late =
                TestMember.behaving((request, out) -> {
                    int first = request.in().read();
                    assertThat(first).isEqualTo('b');
                    request.in().readNBytes(3);
                    TestMember.write(out, "HTTP/1.1 100 Continue\r\n\r\n");
                    TestMember.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
                    return true;
                })) {
            gateway.routes(late);
            try (Socket socket = gateway.connect()) {
                TestMember.write(socket.getOutputStream(), ASKING);
                String first = TestMember.line(socket.getInputStream());
                TestMember.write(socket.getOutputStream(), "body");
                String rest = TestGateway.readAll(socket.getInputStream());
                assertThat(first).isEqualTo("HTTP/1.1 100 Continue");
                assertThat(rest).doesNotContain(" 100 ").endsWith("done");
            }
        }
    }

    @Test
    void a_member_that_refuses_is_heard_instead() throws Exception {
        try (var refusing =
                TestMember.behaving((_, out) -> {
                    TestMember.write(out, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
                    return true;
                })) {
            gateway.routes(refusing);
            assertThat(gateway.raw(ASKING)).startsWith("HTTP/1.1 403 ").endsWith("no");
        }
    }

    @Test
    void who_sends_without_waiting_is_told_nothing() throws Exception {
        try (var silent = TestMember.behaving(ExpectTest::echo)) {
            gateway.routes(silent);
            assertThat(gateway.raw(ASKING + "body")).startsWith("HTTP/1.1 200 ").endsWith("body");
        }
    }
}
