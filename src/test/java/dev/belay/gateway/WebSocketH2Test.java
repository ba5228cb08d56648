package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// WebSockets of clients that speak HTTP/2 (RFC 8441) to members that speak HTTP/1.1.
// Every line ends with CR and LF, which a text block would hide.
@SuppressWarnings("StringConcatToTextBlock")
class WebSocketH2Test {
    private static final byte[] HELLO = {(byte) 0x81, (byte) 0x82, 1, 2, 3, 4, 'h' ^ 1, 'i' ^ 2};

    @TempDir private Path folder;
    private TestGateway gateway;
    private TestH2Client client;
    private final LinkedBlockingQueue<TestMember.Request> seen = new LinkedBlockingQueue<>();

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder, TestGateway.limits(TestGateway.PATIENCE, 1_000));
        // It listens from its first line on.
        gateway.routes();
        client = new TestH2Client(gateway.port, new Http2Settings());
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        gateway.close();
    }

    private static Http2Headers opening() {
        return TestH2Client.head("CONNECT", "/chat?room=1")
                .add(":protocol", "websocket")
                .add("sec-websocket-version", "13")
                .add("sec-websocket-protocol", "talk");
    }

    /// Switches, then sends back what it gets until the other side ends.
    private boolean echo(TestMember.Request request, OutputStream out) throws IOException {
        seen.add(request);
        String accept = WebSocketFrames.accept(request.header("sec-websocket-key"));
        TestMember.write(
                out,
                String.join(
                        "\r\n",
                        "HTTP/1.1 101 Switching Protocols",
                        "Upgrade: websocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Protocol: talk",
                        "Sec-WebSocket-Accept: " + accept,
                        "",
                        ""));
        request.in().transferTo(out);
        return false;
    }

    private static byte[] frame(int length) {
        byte[] payload = new byte[length];
        new Random(3).nextBytes(payload);
        return ByteBuffer.allocate(14 + length)
                .put((byte) 0x82)
                .put((byte) (0x80 | 127))
                .putLong(length)
                .putInt(0)
                .put(payload)
                .array();
    }

    @Test
    void it_is_opened_in_the_words_of_the_member_and_carries_both_ways() throws Exception {
        try (var member = TestMember.behaving(this::echo)) {
            gateway.routes(member);
            var stream = client.stream().send(opening(), false);
            TestGateway.eventually("it is open", () -> stream.status().equals("200"));
            var head = stream.heads.getFirst();
            assertThat(head.get("sec-websocket-protocol")).hasToString("talk");
            for (String name : new String[] {"sec-websocket-accept", "upgrade", "connection"}) {
                assertThat(head.contains(name)).as(name).isFalse();
            }
            var request = seen.take();
            assertThat(request.method() + " " + request.path()).isEqualTo("GET /chat?room=1");
            assertThat(request.header("upgrade")).isEqualTo("websocket");
            assertThat(request.header("connection")).isEqualToIgnoringCase("upgrade");
            assertThat(request.header("sec-websocket-version")).isEqualTo("13");
            assertThat(request.headers()).doesNotContainKey("transfer-encoding");

            stream.data(HELLO, false);
            TestGateway.eventually("it echoes", () -> stream.received() == HELLO.length);
            byte[] large = frame(3_000_000);
            for (int at = 0; at < large.length; at += 16_000) {
                stream.data(
                        Arrays.copyOfRange(large, at, Math.min(large.length, at + 16_000)), false);
            }
            TestGateway.eventually(
                    "all of it", () -> stream.received() == HELLO.length + large.length);
            byte[] body = stream.body();
            assertThat(Arrays.copyOfRange(body, HELLO.length, body.length)).isEqualTo(large);
            assertThat(gateway.inFlight("v1").tunnels()).isEqualTo(1);
            assertThat(gateway.inFlight("v1").requests()).isZero();

            // The client ends its side, the member hears it and ends too.
            stream.data(new byte[0], true);
            stream.whole();
            assertThat(stream.reset()).isIn(-1L, Http2Error.NO_ERROR.code());
            TestGateway.eventually("it is gone", () -> gateway.inFlight("v1").total() == 0);
        }
    }

    @Test
    void what_is_sent_ahead_of_the_switch_arrives() throws Exception {
        try (var member = TestMember.behaving(this::echo)) {
            gateway.routes(member);
            var stream = client.stream().send(opening(), false).data(HELLO, false);
            TestGateway.eventually("it echoes", () -> stream.received() == HELLO.length);
            assertThat(stream.body()).isEqualTo(HELLO);
            stream.cancel();
            TestGateway.eventually("hung up", () -> member.open() == 0);
            TestGateway.eventually("it is gone", () -> gateway.inFlight("v1").total() == 0);
        }
    }

    @Test
    void crumbs_sent_ahead_of_the_switch_arrive_too() throws Exception {
        var sent = new CountDownLatch(1);
        try (var member =
                TestMember.behaving((request, out) -> {
                    try {
                        sent.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    return echo(request, out);
                })) {
            gateway.routes(member);
            var stream = client.stream().send(opening(), false);
            byte[] all = frame(60_000);
            for (byte one : all) {
                stream.data(new byte[] {one}, false);
            }
            TestGateway.eventually("they are there", () -> stream.sent() == all.length);
            sent.countDown();
            TestGateway.eventually("it echoes", () -> stream.received() == all.length);
            assertThat(stream.body()).isEqualTo(all);
            assertThat(client.goAway()).isEqualTo(-1);
        }
    }

    @Test
    void it_ends_with_1012_when_its_revision_goes_and_others_of_the_connection_stay()
            throws Exception {
        try (var old = TestMember.behaving(this::echo);
                var fresh = TestMember.saying("fresh")) {
            gateway.routes(old);
            var stream = client.stream().send(opening(), false);
            TestGateway.eventually("it is open", () -> stream.status().equals("200"));
            gateway.routes(fresh.share("v2", 1));
            gateway.client.close(TestGateway.KEY, "v1", java.util.List.of());
            // A close frame of two bytes, 1012.
            TestGateway.eventually("it is told", () -> stream.received() >= 4);
            assertThat(stream.body()).startsWith(0x88, 2, 0x03, 0xF4);
            TestGateway.eventually("it is gone", () -> gateway.inFlight("v1").total() == 0);
            assertThat(client.send(TestH2Client.get("/")).whole().body())
                    .asString()
                    .isEqualTo("fresh");
        }
    }

    @Test
    void a_member_that_refuses_says_so_with_its_own_status() throws Exception {
        try (var member =
                TestMember.behaving((_, out) -> {
                    TestMember.write(out, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
                    return true;
                })) {
            gateway.routes(member);
            var stream = client.stream().send(opening(), false).data(HELLO, false).whole();
            assertThat(stream.status()).isEqualTo("403");
            assertThat(stream.body()).asString().isEqualTo("no");
        }
    }

    @Test
    void an_answer_that_is_no_switch_is_no_yes() throws Exception {
        try (var member = TestMember.saying("an ordinary page")) {
            gateway.routes(member);
            var stream = client.stream().send(opening(), false).whole();
            assertThat(stream.status()).isEmpty();
            assertThat(stream.reset()).isEqualTo(Http2Error.CONNECT_ERROR.code());
            TestGateway.eventually("it is gone", () -> gateway.inFlight("v1").total() == 0);
        }
    }

    @Test
    void a_switch_that_answers_another_key_is_none() throws Exception {
        try (var member =
                TestMember.behaving((request, out) -> {
                    TestMember.write(
                            out,
                            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                    + "Connection: Upgrade\r\nSec-WebSocket-Accept: other\r\n\r\n");
                    return request.in().read() >= 0;
                })) {
            gateway.routes(member);
            var stream = client.stream().send(opening(), false).whole();
            assertThat(stream.reset()).isEqualTo(Http2Error.CONNECT_ERROR.code());
            TestGateway.eventually("hung up", () -> member.open() == 0);
            TestGateway.eventually("it is gone", () -> gateway.inFlight("v1").total() == 0);
        }
    }

    @Test
    void a_frontend_switches_to_nothing_and_keeps_no_file_open() throws Exception {
        Path site = Files.createDirectory(folder.resolve("site"));
        Files.write(site.resolve("chat"), new byte[1_000_000]);
        gateway.routes(new Route.Share("v1", 1, new Route.Files(site)));
        long before = openFiles(site);
        for (int i = 0; i < 5; i++) {
            var stream = client.stream().send(opening(), false).whole();
            assertThat(stream.reset()).isEqualTo(Http2Error.CONNECT_ERROR.code());
        }
        TestGateway.eventually("all is over", () -> gateway.inFlight("v1").total() == 0);
        assertThat(openFiles(site)).isEqualTo(before);
    }

    /// Of this process, below a folder.
    private static long openFiles(Path folder) throws IOException {
        long count = 0;
        try (var all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path one : all) {
                try {
                    count += Files.readSymbolicLink(one).startsWith(folder) ? 1 : 0;
                } catch (IOException _) {
                    // It was closed meanwhile.
                }
            }
        }
        return count;
    }

    @Test
    void other_protocols_and_ends_at_once_are_refused() throws Exception {
        try (var member = TestMember.behaving(this::echo)) {
            gateway.routes(member);
            var other = TestH2Client.head("CONNECT", "/").add(":protocol", "connect-udp");
            assertThat(client.stream().send(other, false).whole().reset()).isPositive();
            assertThat(client.stream().send(opening(), true).whole().reset()).isPositive();
            var get = TestH2Client.get("/").add(":protocol", "websocket");
            assertThat(client.stream().send(get, false).whole().reset()).isPositive();
            assertThat(seen).isEmpty();
        }
    }
}
