package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Clients that speak HTTP/2 without TLS, to members that speak HTTP/1.1.
class H2Test {
    private static final byte[] LARGE = new byte[3_000_000];

    static {
        new Random(1).nextBytes(LARGE);
    }

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
    void many_requests_at_once_get_each_its_own_answer() throws Exception {
        try (var member =
                        TestMember.behaving(
                                (request, out) -> TestMember.say(request, out, request.path()));
                var client = client(member)) {
            List<TestH2Client.Stream> streams = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                streams.add(client.send(TestH2Client.get("/" + i)));
            }
            for (int i = 0; i < 100; i++) {
                var stream = streams.get(i).whole();
                assertThat(stream.status()).isEqualTo("200");
                assertThat(stream.body()).asString().isEqualTo("/" + i);
            }
        }
        TestGateway.eventually("all is over", () -> gateway.inFlight("v1").total() == 0);
    }

    @Test
    void a_member_sees_an_ordinary_request() throws Exception {
        var seen = new LinkedBlockingQueue<TestMember.Request>();
        try (var member =
                        TestMember.behaving((request, out) -> {
                            seen.add(request);
                            return TestMember.say(request, out, "ok");
                        });
                var client = client(member)) {
            Http2Headers headers = TestH2Client.get("/a?b=c");
            headers.add("cookie", "a=1").add("cookie", "b=2").add("te", "trailers");
            assertThat(client.send(headers).whole().status()).isEqualTo("200");
        }
        var request = seen.take();
        assertThat(request.method() + " " + request.path()).isEqualTo("GET /a?b=c");
        assertThat(request.header("host")).isEqualTo("test");
        assertThat(request.header("cookie")).isEqualTo("a=1; b=2");
        assertThat(request.header("x-forwarded-for")).isEqualTo("127.0.0.1");
        assertThat(request.headers()).doesNotContainKey("transfer-encoding");
    }

    @Test
    void bodies_of_any_size_pass_both_ways_unchanged() throws Exception {
        try (var member =
                        TestMember.behaving((request, out) -> {
                            byte[] body = request.body();
                            TestMember.write(
                                    out,
                                    "HTTP/1.1 200 OK\r\nContent-Length: "
                                            + body.length
                                            + "\r\n\r\n");
                            out.write(body);
                            out.flush();
                            return true;
                        });
                var client = client(member)) {
            var stream = client.stream().send(TestH2Client.head("POST", "/"), false);
            for (int at = 0; at < LARGE.length; at += 10_000) {
                int end = Math.min(LARGE.length, at + 10_000);
                stream.data(Arrays.copyOfRange(LARGE, at, end), end == LARGE.length);
            }
            assertThat(stream.whole().body()).isEqualTo(LARGE);
        }
    }

    @Test
    void a_slow_reader_holds_back_its_own_stream_and_no_other() throws Exception {
        try (var member =
                        TestMember.behaving((request, out) -> {
                            if (request.path().equals("/small")) {
                                return TestMember.say(request, out, "small");
                            }
                            TestMember.write(
                                    out,
                                    "HTTP/1.1 200 OK\r\nContent-Length: "
                                            + LARGE.length
                                            + "\r\n\r\n");
                            out.write(LARGE);
                            out.flush();
                            return true;
                        });
                var client = client(member, new Http2Settings().initialWindowSize(20_000))) {
            client.stopTaking();
            var large = client.send(TestH2Client.get("/large"));
            TestGateway.eventually("its window is used up", () -> large.received() == 20_000);
            var small = client.send(TestH2Client.get("/small")).whole();
            assertThat(small.body()).asString().isEqualTo("small");
            assertThat(large.received()).isEqualTo(20_000);
            client.takeAll(large, 20_000);
            assertThat(large.whole().body()).isEqualTo(LARGE);
        }
    }

    @Test
    void a_slow_member_holds_back_the_request_without_filling_memory() throws Exception {
        var go = new LinkedBlockingQueue<String>();
        try (var member =
                        TestMember.behaving((request, out) -> {
                            take(go);
                            String sum = "" + Arrays.hashCode(request.body());
                            TestMember.write(
                                    out,
                                    "HTTP/1.1 200 OK\r\nContent-Length: "
                                            + sum.length()
                                            + "\r\n\r\n"
                                            + sum);
                            return true;
                        });
                var client = client(member)) {
            var other = client.stream().send(TestH2Client.head("PUT", "/"), false);
            for (int at = 0; at < LARGE.length; at += 10_000) {
                int end = Math.min(LARGE.length, at + 10_000);
                other.data(Arrays.copyOfRange(LARGE, at, end), end == LARGE.length);
            }
            go.add("go");
            assertThat(other.whole().body()).asString().isEqualTo("" + Arrays.hashCode(LARGE));
        }
    }

    @Test
    void trailers_and_interim_answers_pass() throws Exception {
        try (var member =
                        TestMember.behaving((request, out) -> {
                            request.body();
                            TestMember.write(
                                    out,
                                    List.of(
                                                    "HTTP/1.1 103 Early Hints",
                                                    "Link: </a.css>",
                                                    "",
                                                    "HTTP/1.1 200 OK",
                                                    "Transfer-Encoding: chunked",
                                                    "",
                                                    "2",
                                                    "hi",
                                                    "0",
                                                    "Grpc-Status: 0",
                                                    "",
                                                    "")
                                            .stream()
                                            .collect(Collectors.joining("\r\n")));
                            return true;
                        });
                var client = client(member)) {
            var stream = client.send(TestH2Client.get("/")).whole();
            assertThat(stream.heads).hasSize(3);
            assertThat(stream.heads.get(0).status()).asString().isEqualTo("103");
            assertThat(stream.heads.get(0).get("link")).asString().isEqualTo("</a.css>");
            assertThat(stream.heads.get(1).status()).asString().isEqualTo("200");
            assertThat(stream.heads.get(1).contains("transfer-encoding")).isFalse();
            assertThat(stream.heads.get(2).get("grpc-status")).asString().isEqualTo("0");
            assertThat(stream.body()).asString().isEqualTo("hi");
        }
    }

    @Test
    void what_a_client_gives_up_is_given_up_at_the_member() throws Exception {
        var asked = new LinkedBlockingQueue<String>();
        try (var member =
                        TestMember.behaving((request, out) -> {
                            asked.add("asked");
                            return request.in().read() >= 0;
                        });
                var client = client(member)) {
            var stream = client.send(TestH2Client.get("/"));
            asked.take();
            stream.cancel();
            TestGateway.eventually("it is over", () -> gateway.inFlight("v1").total() == 0);
            TestGateway.eventually("the member is let go", () -> member.open() == 0);
        }
    }

    @Test
    void a_member_that_breaks_off_breaks_the_stream_and_no_other() throws Exception {
        try (var member =
                        TestMember.behaving((request, out) -> {
                            if (request.path().equals("/good")) {
                                return TestMember.say(request, out, "good");
                            }
                            TestMember.write(
                                    out, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                            return false;
                        });
                var client = client(member)) {
            var bad = client.send(TestH2Client.get("/bad")).whole();
            assertThat(bad.ended()).isFalse();
            assertThat(bad.reset()).isEqualTo(Http2Error.INTERNAL_ERROR.code());
            var good = client.send(TestH2Client.get("/good")).whole();
            assertThat(good.body()).asString().isEqualTo("good");
        }
    }

    @Test
    void an_answer_before_the_end_of_the_request_is_whole_and_stops_the_request() throws Exception {
        gateway.routes();
        try (var client = client()) {
            var stream = client.stream().send(TestH2Client.head("POST", "/"), false);
            TestGateway.eventually("it is told", () -> stream.reset() >= 0);
            assertThat(stream.status()).isEqualTo("503");
            assertThat(stream.ended()).isTrue();
            assertThat(stream.reset()).isEqualTo(Http2Error.NO_ERROR.code());
        }
    }

    @Test
    void a_request_that_is_nearly_done_is_not_cut_by_an_early_answer() throws Exception {
        gateway.routes();
        try (var client = client()) {
            var stream = client.stream().send(TestH2Client.head("POST", "/"), false).whole();
            assertThat(stream.status()).isEqualTo("503");
            stream.data(new byte[1000], true);
            var late = client.stream().send(TestH2Client.head("POST", "/"), false).whole();
            TestGateway.eventually("the later one is told", () -> late.reset() >= 0);
            assertThat(stream.reset()).isEqualTo(-1);
        }
    }

    @Test
    void files_are_served_whole_and_by_headers_alone() throws Exception {
        Path site = Files.createDirectory(folder.resolve("site"));
        Files.write(site.resolve("large.bin"), LARGE);
        var texts = new TreeMap<>(Map.of("/env.js", new SiteText("globalThis.X = {};")));
        gateway.routes(new Route.Share("v1", 1, new Route.Files(site, texts)));
        try (var client = client()) {
            var text = client.send(TestH2Client.get("/env.js")).whole();
            assertThat(text.status()).isEqualTo("200");
            assertThat(new String(text.body(), StandardCharsets.UTF_8))
                    .isEqualTo("globalThis.X = {};");
            var sizeAlone = client.send(TestH2Client.head("HEAD", "/env.js")).whole();
            assertThat(sizeAlone.heads.getFirst().get("content-length")).asString().isEqualTo("18");
            assertThat(sizeAlone.received()).isZero();
            var stream = client.send(TestH2Client.get("/large.bin")).whole();
            assertThat(stream.status()).isEqualTo("200");
            assertThat(stream.body()).isEqualTo(LARGE);
            var head = client.send(TestH2Client.head("HEAD", "/large.bin")).whole();
            assertThat(head.heads.getFirst().get("content-length"))
                    .asString()
                    .isEqualTo("" + LARGE.length);
            assertThat(head.received()).isZero();
        }
    }

    @Test
    void a_client_that_sends_nothing_is_not_kept() throws Exception {
        gateway.close();
        gateway = new TestGateway(folder, TestGateway.limits(Duration.ofMillis(300), 100));
        gateway.routes();
        try (var client = client()) {
            assertThat(client.closedSoon()).isTrue();
        }
    }

    @Test
    void who_takes_back_requests_without_end_is_thrown_out() throws Exception {
        try (var member = TestMember.behaving((request, _) -> request.in().read() >= 0);
                var client = client(member)) {
            for (int i = 0; i < 3_000 && client.goAway() < 0; i++) {
                client.send(TestH2Client.get("/")).cancel();
            }
            assertThat(client.closedSoon()).isTrue();
            // It may be cut before it reads why.
            assertThat(client.goAway()).isIn(-1L, Http2Error.ENHANCE_YOUR_CALM.code());
        }
        TestGateway.eventually("all is over", () -> gateway.inFlight("v1").total() == 0);
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                wrong("no path", h -> h.path("")),
                wrong("a path of its own kind", h -> h.path("http://other/")),
                wrong("two paths", h -> h.add(":path", "/b")),
                wrong("two methods", h -> h.add(":method", "POST")),
                wrong("two authorities", h -> h.add(":authority", "b")),
                wrong("no host at all", H2Test::withoutHost),
                wrong("hosts that differ", h -> h.add("host", "other")),
                wrong("a method that is none", h -> h.method("GE T")),
                wrong("a foreign scheme", h -> h.scheme("file")),
                wrong("an unknown pseudo-header", h -> h.add(":foo", "1")),
                wrong("extended CONNECT", h -> h.method("CONNECT").add(":protocol", "websocket")),
                wrong("a connection header", h -> h.add("connection", "close")),
                wrong("a transfer coding", h -> h.add("transfer-encoding", "chunked")),
                wrong("an upgrade", h -> h.add("upgrade", "websocket")),
                wrong("an upper-case name", h -> h.add("X-Big", "1")),
                wrong("a line break in a value", h -> h.add("x", "1\r\nevil: 2")),
                wrong("a NUL in a value", h -> h.add("x", "1\0")),
                wrong("a blank before a value", h -> h.add("x", " 1")),
                wrong("a blank after a value", h -> h.add("x", "1 ")),
                wrong("a name that looks like framing", h -> h.add("content_length", "1")),
                wrong("a name that looks like ours", h -> h.add("x_forwarded_for", "1.2.3.4")),
                wrong("too many fields", H2Test::withManyFields),
                wrong("two lengths", h -> h.add("content-length", "1").add("content-length", "2")),
                wrong("a length without a body", h -> h.add("content-length", "5")));
    }

    private static Http2Headers withManyFields(Http2Headers headers) {
        for (int i = 0; i < 300; i++) {
            headers.add("x", "" + i);
        }
        return headers;
    }

    private static Http2Headers withoutHost(Http2Headers headers) {
        headers.remove(":authority");
        return headers;
    }

    private static Arguments wrong(String why, UnaryOperator<Http2Headers> change) {
        return Arguments.of(why, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void malformed_requests_reach_no_member(String why, UnaryOperator<Http2Headers> change)
            throws Exception {
        var seen = new ByteArrayOutputStream();
        try (var member =
                        TestMember.behaving((request, out) -> {
                            seen.writeBytes(request.path().getBytes(StandardCharsets.UTF_8));
                            return TestMember.say(request, out, "ok");
                        });
                var client = client(member)) {
            var stream = client.send(change.apply(TestH2Client.get("/bad"))).whole();
            assertThat(stream.reset() > 0 || stream.status().startsWith("4")).as(why).isTrue();
            if (client.goAway() < 0) {
                var next = client.send(TestH2Client.get("/good")).whole();
                assertThat(next.status()).isEqualTo("200");
                assertThat(seen.toString(StandardCharsets.UTF_8)).isEqualTo("/good");
            }
        }
    }

    private TestH2Client client(TestMember member) throws InterruptedException {
        return client(member, new Http2Settings());
    }

    private TestH2Client client(TestMember member, Http2Settings settings)
            throws InterruptedException {
        gateway.routes(member);
        return new TestH2Client(gateway.port, settings);
    }

    private TestH2Client client() throws InterruptedException {
        return new TestH2Client(gateway.port, new Http2Settings());
    }

    private static void take(LinkedBlockingQueue<String> queue) {
        try {
            queue.take();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
