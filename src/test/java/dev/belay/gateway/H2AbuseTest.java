package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Clients that use HTTP/2 to make work or to hold room, frame by frame. Each ends by a limit, and
/// the next client is served.
class H2AbuseTest {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int PRIORITY = 2;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GO_AWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;
    private static final int UNKNOWN = 200;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final byte[] NONE = {};

    /// `:method` POST or GET, `:scheme` http, `:path` /, `:authority` a, by the static table.
    private static final byte[] POST = {(byte) 0x83, (byte) 0x86, (byte) 0x84, 0x41, 1, 'a'};

    private static final byte[] GET = {(byte) 0x82, (byte) 0x86, (byte) 0x84, 0x41, 1, 'a'};

    @TempDir private Path folder;
    private TestGateway gateway;
    private TestMember member;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder);
        member = TestMember.behaving((request, out) -> TestMember.say(request, out, "reached"));
        gateway.routes(member);
    }

    @AfterEach
    void stop() throws Exception {
        member.close();
        gateway.close();
    }

    /// What a client sends after its preface.
    static final class Frames {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(bytes);

        Frames() throws IOException {
            out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            add(SETTINGS, 0, 0, NONE);
        }

        Frames add(int type, int flags, int stream, byte[] payload) throws IOException {
            out.writeByte(payload.length >> 16);
            out.writeShort(payload.length);
            out.writeByte(type);
            out.writeByte(flags);
            out.writeInt(stream);
            out.write(payload);
            return this;
        }

        Frames times(int count, int type, int flags, int stream, byte[] payload)
                throws IOException {
            for (int i = 0; i < count; i++) {
                add(type, flags, stream, payload);
            }
            return this;
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }
    }

    /// Frames, or as many as could be made.
    interface Attack {
        Frames frames() throws IOException;
    }

    private static Arguments attack(String what, Http2Error ends, Attack attack) {
        return Arguments.of(what, ends, attack);
    }

    static Stream<Arguments> attacks() {
        var calm = Http2Error.ENHANCE_YOUR_CALM;
        byte[] one = {0, 0, 0, 1};
        byte[] most = {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff};
        return Stream.of(
                attack("pings", calm, () -> new Frames().times(5_000, PING, 0, 0, new byte[8])),
                attack("settings", calm, () -> new Frames().times(5_000, SETTINGS, 0, 0, NONE)),
                attack(
                        "priorities",
                        calm,
                        () -> new Frames().times(5_000, PRIORITY, 0, 5, new byte[5])),
                attack(
                        "windows by drops",
                        calm,
                        () -> new Frames().times(5_000, WINDOW_UPDATE, 0, 0, one)),
                attack(
                        "frames that nobody knows",
                        calm,
                        () -> new Frames().times(5_000, UNKNOWN, 0, 0, NONE)),
                attack(
                        "headers without an end",
                        calm,
                        () ->
                                new Frames()
                                        .add(HEADERS, END_STREAM, 1, GET)
                                        .times(5_000, CONTINUATION, 0, 1, NONE)),
                attack(
                        "headers beyond their size",
                        Http2Error.PROTOCOL_ERROR,
                        H2AbuseTest::largeHeaders),
                attack(
                        "bodies of nothing",
                        calm,
                        () ->
                                new Frames()
                                        .add(HEADERS, END_HEADERS, 1, POST)
                                        .times(5_000, DATA, 0, 1, NONE)),
                attack(
                        "a window larger than there is",
                        Http2Error.FLOW_CONTROL_ERROR,
                        () -> new Frames().times(2, WINDOW_UPDATE, 0, 0, most)),
                attack(
                        "a window by nothing",
                        Http2Error.PROTOCOL_ERROR,
                        () -> new Frames().add(WINDOW_UPDATE, 0, 0, new byte[4])),
                attack("streams that we must reset", calm, H2AbuseTest::madeToReset),
                attack("more streams than allowed", calm, H2AbuseTest::tooMany));
    }

    private static Frames largeHeaders() throws IOException {
        var frames = new Frames().add(HEADERS, END_STREAM, 1, GET);
        var field = new ByteArrayOutputStream();
        // x: 10 000 bytes, never indexed; the length by seven bits (RFC 7541 §5.1).
        field.writeBytes(new byte[] {0x10, 1, 'x', 0x7f, (byte) 0x91, 0x4d});
        field.writeBytes("y".repeat(10_000).getBytes(StandardCharsets.US_ASCII));
        return frames.times(200, CONTINUATION, 0, 1, field.toByteArray());
    }

    /// CVE-2025-8671: the client breaks a rule on each stream, so that the reset is ours.
    private static Frames madeToReset() throws IOException {
        var frames = new Frames();
        for (int stream = 1; stream < 8_000; stream += 2) {
            frames.add(HEADERS, END_HEADERS | END_STREAM, stream, GET);
            frames.add(WINDOW_UPDATE, 0, stream, new byte[4]);
        }
        return frames;
    }

    private static Frames tooMany() throws IOException {
        var frames = new Frames();
        for (int stream = 1; stream < 8_000; stream += 2) {
            frames.add(HEADERS, END_HEADERS, stream, POST);
        }
        return frames;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void ends_and_nobody_else_notices(String what, Http2Error ends, Attack attack)
            throws Exception {
        try (Socket socket = gateway.connect()) {
            byte[] bytes = attack.frames().bytes();
            Thread.startVirtualThread(() -> send(socket, bytes));
            // It may be cut before it reads why.
            assertThat(goAway(socket)).isIn(-1L, ends.code());
        }
        TestGateway.eventually("all is over", () -> gateway.inFlight("v1").total() == 0);
        assertThat(gateway.get("/").body()).isEqualTo("reached");
    }

    private static void send(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException _) {
            // It was cut.
        }
    }

    /// Reads to the end of the connection.
    ///
    /// @return the error code of a GOAWAY on the way, or -1
    private static long goAway(Socket socket) {
        long code = -1;
        try {
            var in = new DataInputStream(socket.getInputStream());
            while (true) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                in.skipNBytes(5);
                if (type == GO_AWAY) {
                    in.readInt();
                    code = in.readInt();
                    length -= 8;
                }
                in.skipNBytes(length);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the connection was kept", e);
        } catch (IOException _) {
            return code;
        }
    }

    @Test
    void an_entry_of_the_header_table_named_a_thousand_times_is_too_large() throws Exception {
        var block = new ByteArrayOutputStream();
        block.writeBytes(GET);
        // x: 4 000 bytes into the dynamic table, then named by one byte each.
        block.writeBytes(new byte[] {0x40, 1, 'x', 0x7f, (byte) 0xa1, 0x1e});
        block.writeBytes("y".repeat(4_000).getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 1_000; i++) {
            block.write(0xbe);
        }
        try (Socket socket = gateway.connect()) {
            var frames =
                    new Frames().add(HEADERS, END_HEADERS | END_STREAM, 1, block.toByteArray());
            send(socket, frames.bytes());
            socket.shutdownOutput();
            goAway(socket);
        }
        assertThat(gateway.client.metrics())
                .contains("revision=\"v1\",class=\"2xx\"} 0\n")
                .doesNotContain("revision=\"v1\",class=\"2xx\"} 1\n");
        assertThat(gateway.get("/").body()).isEqualTo("reached");
    }

    @Test
    void pings_and_windows_that_traffic_needs_are_no_flood() throws Exception {
        try (var client = new TestH2Client(gateway.port, new Http2Settings())) {
            for (int i = 0; i < 3_000; i++) {
                client.ping();
                assertThat(client.send(TestH2Client.get("/")).whole().status()).isEqualTo("200");
            }
            assertThat(client.goAway()).isEqualTo(-1);
        }
    }

    @Test
    void one_more_request_than_allowed_at_once_is_refused_and_may_be_sent_again() throws Exception {
        try (var hanging = TestMember.behaving((request, _) -> request.in().read() >= 0)) {
            gateway.routes(hanging);
            var frames = new Frames();
            for (int stream = 1; stream <= 257; stream += 2) {
                frames.add(HEADERS, END_HEADERS | END_STREAM, stream, GET);
            }
            try (Socket socket = gateway.connect()) {
                send(socket, frames.bytes());
                assertThat(firstReset(socket))
                        .isEqualTo("stream 257: " + Http2Error.REFUSED_STREAM.code());
                TestGateway.eventually(
                        "the others go on", () -> gateway.inFlight("v1").requests() == 128);
            }
        }
        TestGateway.eventually("all is over", () -> gateway.inFlight("v1").total() == 0);
    }

    private static String firstReset(Socket socket) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        while (true) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            in.skipNBytes(1);
            int stream = in.readInt();
            if (type == RST_STREAM) {
                return "stream " + stream + ": " + in.readInt();
            }
            in.skipNBytes(length);
        }
    }

    private TestGateway paced(Limits.Pace body, Limits.Pace answer) throws Exception {
        var rates = new Limits.Rates(Limits.Rates.DEFAULT.requests(), body, answer);
        return new TestGateway(folder.resolve("paced"), Limits.DEFAULT.with(rates));
    }

    @Test
    void a_window_that_never_opens_does_not_hold_an_answer() throws Exception {
        var pace = new Limits.Pace(1_000, Duration.ofMillis(300));
        try (var paced = paced(Limits.Rates.DEFAULT.body(), pace)) {
            paced.routes(member);
            try (var client =
                    new TestH2Client(paced.port, new Http2Settings().initialWindowSize(1))) {
                client.stopTaking();
                var stream = client.send(TestH2Client.get("/")).whole();
                assertThat(stream.reset()).isEqualTo(Http2Error.CANCEL.code());
            }
            TestGateway.eventually("all is over", () -> paced.inFlight("v1").total() == 0);
        }
    }

    @Test
    void a_body_that_drips_is_answered_with_408_and_a_call_both_ways_is_not() throws Exception {
        var pace = new Limits.Pace(1_000, Duration.ofMillis(300));
        try (var paced = paced(pace, Limits.Rates.DEFAULT.answer());
                var speaker = TestH2Member.behaving(call -> call.say("reached"))) {
            paced.routes(speaker.share());
            try (var client = new TestH2Client(paced.port, new Http2Settings())) {
                var head = TestH2Client.head("POST", "/").add("content-type", "application/grpc");
                var call = client.stream().send(head, false);
                var drip = client.stream().send(TestH2Client.head("POST", "/"), false);
                TestGateway.eventually(
                        "it is told",
                        () -> {
                            drip.data(new byte[1], false);
                            return !drip.status().isEmpty();
                        });
                assertThat(drip.status()).isEqualTo("408");
                assertThat(call.data(new byte[1], true).whole().status()).isEqualTo("200");
            }
        }
    }
}
