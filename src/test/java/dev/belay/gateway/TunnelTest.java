package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What stays open for long: WebSockets, other protocols, event streams; and how it ends politely.
// Every line ends with CR and LF, which a text block would hide.
@SuppressWarnings("StringConcatToTextBlock")
class TunnelTest {
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    @TempDir private Path folder;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder, TestGateway.limits(TestGateway.PATIENCE, 1_000));
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    @Test
    void a_websocket_carries_small_and_large_messages_both_ways() throws Exception {
        try (var member = TestMember.behaving(TunnelTest::webSocketEcho)) {
            gateway.routes(member);
            var listener = new Listener();
            WebSocket socket = open(listener);
            for (int size : List.of(1, 125, 126, 60_000, 70_000, 1_000_000)) {
                socket.sendText("x".repeat(size), true).join();
                assertThat(listener.next()).hasSize(size);
            }
            assertThat(gateway.inFlight("v1").tunnels()).isEqualTo(1);
            assertThat(gateway.inFlight("v1").requests()).isZero();
            socket.abort();
            TestGateway.eventually("it is gone", () -> gateway.inFlight("v1").total() == 0);
        }
    }

    @Test
    void websockets_outlive_a_cutover_and_end_with_1012_when_asked() throws Exception {
        try (var old = TestMember.behaving(TunnelTest::webSocketEcho);
                var fresh = TestMember.saying("fresh")) {
            gateway.routes(old);
            var listeners = new ArrayList<Listener>();
            var sockets = new ArrayList<WebSocket>();
            for (int i = 0; i < 100; i++) {
                var listener = new Listener();
                listeners.add(listener);
                sockets.add(open(listener));
            }
            gateway.routes(fresh.share("v2", 1));
            assertThat(gateway.inFlight("v1").tunnels()).isEqualTo(100);
            sockets.getFirst().sendText("still open", true).join();
            assertThat(listeners.getFirst().next()).isEqualTo("still open");
            gateway.client.close(TestGateway.KEY, "v1", List.of());
            for (Listener listener : listeners) {
                int code = listener.closed.get(10, TimeUnit.SECONDS);
                assertThat(code).isEqualTo(1012);
            }
            TestGateway.eventually("v1 drained", () -> gateway.inFlight("v1").total() == 0);
            TestGateway.eventually("hung up", () -> old.open() == 0);
        }
    }

    private static Route.Share only(TestMember member, String id) {
        return new Route.Share("v1", 1, new Route.Members(List.of(member.member(id))));
    }

    @Test
    void only_the_websockets_of_the_members_that_go_are_told() throws Exception {
        try (var goes = TestMember.behaving(TunnelTest::webSocketEcho);
                var stays = TestMember.behaving(TunnelTest::webSocketEcho)) {
            gateway.routes(only(goes, "one"));
            var told = new Listener();
            open(told);
            gateway.routes(only(stays, "two"));
            var spared = new Listener();
            WebSocket socket = open(spared);

            gateway.client.close(TestGateway.KEY, "v1", List.of("one"));

            assertThat(told.closed.get(10, TimeUnit.SECONDS)).isEqualTo(1012);
            socket.sendText("still open", true).join();
            assertThat(spared.next()).isEqualTo("still open");
            socket.abort();
        }
    }

    @Test
    void a_websocket_whose_client_ignores_the_close_is_cut_after_the_grace() throws Exception {
        try (var member = TestMember.behaving(TunnelTest::webSocketEcho);
                Socket socket = deaf(member)) {
            gateway.client.close(TestGateway.KEY, "v1", List.of());
            byte[] rest = socket.getInputStream().readAllBytes();
            assertThat(rest).startsWith((byte) 0x88, (byte) 2, (byte) (1012 >> 8), (byte) 1012);
            TestGateway.eventually("v1 drained", () -> gateway.inFlight("v1").total() == 0);
        }
    }

    @Test
    void the_close_frame_waits_for_the_end_of_the_frame_under_way() throws Exception {
        var go = new LinkedBlockingQueue<byte[]>();
        try (var member =
                        TestMember.behaving((request, out) -> {
                            accept(request, out);
                            for (byte[] next = take(go); next.length > 0; next = take(go)) {
                                out.write(next);
                                out.flush();
                            }
                            return request.in().read() >= 0;
                        });
                Socket socket = deaf(member)) {
            InputStream in = socket.getInputStream();
            go.add(new byte[] {(byte) 0x82, 4, 'a', 'b'});
            assertThat(in.readNBytes(4)).endsWith((byte) 'a', (byte) 'b');
            gateway.client.close(TestGateway.KEY, "v1", List.of());
            go.add(new byte[] {'c', 'd', (byte) 0x82, 1, 'z'});
            assertThat(in.readNBytes(6)).containsExactly('c', 'd', 0x88, 2, 1012 >> 8, (byte) 1012);
            go.add(new byte[0]);
        }
    }

    @Test
    void any_other_protocol_passes_with_half_closes() throws Exception {
        try (var member =
                TestMember.behaving((request, out) -> {
                    TestMember.write(
                            out,
                            "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\nfirst;");
                    byte[] all = request.in().readAllBytes();
                    out.write(
                            new String(all, StandardCharsets.US_ASCII)
                                    .toUpperCase(java.util.Locale.ROOT)
                                    .getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                    return false;
                })) {
            gateway.routes(member);
            try (Socket socket = gateway.connect()) {
                TestMember.write(
                        socket.getOutputStream(),
                        "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: shout\r\n\r\n");
                InputStream in = socket.getInputStream();
                while (!TestMember.line(in).isEmpty()) {
                    // The head.
                }
                TestMember.write(socket.getOutputStream(), "half closed");
                socket.shutdownOutput();
                assertThat(TestGateway.readAll(in)).isEqualTo("first;HALF CLOSED");
            }
            TestGateway.eventually("it is gone", () -> gateway.inFlight("v1").total() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Upgrade: h2c",
                "Upgrade: H2C",
                "Upgrade: websocket, h2c",
                "Upgrade: websocket\r\nUpgrade:\th2c ",
                "Upgrade: HTTP/2.0",
                "Upgrade: h2",
                "Upgrade: h2c-14",
                "Upgrade: HTTP2",
                "Upgrade: TLS/1.2"
            })
    void another_version_of_http_is_no_way_out_of_it(String wish) throws Exception {
        // A member that would switch: nobody may get there.
        try (var member =
                TestMember.behaving((request, out) -> {
                    boolean asked =
                            request.headers()
                                    .keySet()
                                    .toString()
                                    .matches("(?i).*(upgrade|http2-settings).*");
                    return TestMember.say(request, out, asked ? "asked" : "an answer");
                })) {
            gateway.routes(member);
            String answer =
                    gateway.raw(
                            "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\n"
                                    + wish
                                    + "\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 200 ").contains("an answer");
        }
    }

    @Test
    void a_refused_upgrade_is_an_ordinary_answer() throws Exception {
        try (var member = TestMember.saying("no upgrade here")) {
            gateway.routes(member);
            String answer =
                    gateway.raw(
                            "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
                                    + "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(answer.split("no upgrade here", -1)).hasSize(3);
        }
    }

    @Test
    void events_arrive_as_they_are_sent_and_the_stream_ends_between_two() throws Exception {
        var go = new LinkedBlockingQueue<byte[]>();
        try (var member =
                TestMember.behaving((request, out) -> {
                    TestMember.write(
                            out,
                            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                    + "Transfer-Encoding: chunked\r\n\r\n");
                    for (byte[] next = take(go); next.length > 0; next = take(go)) {
                        TestMember.write(out, Integer.toHexString(next.length) + "\r\n");
                        out.write(next);
                        TestMember.write(out, "\r\n");
                    }
                    return request.in().read() >= 0;
                })) {
            gateway.routes(member);
            try (Socket socket = gateway.connect()) {
                TestMember.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                InputStream in = socket.getInputStream();
                go.add("data: 1\n\ndata: 2".getBytes(StandardCharsets.US_ASCII));
                String seen = "";
                while (!seen.endsWith("data: 2")) {
                    seen += (char) in.read();
                }
                gateway.client.close(TestGateway.KEY, "v1", List.of());
                go.add("2\n\ndata: 3\n\n".getBytes(StandardCharsets.US_ASCII));
                String rest = TestGateway.readAll(in);
                assertThat(rest).contains("2\n\n").endsWith("0\r\n\r\n").doesNotContain("data: 3");
                TestGateway.eventually("drained", () -> gateway.inFlight("v1").total() == 0);
                go.add(new byte[0]);
            }
        }
    }

    @Test
    void an_idle_event_stream_ends_at_once_when_asked() throws Exception {
        try (var member =
                TestMember.behaving((request, out) -> {
                    TestMember.write(
                            out,
                            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n"
                                    + "data: 1\r\n\r\n");
                    return request.in().read() >= 0;
                })) {
            gateway.routes(member);
            try (Socket socket = gateway.connect()) {
                TestMember.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                String seen = "";
                while (!seen.contains("data: 1\r\n\r\n")) {
                    seen += (char) socket.getInputStream().read();
                }
                gateway.client.close(TestGateway.KEY, "v1", List.of());
                assertThat(TestGateway.readAll(socket.getInputStream())).endsWith("0\r\n\r\n");
            }
        }
    }

    /// A connection that did the WebSocket handshake and then says nothing.
    private Socket deaf(TestMember member) throws IOException {
        gateway.routes(member);
        Socket socket = gateway.connect();
        TestMember.write(
                socket.getOutputStream(),
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
        while (!TestMember.line(socket.getInputStream()).isEmpty()) {
            // The head.
        }
        return socket;
    }

    private WebSocket open(Listener listener) {
        return gateway.http()
                .newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + gateway.port + "/socket"), listener)
                .join();
    }

    private static byte[] take(BlockingQueue<byte[]> queue) {
        try {
            return queue.take();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void accept(TestMember.Request request, OutputStream out) throws IOException {
        try {
            byte[] key =
                    (request.header("sec-websocket-key") + ACCEPT_SUFFIX)
                            .getBytes(StandardCharsets.US_ASCII);
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(key);
            TestMember.write(
                    out,
                    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                            + "Upgrade: websocket\r\nSec-WebSocket-Accept: "
                            + Base64.getEncoder().encodeToString(hash)
                            + "\r\n\r\n");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Sends every frame back unmasked, and answers a close with a close.
    static boolean webSocketEcho(TestMember.Request request, OutputStream out) throws IOException {
        accept(request, out);
        InputStream in = request.in();
        for (int first = in.read(); first >= 0; first = in.read()) {
            int length = in.read() & 0x7F;
            byte[] extended = in.readNBytes(length == 126 ? 2 : length == 127 ? 8 : 0);
            long size = length;
            if (extended.length > 0) {
                size = new java.math.BigInteger(1, extended).longValueExact();
            }
            byte[] mask = in.readNBytes(4);
            byte[] payload = in.readNBytes((int) size);
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= mask[i % 4];
            }
            out.write(first);
            out.write(length);
            out.write(extended);
            out.write(payload);
            out.flush();
            if ((first & 0xF) == 8) {
                return false;
            }
        }
        return false;
    }

    private static final class Listener implements WebSocket.Listener {
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final StringBuilder parts = new StringBuilder();

        String next() throws InterruptedException {
            return String.valueOf(messages.poll(10, TimeUnit.SECONDS));
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence data, boolean last) {
            parts.append(data);
            if (last) {
                messages.add(parts.toString());
                parts.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.completeExceptionally(error);
        }
    }
}
