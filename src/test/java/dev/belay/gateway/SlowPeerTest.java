package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/// Clients that take what they asked for slowly, in small steps, or not at all: what they are
/// given, and what they cost others.
// Every line ends with CR and LF, which a text block would hide.
@SuppressWarnings("StringConcatToTextBlock")
class SlowPeerTest {
    private static final int LARGE = 8_000_000;
    private static final int STEP = 64 * 1024;
    private static final int STEPS = 64;

    /// Longer than the grace of an ordinary end.
    private static final Duration PAUSE = Duration.ofMillis(2_600);

    private static final Duration SHORT = Duration.ofMillis(300);

    @TempDir private Path folder;

    private static boolean generous(TestMember.Request request, OutputStream out)
            throws IOException {
        if (request.path().equals("/small")) {
            return TestMember.say(request, out, "small");
        }
        TestMember.write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
        out.write(new byte[LARGE]);
        out.flush();
        return true;
    }

    private static TestMember generous() throws IOException {
        return TestMember.behaving(SlowPeerTest::generous);
    }

    /// A connection that takes little by itself, so that most of an answer waits at the gateway.
    private static Socket narrow(TestGateway gateway) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.setSoTimeout((int) TestGateway.PATIENCE.toMillis());
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port));
        return socket;
    }

    private static void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /// Sends an answer that is just larger than what the gateway holds for a client that takes
    /// nothing, so that its last part is written while others still wait.
    private static TestMember measured(Socket client, CountDownLatch through) throws IOException {
        return TestMember.behaving((_, out) -> {
            int size = client.getReceiveBufferSize() + 90_000;
            TestMember.write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
            out.write(new byte[size]);
            out.flush();
            through.countDown();
            return true;
        });
    }

    @Test
    void the_last_answer_of_a_connection_waits_for_a_slow_reader() throws Exception {
        var through = new CountDownLatch(1);
        try (var gateway = listening(new TestGateway(folder));
                Socket socket = narrow(gateway);
                var member = measured(socket, through)) {
            gateway.routes(member);
            TestMember.write(
                    socket.getOutputStream(),
                    "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            TestGateway.eventually("it is on its way", () -> over(gateway, through));
            pause(PAUSE);
            assertThat(TestGateway.readAll(socket.getInputStream()).length()).isGreaterThan(90_000);
        }
    }

    /// Of many sizes, so that for some of them the last bytes wait at the gateway.
    @Test
    void who_sends_no_more_after_its_request_still_gets_the_whole_answer() throws Exception {
        try (var gateway = listening(new TestGateway(folder));
                var member =
                        TestMember.behaving((request, out) -> {
                            int size = Integer.parseInt(request.path().substring(1));
                            String head = "HTTP/1.1 200 OK\r\nContent-Length: " + size;
                            TestMember.write(out, head + "\r\n\r\n");
                            out.write(new byte[size]);
                            out.flush();
                            return true;
                        })) {
            gateway.routes(member);
            List<Socket> clients = new ArrayList<>();
            for (int size = STEP; size <= STEPS * STEP; size += STEP) {
                Socket socket = narrow(gateway);
                clients.add(socket);
                String request = "GET /" + size + " HTTP/1.1\r\nHost: a\r\n\r\n";
                TestMember.write(socket.getOutputStream(), request);
            }
            stalled(gateway);
            for (Socket socket : clients) {
                socket.shutdownOutput();
            }
            pause(SHORT);
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Integer>> lengths = new ArrayList<>();
                for (Socket socket : clients) {
                    lengths.add(threads.submit(() -> lengthOf(socket)));
                }
                for (int i = 0; i < STEPS; i++) {
                    assertThat(lengths.get(i).get()).isGreaterThan((i + 1) * STEP);
                }
            }
        }
    }

    private static int lengthOf(Socket socket) throws IOException {
        try (socket) {
            return TestGateway.readAll(socket.getInputStream()).length();
        }
    }

    /// Waits until nothing moves any more.
    static void stalled(TestGateway gateway) throws Exception {
        var before = new AtomicReference<>("");
        TestGateway.eventually(
                "nothing moves",
                () -> {
                    String now =
                            gateway.client
                                    .metrics()
                                    .lines()
                                    .filter(line -> line.contains("bytes_total"))
                                    .collect(Collectors.joining());
                    pause(SHORT);
                    return now.equals(before.getAndSet(now));
                });
    }

    private static boolean over(TestGateway gateway, CountDownLatch through) throws Exception {
        return through.await(0, TimeUnit.SECONDS) && gateway.inFlight("v1").total() == 0;
    }

    @Test
    void room_given_in_small_steps_is_no_flood() throws Exception {
        try (var gateway = listening(new TestGateway(folder));
                var member = generous();
                Socket socket = gateway.connect()) {
            gateway.routes(member);
            var frames = new H2AbuseTest.Frames();
            byte[] get = {(byte) 0x82, (byte) 0x86, (byte) 0x84, 0x41, 1, 'a'};
            frames.add(1, 5, 1, get);
            socket.getOutputStream().write(frames.bytes());
            assertThat(takeInSteps(socket, 4_096)).isEqualTo(LARGE);
        }
    }

    /// Reads the answer of stream 1 and gives room, for the stream and for the connection, for each
    /// so many bytes alone.
    private static long takeInSteps(Socket socket, int step) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        OutputStream out = socket.getOutputStream();
        long taken = 0;
        long given = 0;
        while (true) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            in.readInt();
            in.skipNBytes(length);
            assertThat(type).as("neither reset nor sent away").isNotIn(3, 7);
            if (type == 0) {
                taken += length;
            }
            if (type == 0 && (flags & 1) != 0) {
                return taken;
            }
            for (; taken - given >= step; given += step) {
                var room = new byte[] {0, 0, (byte) (step >> 8), (byte) step};
                byte[] both = new byte[26];
                for (int i = 0; i < 2; i++) {
                    both[i * 13 + 2] = 4;
                    both[i * 13 + 3] = 8;
                    both[i * 13 + 8] = (byte) i;
                    System.arraycopy(room, 0, both, i * 13 + 9, 4);
                }
                out.write(both);
            }
        }
    }

    /// That a stream was given up waits behind what the client takes slowly, and is no reason to
    /// give up the others.
    @Test
    void a_stream_that_was_given_up_does_not_take_slow_ones_with_it() throws Exception {
        try (var gateway = listening(new TestGateway(folder));
                var member = generous();
                Socket socket = narrow(gateway)) {
            gateway.routes(member);
            byte[] get = {(byte) 0x82, (byte) 0x86, (byte) 0x84, 0x41, 1, 'a'};
            // The member answers it as an ordinary request, which is no yes.
            var wish = new ByteArrayOutputStream();
            wish.writeBytes(literal(2, "", "CONNECT"));
            wish.writeBytes(Arrays.copyOfRange(get, 1, get.length));
            wish.writeBytes(literal(0, ":protocol", "websocket"));
            wish.writeBytes(literal(0, "sec-websocket-version", "13"));
            var frames = new H2AbuseTest.Frames();
            frames.add(4, 0, 0, new byte[] {0, 4, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff});
            frames.add(8, 0, 0, new byte[] {0x7f, (byte) 0xff, 0, 0});
            frames.add(1, 5, 1, get);
            socket.getOutputStream().write(frames.bytes());
            stalled(gateway);
            var more = new H2AbuseTest.Frames().add(1, 4, 3, wish.toByteArray());
            byte[] bytes = more.bytes();
            int preface = 24 + 9;
            socket.getOutputStream().write(bytes, preface, bytes.length - preface);
            pause(PAUSE);
            assertThat(takeOf(socket, 1)).isEqualTo(LARGE);
        }
    }

    /// A field that is not indexed (RFC 7541 §6.2.2), its name by the static table or in full.
    private static byte[] literal(int index, String name, String value) {
        var field = new ByteArrayOutputStream();
        field.write(index);
        for (String one : index == 0 ? List.of(name, value) : List.of(value)) {
            field.write(one.length());
            field.writeBytes(one.getBytes(StandardCharsets.US_ASCII));
        }
        return field.toByteArray();
    }

    /// Reads to the end of one stream.
    private static long takeOf(Socket socket, int wanted) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        long taken = 0;
        while (true) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            in.skipNBytes(length);
            assertThat(type).as("not sent away").isNotEqualTo(7);
            if (type == 0 && stream == wanted) {
                taken += length;
                if ((flags & 1) != 0) {
                    return taken;
                }
            }
        }
    }

    @Test
    void slow_readers_do_not_hold_others_at_the_same_member_back() throws Exception {
        byte[] large = new byte[LARGE];
        try (var gateway = listening(new TestGateway(folder, Limits.DEFAULT, 1));
                var member =
                        TestH2Member.behaving(call -> {
                            call.head(TestH2Member.status(200), false);
                            call.data(call.path().equals("/small") ? new byte[1] : large, true);
                        })) {
            gateway.routes(member.share());
            List<Socket> slow = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Socket socket = narrow(gateway);
                slow.add(socket);
                TestMember.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(TestMember.line(socket.getInputStream())).endsWith("200 OK");
            }
            stalled(gateway);
            String small = "GET /small HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            assertThat(gateway.raw(small)).endsWith("0\r\n\r\n");
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private static void gone(TestGateway gateway) throws Exception {
        // The one that asks speaks through a socket of its own.
        TestGateway.eventually(
                "nothing is left of it",
                () -> gateway.client.metrics().contains("\nbelay_gateway_connections 0\n"));
    }

    /// It does from its first line on.
    private static TestGateway listening(TestGateway gateway) {
        gateway.routes();
        return gateway;
    }

    private static TestGateway hasty(Path folder) throws IOException {
        Limits short0 = TestGateway.limits(SHORT, 1_000);
        Limits.Times times = short0.times();
        return listening(
                new TestGateway(
                        folder,
                        short0.with(
                                new Limits.Times(
                                        times.requestHead(),
                                        times.keepAlive(),
                                        times.requestBody(),
                                        times.connect(),
                                        times.responseHead(),
                                        SHORT,
                                        times.tunnel(),
                                        times.halfClosed(),
                                        SHORT))));
    }

    @Test
    void a_tunnel_that_ended_does_not_wait_for_a_client_that_takes_nothing() throws Exception {
        try (var gateway = hasty(folder);
                var member = TestMember.behaving(SlowPeerTest::pourIntoTunnel);
                Socket socket = narrow(gateway)) {
            gateway.routes(member);
            TestMember.write(
                    socket.getOutputStream(),
                    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n");
            assertThat(TestMember.line(socket.getInputStream())).contains("101");
            stalled(gateway);
            gateway.client.close(TestGateway.KEY, "v1", List.of());
            gone(gateway);
        }
    }

    private static boolean pourIntoTunnel(TestMember.Request request, OutputStream out)
            throws IOException {
        TestMember.write(out, "HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n");
        out.write(new byte[5 * LARGE]);
        return request.in().read() >= 0;
    }

    @Test
    void a_connection_of_streams_does_not_outlive_its_time_because_nothing_is_taken()
            throws Exception {
        try (var gateway = hasty(folder);
                var member = generous();
                Socket socket = narrow(gateway)) {
            gateway.routes(member);
            byte[] get = {(byte) 0x82, (byte) 0x86, (byte) 0x84, 0x41, 1, 'a'};
            var frames = new H2AbuseTest.Frames();
            // All the room there is, for streams and for the connection.
            frames.add(4, 0, 0, new byte[] {0, 4, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff});
            frames.add(8, 0, 0, new byte[] {0x7f, (byte) 0xff, 0, 0});
            for (int stream = 1; stream < 20; stream += 2) {
                frames.add(1, 5, stream, get);
            }
            socket.getOutputStream().write(frames.bytes());
            TestGateway.eventually("asked", () -> gateway.inFlight("v1").total() > 0);
            gone(gateway);
        }
    }

    @Test
    void a_websocket_that_ended_does_not_wait_for_room_on_its_stream() throws Exception {
        try (var gateway = hasty(folder);
                var member =
                        TestMember.behaving((request, out) -> {
                            String key = request.header("sec-websocket-key");
                            TestMember.write(
                                    out,
                                    "HTTP/1.1 101 S\r\nConnection: Upgrade\r\n"
                                            + "Upgrade: websocket\r\nSec-WebSocket-Accept: "
                                            + WebSocketFrames.accept(key)
                                            + "\r\n\r\n");
                            out.write(new byte[100]);
                            return false;
                        });
                var client =
                        new TestH2Client(gateway.port, new Http2Settings().initialWindowSize(1))) {
            gateway.routes(member);
            client.stopTaking();
            var head =
                    TestH2Client.head("CONNECT", "/")
                            .add(":protocol", "websocket")
                            .add("sec-websocket-version", "13");
            var stream = client.stream().send(head, false).whole();
            assertThat(stream.reset()).isEqualTo(Http2Error.CANCEL.code());
        }
    }

    @Test
    void a_client_that_is_too_slow_is_not_held_against_the_member() throws Exception {
        try (var gateway = hasty(folder);
                var member = generous();
                Socket socket = narrow(gateway)) {
            gateway.routes(member);
            TestMember.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            TestGateway.eventually("asked", () -> gateway.inFlight("v1").total() > 0);
            TestGateway.eventually("cut", () -> gateway.inFlight("v1").total() == 0);
            assertThat(gateway.client.metrics()).contains("revision=\"v1\",kind=\"timeout\"} 0\n");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void a_file_that_was_not_taken_to_its_end_was_not_sent(int version) throws Exception {
        Path site = Files.createDirectory(folder.resolve("site"));
        Files.write(site.resolve("large.bin"), new byte[50_000_000]);
        try (var gateway = hasty(folder);
                Socket socket = narrow(gateway)) {
            gateway.routes(new Route.Share("v1", 1, new Route.Files(site)));
            gateway.client.log(JsonMapper.shared().readTree("{\"on\": true}"));
            try (var client =
                    new TestH2Client(gateway.port, new Http2Settings().initialWindowSize(1_000))) {
                client.stopTaking();
                if (version == 2) {
                    client.send(TestH2Client.get("/large.bin"));
                } else {
                    String request = "GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n";
                    TestMember.write(socket.getOutputStream(), request);
                }
                TestGateway.eventually("asked", () -> gateway.inFlight("v1").total() > 0);
                TestGateway.eventually("cut", () -> gateway.inFlight("v1").total() == 0);
            }
            Path log = gateway.options().folder().resolve("access.jsonl");
            TestGateway.eventually(
                    "it is written down",
                    () -> Files.exists(log) && Files.readString(log).endsWith("\n"));
            assertThat(Files.readString(log)).contains("large.bin").doesNotContain("complete");
        }
    }
}
