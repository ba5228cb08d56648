package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Settings;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests of either version to members that speak HTTP/2, and what such members may do to them.
// Every line ends with CR and LF, which a text block would hide.
@SuppressWarnings("StringConcatToTextBlock")
class MemberH2Test {
    private static final byte[] LARGE = new byte[5 * 1024 * 1024];

    static {
        new Random(7).nextBytes(LARGE);
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
    void it_sees_an_ordinary_request_of_its_own_version() throws Exception {
        var seen = new LinkedBlockingQueue<TestH2Member.Call>();
        try (var member =
                TestH2Member.behaving(call -> {
                    seen.add(call);
                    call.say("hello");
                })) {
            gateway.routes(member.share());
            String answer =
                    gateway.raw(
                            "GET /a?b=c HTTP/1.1\r\nHost: Some.Where\r\nX-Mine: 1\r\n"
                                    + "Connection: close, x-hop\r\nX-Hop: 1\r\n"
                                    + "TE: trailers, deflate\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("hello\r\n0\r\n\r\n");
        }
        var headers = seen.take().headers;
        assertThat(headers.method()).hasToString("GET");
        assertThat(headers.path()).hasToString("/a?b=c");
        assertThat(headers.scheme()).hasToString("http");
        assertThat(headers.authority()).hasToString("Some.Where");
        assertThat(headers.get("x-mine")).hasToString("1");
        assertThat(headers.get("x-forwarded-for")).hasToString("127.0.0.1");
        assertThat(headers.getAll("te")).map(CharSequence::toString).containsExactly("trailers");
        for (String name : List.of("host", "connection", "x-hop", "transfer-encoding")) {
            assertThat(headers.contains(name)).as(name).isFalse();
        }
    }

    @Test
    void bodies_pass_both_ways_for_clients_of_either_version() throws Exception {
        try (var member =
                TestH2Member.behaving(call -> {
                    call.head(TestH2Member.status(200), false);
                    call.data(call.body(), true);
                })) {
            gateway.routes(member.share());
            var request =
                    HttpRequest.newBuilder(gateway.uri("/"))
                            .POST(HttpRequest.BodyPublishers.ofByteArray(LARGE))
                            .build();
            var answer = gateway.http().send(request, HttpResponse.BodyHandlers.ofByteArray());
            assertThat(answer.body()).isEqualTo(LARGE);
            try (var client = new TestH2Client(gateway.port, new Http2Settings())) {
                var stream = client.stream().send(TestH2Client.head("POST", "/"), false);
                stream.data(Arrays.copyOf(LARGE, 300_000), true);
                assertThat(stream.whole().body()).isEqualTo(Arrays.copyOf(LARGE, 300_000));
            }
        }
        TestGateway.eventually("all is over", () -> gateway.inFlight("v1").total() == 0);
    }

    @Test
    void interim_answers_heads_alone_and_trailers_pass() throws Exception {
        try (var member =
                TestH2Member.behaving(call -> {
                    switch (call.path()) {
                        case "/hints" -> {
                            var hints = TestH2Member.status(103).add("link", "</a.css>");
                            call.head(hints, false);
                            call.say("after hints");
                        }
                        case "/empty" -> call.head(TestH2Member.status(204), true);
                        case "/head" ->
                                call.head(
                                        TestH2Member.status(200).add("content-length", "9"), true);
                        default -> {
                            call.head(TestH2Member.status(200), false);
                            call.data("body".getBytes(StandardCharsets.US_ASCII), false);
                            call.head(
                                    new io.netty.handler.codec.http2.DefaultHttp2Headers()
                                            .add("checksum", "abc")
                                            .add("content-length", "99"),
                                    true);
                        }
                    }
                })) {
            gateway.routes(member.share());
            String end = " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            assertThat(gateway.raw("GET /hints" + end))
                    .startsWith("HTTP/1.1 103 ")
                    .containsIgnoringCase("link: </a.css>")
                    .contains("after hints");
            assertThat(gateway.raw("GET /empty" + end))
                    .startsWith("HTTP/1.1 204 ")
                    .doesNotContainIgnoringCase("transfer-encoding")
                    .endsWith("\r\n\r\n");
            assertThat(gateway.raw("HEAD /head" + end))
                    .containsIgnoringCase("content-length: 9\r\n")
                    .endsWith("\r\n\r\n");
            assertThat(gateway.raw("GET /trailers" + end))
                    .endsWith("4\r\nbody\r\n0\r\nchecksum: abc\r\n\r\n");
        }
    }

    @Test
    void what_it_refuses_goes_to_another_even_a_post() throws Exception {
        try (var refusing = TestH2Member.behaving(call -> call.reset(Http2Error.REFUSED_STREAM));
                var good = TestH2Member.behaving(call -> call.say("good"))) {
            both(refusing, good);
            for (int i = 0; i < 20; i++) {
                assertThat(post("").body()).isEqualTo("good");
            }
            assertThat(refusing.requests.get()).isPositive();
        }
    }

    @Test
    void what_it_did_not_look_at_before_it_went_goes_to_another() throws Exception {
        var leaving = new AtomicInteger();
        try (var going =
                        TestH2Member.behaving(call -> {
                            leaving.incrementAndGet();
                            call.goAway(call.id() - 2);
                            call.hangUp();
                        });
                var good = TestH2Member.behaving(call -> call.say("good"))) {
            both(going, good);
            for (int i = 0; i < 20; i++) {
                assertThat(post("").statusCode()).isIn(200, 502);
            }
            assertThat(leaving.get()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/short",
                "/long",
                "/length",
                "/status",
                "/switch",
                "/upper",
                "/reset",
                "/two",
                "/data-first",
                "/interim-end"
            })
    void an_answer_that_makes_no_sense_is_a_bad_gateway_and_nothing_more(String path)
            throws Exception {
        try (var member = TestH2Member.behaving(MemberH2Test::misbehave)) {
            gateway.routes(member.share());
            String request = "GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            if (List.of("/short", "/long", "/reset").contains(path)) {
                // The head was on its way before: no end may look like a good one.
                assertThatThrownBy(() -> gateway.raw(request)).isInstanceOf(SocketException.class);
            } else {
                assertThat(gateway.raw(request)).startsWith("HTTP/1.1 502 ");
            }
            assertThat(gateway.get("/fine").body()).isEqualTo("fine");
        }
        TestGateway.eventually("all is over", () -> gateway.inFlight("v1").total() == 0);
    }

    private static void misbehave(TestH2Member.Call call) {
        switch (call.path()) {
            case "/short" -> {
                call.head(TestH2Member.status(200).add("content-length", "100"), false);
                call.data(new byte[10], true);
            }
            case "/long" -> {
                call.head(TestH2Member.status(200).add("content-length", "10"), false);
                call.data(new byte[100], true);
            }
            case "/length" -> {
                var twice = TestH2Member.status(200).add("content-length", "1");
                call.head(twice.add("content-length", "2"), false);
                call.data(new byte[1], true);
            }
            case "/status" -> call.head(TestH2Member.status(200).status("2x0"), true);
            case "/switch" -> call.head(TestH2Member.status(101), false);
            case "/upper" -> call.head(TestH2Member.status(200).add("X-Upper", "1"), true);
            case "/two" -> call.head(TestH2Member.status(200).add(":status", "201"), true);
            case "/data-first" -> call.data(new byte[10], true);
            case "/interim-end" -> call.head(TestH2Member.status(103), true);
            case "/reset" -> {
                call.head(TestH2Member.status(200), false);
                call.data(new byte[10], false);
                call.reset(Http2Error.INTERNAL_ERROR);
            }
            default -> call.say("fine");
        }
    }

    @Test
    void a_member_that_speaks_the_other_version_gets_nothing() throws Exception {
        try (var member = TestMember.saying("hello")) {
            var wrong = new Route.Member("m", "127.0.0.1", member.port(), Route.Protocol.HTTP2);
            gateway.routes(new Route.Share("v1", 1, new Route.Members(List.of(wrong))));
            assertThat(gateway.get("/").statusCode()).isEqualTo(503);
        }
    }

    @Test
    void a_client_that_leaves_cancels_its_stream_alone() throws Exception {
        var waiting = new LinkedBlockingQueue<TestH2Member.Call>();
        try (var member =
                TestH2Member.behaving(call -> {
                    if (call.path().equals("/waits")) {
                        waiting.add(call);
                    } else {
                        call.say("at once");
                    }
                })) {
            gateway.routes(member.share());
            try (var socket = gateway.connect()) {
                TestMember.write(
                        socket.getOutputStream(), "GET /waits HTTP/1.1\r\nHost: a\r\n\r\n");
                waiting.take();
            }
            TestGateway.eventually(
                    "it is told", () -> member.lastReset.get() == Http2Error.CANCEL.code());
            assertThat(gateway.get("/").body()).isEqualTo("at once");
        }
    }

    @Test
    void a_client_that_leaves_before_there_is_a_connection_harms_nobody() throws Exception {
        try (var member = TestH2Member.behaving(call -> call.say("fine"))) {
            gateway.routes(member.share());
            for (int i = 0; i < 30; i++) {
                try (var socket = gateway.connect()) {
                    TestMember.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                    socket.setSoLinger(true, 0);
                }
                assertThat(gateway.get("/").body()).isEqualTo("fine");
            }
            assertThat(member.connections.get()).isLessThan(6);
        }
    }

    @Test
    void more_requests_than_a_connection_takes_open_another() throws Exception {
        try (var member =
                        new TestH2Member(
                                new Http2Settings().maxConcurrentStreams(5),
                                call ->
                                        Thread.startVirtualThread(() -> {
                                            java.util.concurrent.locks.LockSupport.parkNanos(
                                                    20_000_000);
                                            call.say("slowly");
                                        }));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            gateway.routes(member.share());
            List<Future<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                answers.add(threads.submit(() -> gateway.get("/")));
            }
            for (var answer : answers) {
                assertThat(answer.get().body()).isEqualTo("slowly");
            }
            assertThat(member.connections.get()).isBetween(6, 40);
        }
    }

    @Test
    void a_slow_reader_holds_the_member_back_instead_of_filling_memory() throws Exception {
        var sent = new AtomicInteger();
        try (var member =
                TestH2Member.behaving(call -> {
                    call.head(TestH2Member.status(200), false);
                    for (int i = 0; i < 5_000; i++) {
                        call.data(new byte[10_000], i == 4_999);
                        sent.incrementAndGet();
                    }
                })) {
            gateway.routes(member.share());
            try (var socket = gateway.connect()) {
                TestMember.write(
                        socket.getOutputStream(),
                        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                TestGateway.eventually("all was handed over", () -> sent.get() == 5_000);
                SlowPeerTest.stalled(gateway);
                double passed =
                        gateway.client
                                .metrics()
                                .lines()
                                .filter(line -> line.matches(".*bytes_total.*\"out\".*"))
                                .mapToDouble(line -> Double.parseDouble(line.split(" ", -1)[1]))
                                .sum();
                assertThat(passed).isLessThan(25_000_000);
                byte[] all = socket.getInputStream().readAllBytes();
                assertThat(all.length).isGreaterThan(50_000_000);
            }
        }
    }

    @Test
    void more_headers_than_a_member_takes_are_the_clients_fault() throws Exception {
        try (var member =
                new TestH2Member(
                        new Http2Settings().maxHeaderListSize(2_000), call -> call.say("hello"))) {
            gateway.routes(member.share());
            assertThat(gateway.get("/").statusCode()).isEqualTo(200);
            var large =
                    HttpRequest.newBuilder(gateway.uri("/"))
                            .header("X-Large", "y".repeat(4_000))
                            .POST(HttpRequest.BodyPublishers.ofString("body"));
            assertThat(gateway.send(large).statusCode()).isEqualTo(431);
            assertThat(gateway.get("/").statusCode()).isEqualTo(200);
            assertThat(member.requests).hasValue(2);
            assertThat(gateway.client.metrics()).contains("revision=\"v1\",kind=\"reset\"} 0\n");
        }
        TestGateway.eventually("all is over", () -> gateway.inFlight("v1").total() == 0);
    }

    /// Servers count those who reset streams among those who attack them.
    @Test
    void whole_answers_reset_no_stream() throws Exception {
        try (var member =
                TestH2Member.behaving(call -> {
                    switch (call.path()) {
                        case "/empty" -> call.head(TestH2Member.status(204), true);
                        case "/trailers" -> {
                            call.head(TestH2Member.status(200), false);
                            call.head(new DefaultHttp2Headers().set("x-end", "1"), true);
                        }
                        default -> call.say("whole");
                    }
                })) {
            gateway.routes(member.share());
            for (String path : List.of("/empty", "/trailers", "/", "/")) {
                assertThat(gateway.get(path).statusCode()).isLessThan(300);
            }
            assertThat(member.resets).hasValue(0);
        }
    }

    @Test
    void a_member_that_ends_its_connection_gets_by_another_what_it_has_not_looked_at()
            throws Exception {
        var connections = new ArrayList<Integer>();
        try (var member =
                TestH2Member.behaving(call -> {
                    if (call.id() == 5) {
                        call.goAway(3);
                        call.hangUp();
                    } else {
                        call.say("here");
                    }
                })) {
            gateway.routes(member.share());
            for (int i = 0; i < 6; i++) {
                assertThat(gateway.get("/").body()).isEqualTo("here");
                connections.add(member.connections.get());
            }
            assertThat(connections.getLast()).isGreaterThan(connections.getFirst());
        }
    }

    @Test
    void a_member_that_hangs_up_between_two_requests_costs_no_read() throws Exception {
        try (var member =
                TestH2Member.behaving(call -> {
                    call.say("bye");
                    call.hangUp();
                })) {
            gateway.routes(member.share());
            for (int i = 0; i < 20; i++) {
                assertThat(gateway.get("/").body()).isEqualTo("bye");
            }
        }
    }

    @Test
    void a_refused_connection_is_no_answer() throws Exception {
        int nobody = TestGateway.freePort();
        var member = new Route.Member("m", "127.0.0.1", nobody, Route.Protocol.HTTP2);
        var share = new Route.Share("v1", 1, new Route.Members(List.of(member)));
        gateway.client.publish(gateway.route(new HealthCheck.None(), share));
        assertThat(gateway.get("/").statusCode()).isEqualTo(503);
    }

    private void both(TestH2Member one, TestH2Member two) {
        var members = List.of(one.member("m1"), two.member("m2"));
        gateway.routes(new Route.Share("v1", 1, new Route.Members(members)));
    }

    private HttpResponse<String> post(String body) throws Exception {
        return gateway.send(
                HttpRequest.newBuilder(gateway.uri("/"))
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }
}
