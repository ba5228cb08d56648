package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What happens to a request and its answer on their way through.
// Every line ends with CR and LF, which a text block would hide.
@SuppressWarnings("StringConcatToTextBlock")
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

    @Test
    void forwarding_headers_say_who_asked_and_hop_by_hop_ones_stay_behind() throws Exception {
        var seen = new CompletableFuture<TestMember.Request>();
        try (var member =
                TestMember.behaving((request, out) -> {
                    seen.complete(request);
                    TestMember.write(
                            out,
                            "HTTP/1.1 200 OK\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\n"
                                    + "X-End: 2\r\nContent-Length: 0\r\n\r\n");
                    return true;
                })) {
            gateway.routes(member);
            String answer =
                    gateway.raw(
                            "GET /a?b HTTP/1.1\r\nHost: shop.example\r\nConnection: close, X-Secret, Host\r\n"
                                    + "X-Secret: 1\r\nTE: gzip\r\nProxy-Connection: x\r\n"
                                    + "X-Forwarded-For: 10.0.0.1\r\nX-Kept: yes\r\n\r\n");
            var request = seen.join();
            assertThat(request.path()).isEqualTo("/a?b");
            assertThat(request.header("host")).isEqualTo("shop.example");
            assertThat(request.header("x-forwarded-for")).isEqualTo("10.0.0.1, 127.0.0.1");
            assertThat(request.header("x-forwarded-proto")).isEqualTo("http");
            assertThat(request.header("x-forwarded-host")).isEqualTo("shop.example");
            assertThat(request.header("forwarded"))
                    .isEqualTo("for=127.0.0.1;host=\"shop.example\";proto=http");
            assertThat(request.header("x-kept")).isEqualTo("yes");
            assertThat(request.headers())
                    .doesNotContainKeys("x-secret", "te", "proxy-connection", "connection");
            assertThat(answer).contains("X-End: 2").doesNotContain("X-Hop", "Keep-Alive");
        }
    }

    @Test
    void a_target_in_absolute_form_names_the_host() throws Exception {
        var seen = new CompletableFuture<TestMember.Request>();
        try (var member =
                TestMember.behaving((request, out) -> {
                    seen.complete(request);
                    return TestMember.say(request, out, "");
                })) {
            gateway.routes(member);
            gateway.raw(
                    "GET http://real.example/p?q HTTP/1.1\r\nHost: other\r\n"
                            + "Connection: close\r\n\r\n");
            assertThat(seen.join().header("host")).isEqualTo("real.example");
            assertThat(seen.join().path()).isEqualTo("/p?q");
        }
    }

    @Test
    void answers_without_a_body_leave_the_connection_usable() throws Exception {
        try (var member =
                TestMember.behaving((request, out) -> {
                    request.body();
                    String status = request.path().substring(1);
                    String length = request.method().equals("HEAD") ? "Content-Length: 7\r\n" : "";
                    TestMember.write(out, "HTTP/1.1 " + status + " X\r\n" + length + "\r\n");
                    return true;
                })) {
            gateway.routes(member);
            String answer =
                    gateway.raw(
                            "GET /204 HTTP/1.1\r\nHost: a\r\n\r\n"
                                    + "GET /304 HTTP/1.1\r\nHost: a\r\n\r\n"
                                    + "HEAD /200 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(answer.split("HTTP/1.1 ", -1)).hasSize(4);
            assertThat(answer).contains("HTTP/1.1 204", "HTTP/1.1 304", "Content-Length: 7");
            assertThat(answer).endsWith("\r\n\r\n");
        }
    }

    @Test
    void pipelined_requests_are_answered_in_order() throws Exception {
        try (var member =
                TestMember.behaving((r, out) -> TestMember.say(r, out, "[" + r.path() + "]"))) {
            gateway.routes(member);
            var requests = new StringBuilder();
            var expected = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                requests.append("POST /").append(i);
                requests.append(" HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
                expected.append("[/").append(i).append("]");
            }
            requests.append("GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            String bodies =
                    gateway.raw(requests.toString()).replaceAll("(?s)HTTP/1.1.*?\r\n\r\n", "");
            assertThat(bodies).isEqualTo(expected + "[/end]");
        }
    }

    @Test
    void a_client_that_sends_no_more_still_gets_its_answer() throws Exception {
        try (var member = TestMember.saying("after the half close");
                Socket socket = connectTo(member)) {
            TestMember.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            socket.shutdownOutput();
            assertThat(TestGateway.readAll(socket.getInputStream()))
                    .endsWith("after the half close");
        }
    }

    @Test
    void a_client_that_leaves_cancels_its_request() throws Exception {
        try (var member =
                TestMember.behaving((request, _) -> {
                    // Never answers; ends when the gateway hangs up.
                    return request.in().read() >= 0;
                })) {
            gateway.routes(member);
            try (Socket socket = gateway.connect()) {
                TestMember.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                TestGateway.eventually("under way", () -> gateway.inFlight("v1").total() == 1);
                socket.setSoLinger(true, 0);
            }
            TestGateway.eventually("cancelled", () -> gateway.inFlight("v1").total() == 0);
            TestGateway.eventually("hung up", () -> member.open() == 0);
        }
    }

    @Test
    void an_answer_that_breaks_off_is_never_made_to_look_whole() throws Exception {
        for (String framing : List.of("Content-Length: 100", "Transfer-Encoding: chunked")) {
            String part = framing.startsWith("C") ? "half" : "4\r\nhalf\r\n";
            try (var member =
                    TestMember.behaving((_, out) -> {
                        TestMember.write(out, "HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n" + part);
                        return false;
                    })) {
                gateway.routes(member);
                assertThatThrownBy(() -> gateway.get("/")).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void a_reset_does_not_end_a_body_that_has_no_length() throws Exception {
        try (var member =
                TestMember.behaving((request, out) -> {
                    TestMember.write(out, "HTTP/1.1 200 OK\r\n\r\nhalf");
                    request.socket().setSoLinger(true, 0);
                    return false;
                })) {
            gateway.routes(member);
            assertThatThrownBy(() -> gateway.get("/")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void interim_answers_pass_and_the_final_one_follows() throws Exception {
        try (var member =
                TestMember.behaving((request, out) -> {
                    TestMember.write(out, "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
                    TestMember.write(out, "HTTP/1.1 100 Continue\r\n\r\n");
                    String body = new String(request.body(), StandardCharsets.UTF_8);
                    TestMember.write(
                            out, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\ngot " + body);
                    return true;
                })) {
            gateway.routes(member);
            try (Socket socket = gateway.connect()) {
                OutputStream out = socket.getOutputStream();
                TestMember.write(
                        out,
                        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                                + "Content-Length: 4\r\nConnection: close\r\n\r\n");
                InputStream in = socket.getInputStream();
                assertThat(TestMember.line(in)).startsWith("HTTP/1.1 103");
                assertThat(TestMember.line(in)).startsWith("Link");
                assertThat(TestMember.line(in)).isEmpty();
                assertThat(TestMember.line(in)).startsWith("HTTP/1.1 100");
                TestMember.write(out, "body");
                assertThat(TestGateway.readAll(in)).contains("HTTP/1.1 200").endsWith("got body");
            }
        }
    }

    @Test
    void an_answer_before_the_body_reaches_a_client_that_still_sends() throws Exception {
        try (var member =
                        TestMember.behaving((_, out) -> {
                            TestMember.write(
                                    out, "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nno!");
                            return false;
                        });
                Socket socket = connectTo(member)) {
            OutputStream out = socket.getOutputStream();
            TestMember.write(out, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
            TestMember.write(out, "x".repeat(10_000));
            String answer = TestGateway.readAll(socket.getInputStream());
            assertThat(answer).contains("HTTP/1.1 413", "connection: close").endsWith("no!");
        }
    }

    @Test
    void an_answer_is_read_although_the_member_hung_up_on_the_body() throws Exception {
        try (var member =
                TestMember.behaving((request, out) -> {
                    request.in().readNBytes(200_000);
                    TestMember.write(out, "HTTP/1.1 413 No\r\nContent-Length: 3\r\n\r\nno!");
                    return false;
                })) {
            gateway.routes(member);
            byte[] body = new byte[2_000_000];
            for (int i = 0; i < 40; i++) {
                try (Socket socket = gateway.connect()) {
                    OutputStream out = socket.getOutputStream();
                    TestMember.write(
                            out,
                            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n"
                                    + "Connection: close\r\n\r\n");
                    out.write(body);
                    String answer = TestGateway.readAll(socket.getInputStream());
                    assertThat(answer).contains("HTTP/1.1 413").endsWith("no!");
                }
            }
        }
    }

    @Test
    void a_slow_reader_holds_the_member_back_instead_of_filling_memory() throws Exception {
        var sent = new AtomicLong();
        int size = 64 * 1024 * 1024;
        try (var member =
                        TestMember.behaving((_, out) -> {
                            TestMember.write(
                                    out, "HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
                            var part = new byte[64 * 1024];
                            while (sent.addAndGet(part.length) <= size) {
                                out.write(part);
                            }
                            return false;
                        });
                Socket socket = connectTo(member)) {
            TestMember.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            TestGateway.eventually("it begins", () -> sent.get() > 1_000_000);
            long[] before = {-1};
            TestGateway.eventually(
                    "the member stalls",
                    () -> {
                        boolean stalled = before[0] == sent.get();
                        before[0] = sent.get();
                        LockSupport.parkNanos(200_000_000);
                        return stalled;
                    });
            assertThat(sent.get()).isLessThan(size);
            assertThat(socket.getInputStream().readNBytes(size)).hasSize(size);
        }
    }

    @Test
    void an_old_client_gets_neither_chunks_nor_interim_answers() throws Exception {
        try (var member =
                TestMember.behaving((_, out) -> {
                    TestMember.write(out, "HTTP/1.1 103 Early Hints\r\n\r\n");
                    TestMember.write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    TestMember.write(out, "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
                    return true;
                })) {
            gateway.routes(member);
            String answer = gateway.raw("GET / HTTP/1.0\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 200").endsWith("\r\n\r\nabcde");
            assertThat(answer.toLowerCase(Locale.ROOT)).doesNotContain("transfer-encoding");
        }
    }

    @Test
    void a_post_is_not_sent_twice() throws Exception {
        var times = new AtomicInteger();
        try (var member =
                TestMember.behaving((request, _) -> {
                    request.body();
                    times.incrementAndGet();
                    return false;
                })) {
            gateway.routes(member);
            var post =
                    HttpRequest.newBuilder(gateway.uri("/"))
                            .POST(HttpRequest.BodyPublishers.ofString("once"));
            assertThat(gateway.send(post).statusCode()).isEqualTo(502);
            assertThat(times).hasValue(1);
        }
    }

    private Socket connectTo(TestMember member) throws IOException {
        gateway.routes(member);
        return gateway.connect();
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
            throws IOException {
        byte[] body = request.body();
        TestMember.write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
        out.write(body);
        out.flush();
        return true;
    }

    private static boolean echoInChunks(TestMember.Request request, OutputStream out)
            throws IOException {
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
