package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Settings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Who asks for too much is told so, and nobody else notices.
class AdmissionTest {
    private static final int BODY = 1_000;
    private static final int BURST = 5;

    @TempDir private Path folder;
    private final LinkedBlockingQueue<TestMember.Request> seen = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<Integer> bodies = new LinkedBlockingQueue<>();
    private TestGateway gateway;
    private TestMember member;

    @BeforeEach
    void start() throws Exception {
        // A second in which nothing is refilled would make a test of the clock.
        var rates = TestGateway.rates(new Limits.Rate(1, BURST));
        var sizes = new Limits.Sizes(1_024, 4_096, BODY, 100, 100, 3);
        gateway = new TestGateway(folder, Limits.DEFAULT.with(rates).with(sizes));
        member =
                TestMember.behaving((request, out) -> {
                    seen.add(request);
                    bodies.add(request.body().length);
                    TestMember.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nreached");
                    return true;
                });
        gateway.routes(member);
    }

    @AfterEach
    void stop() throws Exception {
        member.close();
        gateway.close();
    }

    private HttpResponse<String> from(String address) throws Exception {
        var request = HttpRequest.newBuilder(gateway.uri("/"));
        return gateway.send(request.header("X-Forwarded-For", address));
    }

    @Test
    void a_body_that_says_it_is_too_large_is_refused_before_a_byte_of_it() throws Exception {
        String head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n";
        String answer = gateway.raw(head + "Content-Length: 1001\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 413 ").contains("1000 bytes");
        assertThat(seen).isEmpty();
        assertThat(gateway.client.metrics())
                .contains("belay_gateway_refused_total{limit=\"body_size\"} 1\n");
    }

    @Test
    void a_body_of_the_most_that_is_taken_passes() throws Exception {
        String body = "x".repeat(BODY);
        var request = HttpRequest.newBuilder(gateway.uri("/"));
        var answer = gateway.send(request.POST(BodyPublishers.ofString(body)));
        assertThat(answer.body()).isEqualTo("reached");
        assertThat(bodies.take()).isEqualTo(BODY);
    }

    @Test
    void a_body_in_chunks_is_cut_where_it_becomes_too_large() throws Exception {
        String answer =
                gateway.raw(
                        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "3e8\r\n"
                                + "x".repeat(BODY)
                                + "\r\n1\r\nx\r\n0\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 413 ");
        // The service sees that the request is not whole, and nothing after it on the connection.
        TestGateway.eventually("the member is let go", () -> member.open() == 0);
        assertThat(bodies).isEmpty();
    }

    @Test
    void http2_is_held_to_the_same_size() throws Exception {
        try (var client = new TestH2Client(gateway.port, new Http2Settings())) {
            var told = TestH2Client.head("POST", "/").add("content-length", "1001");
            var stream = client.stream().send(told, false).whole();
            assertThat(stream.status()).isEqualTo("413");
            var counted = client.stream().send(TestH2Client.head("POST", "/"), false);
            counted.data(new byte[BODY], false).data(new byte[1], false).whole();
            assertThat(counted.status()).isEqualTo("413");
            TestGateway.eventually("its rest is unwanted", () -> counted.reset() >= 0);
            assertThat(counted.reset()).isEqualTo(Http2Error.NO_ERROR.code());
            var whole = client.stream().send(TestH2Client.head("POST", "/"), false);
            assertThat(whole.data(new byte[BODY], true).whole().status()).isEqualTo("200");
        }
        TestGateway.eventually("all is over", () -> gateway.inFlight("v1").total() == 0);
    }

    @Test
    void a_client_over_its_rate_is_told_to_wait_and_others_are_served() throws Exception {
        for (int i = 0; i < BURST; i++) {
            assertThat(from("203.0.113.7").statusCode()).isEqualTo(200);
        }
        var refused = from("203.0.113.7");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        assertThat(refused.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(from("203.0.113.8").statusCode()).isEqualTo(200);
        assertThat(gateway.client.metrics())
                .contains("belay_gateway_refused_total{limit=\"client_requests\"} 1\n");
    }

    @Test
    void whoever_was_refused_keeps_the_connection() throws Exception {
        while (from("203.0.113.7").statusCode() != 429) {
            seen.clear();
        }
        try (Socket socket = gateway.connect()) {
            String named = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n";
            String last = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            TestMember.write(socket.getOutputStream(), named + last);
            assertThat(TestGateway.readAll(socket.getInputStream()))
                    .startsWith("HTTP/1.1 429 ")
                    .endsWith("reached");
        }
    }

    @Test
    void http2_is_held_to_the_same_rate() throws Exception {
        try (var client = new TestH2Client(gateway.port, new Http2Settings())) {
            for (int i = 0; i < BURST; i++) {
                var head = TestH2Client.get("/").add("x-forwarded-for", "203.0.113.7");
                assertThat(client.send(head).whole().status()).isEqualTo("200");
            }
            var head = TestH2Client.get("/").add("x-forwarded-for", "203.0.113.7");
            assertThat(client.send(head).whole().status()).isEqualTo("429");
            assertThat(client.send(TestH2Client.get("/")).whole().status()).isEqualTo("200");
        }
    }

    @Test
    void a_proxy_on_this_host_is_not_one_client() throws Exception {
        for (int i = 0; i < 3 * BURST; i++) {
            assertThat(gateway.get("/").statusCode()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.7, 203.0.113.7, true",
        // What comes before its own part, the client may have made up.
        "'1.2.3.4, 203.0.113.7', '5.6.7.8, 203.0.113.7', true",
        "203.0.113.7, 203.0.113.8, false",
        "2001:db8:1:2::7, 2001:db8:1:2:ffff::1, true",
        "2001:db8:1:2::7, 2001:db8:1:3::7, false",
        "::ffff:203.0.113.7, 203.0.113.7, true",
    })
    void a_client_is_an_address_and_in_ipv6_a_household(String one, String other, boolean same)
            throws Exception {
        var proxy = peer("127.0.0.1", false);
        long first = Visitor.of(proxy, new DefaultHttpHeaders().add("X-Forwarded-For", one));
        long second = Visitor.of(proxy, new DefaultHttpHeaders().add("X-Forwarded-For", other));
        assertThat(first).isNotEqualTo(Visitor.UNKNOWN);
        assertThat(first == second).isEqualTo(same);
    }

    @Test
    void nobody_but_a_proxy_on_this_host_is_believed_who_asks() throws Exception {
        var peer = peer("198.51.100.1", false);
        var lie = new DefaultHttpHeaders().add("X-Forwarded-For", "203.0.113.7");
        assertThat(Visitor.of(peer, lie)).isEqualTo(Visitor.of(peer));
        // From the host of a proxy elsewhere, not from ours.
        var told = peer("127.0.0.1", true);
        assertThat(Visitor.of(told, lie)).isEqualTo(Visitor.of(told)).isNotZero();
        var garbage = new DefaultHttpHeaders().add("X-Forwarded-For", "unknown");
        assertThat(Visitor.of(peer("::1", false), garbage)).isEqualTo(Visitor.UNKNOWN);
    }

    private static Peer peer(String address, boolean told) throws Exception {
        return new Peer(new InetSocketAddress(InetAddress.getByName(address), 1), told);
    }

    @Test
    void who_rested_may_come_again_as_often_as_the_rate_says() {
        var meters = new Meters();
        var rate = new Limits.Rate(10, 3);
        long now = System.nanoTime();
        for (int i = 0; i < 3; i++) {
            assertThat(meters.admit(7, rate, now)).isTrue();
        }
        assertThat(meters.admit(7, rate, now)).isFalse();
        long tenth = TimeUnit.MILLISECONDS.toNanos(100);
        assertThat(meters.admit(7, rate, now + tenth)).isTrue();
        assertThat(meters.admit(7, rate, now + tenth)).isFalse();
        assertThat(meters.admit(7, rate, now + 100 * tenth)).isTrue();
    }

    @Test
    void thousands_of_others_over_their_rate_do_not_use_up_that_of_one() {
        var meters = new Meters();
        var rate = new Limits.Rate(1, 2);
        long now = System.nanoTime();
        for (long other = 1; other <= 1_000; other++) {
            meters.admit(other, rate, now);
            meters.admit(other, rate, now);
        }
        int refused = 0;
        for (long one = 1_001; one <= 2_000; one++) {
            refused += meters.admit(one, rate, now) ? 0 : 1;
        }
        // Both cells shared with somebody: one in 270 (1000/16384, twice).
        assertThat(refused).isLessThan(40);
    }

    @Test
    void a_connection_ends_politely_after_its_last_request() throws Exception {
        String answers = gateway.raw("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(4));
        assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(4);
        assertThat(answers.split("[cC]onnection: close", -1)).hasSize(2);
    }
}
