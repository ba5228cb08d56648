package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What happens to a request and its answer on their way through.
class ProxyTest {
    private static final int LARGE = 20 * 1024 * 1024;

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

    @Test
    void a_request_reaches_the_member_and_its_answer_the_client() throws Exception {
        try (var member = TestMember.saying("hello")) {
            gateway.routes(member);
            var answer = gateway.get("/anything?at=all");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("hello");
            assertThat(answer.headers().firstValue("X-Belay-Revision")).contains("v1");
        }
    }

    @Test
    void twenty_megabytes_go_up_and_come_back_with_a_length() throws Exception {
        try (var member = TestMember.behaving(ProxyTest::echoWithLength)) {
            gateway.routes(member);
            assertThat(echoed(HttpRequest.BodyPublishers.ofByteArray(large()))).isEqualTo(large());
        }
    }

    @Test
    void twenty_megabytes_go_up_and_come_back_in_chunks() throws Exception {
        try (var member = TestMember.behaving(ProxyTest::echoInChunks)) {
            gateway.routes(member);
            var body = new java.io.ByteArrayInputStream(large());
            assertThat(echoed(HttpRequest.BodyPublishers.ofInputStream(() -> body)))
                    .isEqualTo(large());
        }
    }

    @Test
    void a_body_that_ends_with_the_connection_arrives_whole() throws Exception {
        try (var member =
                TestMember.behaving((_, out) -> {
                    TestMember.write(out, "HTTP/1.0 200 OK\r\n\r\nto the end");
                    return false;
                })) {
            gateway.routes(member);
            assertThat(gateway.get("/").body()).isEqualTo("to the end");
        }
    }

    private byte[] echoed(HttpRequest.BodyPublisher body) throws Exception {
        var request = HttpRequest.newBuilder(gateway.uri("/")).POST(body).build();
        return gateway.http().send(request, HttpResponse.BodyHandlers.ofByteArray()).body();
    }

    private static byte[] large() {
        var bytes = new byte[LARGE];
        for (int i = 0; i < LARGE; i++) {
            bytes[i] = (byte) (i * 31 + i / 4_096);
        }
        return bytes;
    }

    private static boolean echoWithLength(TestMember.Request request, OutputStream out)
            throws java.io.IOException {
        byte[] body = request.body();
        TestMember.write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
        out.write(body);
        out.flush();
        return true;
    }

    private static boolean echoInChunks(TestMember.Request request, OutputStream out)
            throws java.io.IOException {
        byte[] body = request.body();
        TestMember.write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int at = 0; at < body.length; at += 100_000) {
            byte[] part = Arrays.copyOfRange(body, at, Math.min(body.length, at + 100_000));
            TestMember.write(out, Integer.toHexString(part.length) + "\r\n");
            out.write(part);
            TestMember.write(out, "\r\n");
        }
        TestMember.write(out, "0\r\n\r\n");
        return true;
    }
}
