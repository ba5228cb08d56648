package dev.belay.gateway;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Clients of every kind, polite and rude, each with a connection of its own and little haste.
/// Every one ends what it began before it begins anew, so that nothing is left when [#end] returns.
// Every line ends with CR and LF, which a text block would hide.
@SuppressWarnings("StringConcatToTextBlock")
final class SoakTraffic {
    /// Where the gateway listens.
    record Ports(int web, int calls, int site, int secure) {}

    /// One client's doings from the first to the last byte.
    private interface Doing {
        void once(Random random) throws Exception;
    }

    private static final int EXAMPLES_MAX = 20;
    private static final Duration HTTP_PATIENCE = Duration.ofSeconds(20);
    private static final Duration END_WITHIN = Duration.ofMinutes(1);
    private static final byte[] SOME = new byte[48 * 1024];
    private static final String GET = "GET %s HTTP/1.1\r\nHost: a\r\n\r\n";

    private final Ports ports;
    private final SSLContext trust;
    private final Duration pause;
    private final Map<String, Integer> done = new TreeMap<>();
    private final Map<String, Integer> failed = new TreeMap<>();
    private final List<String> examples = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;

    SoakTraffic(Ports ports, SSLContext trust, Duration pause) {
        this.ports = ports;
        this.trust = trust;
        this.pause = pause;
    }

    void begin(long seed) {
        over = false;
        threads.clear();
        Map<String, Doing> kinds =
                Map.ofEntries(
                        Map.entry("kept", this::kept),
                        Map.entry("pipelined", this::pipelined),
                        Map.entry("large", this::large),
                        Map.entry("upload", this::upload),
                        Map.entry("events", this::events),
                        Map.entry("websocket", this::webSocket),
                        Map.entry("http2", this::http2),
                        Map.entry("calls", this::calls),
                        Map.entry("websocket-http2", this::webSocketHttp2),
                        Map.entry("tls", this::tls),
                        Map.entry("tls-broken", this::brokenTls),
                        Map.entry("files", this::files),
                        Map.entry("refused", this::refused),
                        Map.entry("left", this::left),
                        Map.entry("cut", this::cut));
        kinds.forEach((name, doing) -> {
            var random = new Random(seed * 31 + name.hashCode());
            threads.add(Thread.startVirtualThread(() -> again(name, doing, random)));
        });
    }

    private void again(String name, Doing doing, Random random) {
        while (!over) {
            try {
                doing.once(random);
                count(done, name);
            } catch (InterruptedException _) {
                return;
            } catch (Exception | AssertionError e) {
                count(failed, name);
                synchronized (examples) {
                    if (examples.size() < EXAMPLES_MAX) {
                        examples.add(name + ": " + e);
                    }
                }
            }
            LockSupport.parkNanos(pause.toNanos());
        }
    }

    private static void count(Map<String, Integer> counts, String name) {
        synchronized (counts) {
            counts.merge(name, 1, Integer::sum);
        }
    }

    Map<String, Integer> done() {
        synchronized (done) {
            return new TreeMap<>(done);
        }
    }

    Map<String, Integer> failed() {
        synchronized (failed) {
            return new TreeMap<>(failed);
        }
    }

    List<String> examples() {
        synchronized (examples) {
            return List.copyOf(examples);
        }
    }

    /// Returns when the last client has ended.
    void end() throws InterruptedException {
        over = true;
        for (Thread one : threads) {
            if (!one.join(END_WITHIN)) {
                throw new IllegalStateException("a client does not come to its end");
            }
        }
    }

    // --- HTTP/1.1 -------------------------------------------------------------------------------

    private static Socket connect(int port) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) TestGateway.PATIENCE.toMillis());
        return socket;
    }

    /// Asks, and expects an answer that is whole.
    private static RawMessage ask(Socket socket, InputStream in, String request, int status)
            throws IOException {
        TestMember.write(socket.getOutputStream(), request);
        RawMessage answer = RawMessage.read(in, request.startsWith("HEAD "));
        while (answer.start().startsWith("HTTP/1.1 10")) {
            answer = RawMessage.read(in, false);
        }
        if (!answer.start().startsWith("HTTP/1.1 " + status + " ")) {
            throw new IOException(answer.start() + " for " + request.lines().findFirst());
        }
        return answer;
    }

    private static boolean closes(RawMessage answer) {
        return answer.fields().stream().anyMatch("connection: close"::equalsIgnoreCase);
    }

    private void kept(Random random) throws IOException {
        List<String> requests =
                List.of(
                        GET.formatted("/"),
                        GET.formatted("/hint"),
                        GET.formatted("/slow"),
                        GET.formatted("/until-close"),
                        "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
                        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
        try (Socket socket = connect(ports.web())) {
            var in = new BufferedInputStream(socket.getInputStream());
            for (int i = 0; i < 20 && !over; i++) {
                String request = requests.get(random.nextInt(requests.size()));
                if (closes(ask(socket, in, request, 200))) {
                    return;
                }
            }
        }
    }

    private void pipelined(Random random) throws IOException {
        int count = 1 + random.nextInt(8);
        try (Socket socket = connect(ports.web())) {
            var in = new BufferedInputStream(socket.getInputStream());
            TestMember.write(socket.getOutputStream(), GET.formatted("/").repeat(count));
            for (int i = 0; i < count; i++) {
                if (closes(RawMessage.read(in, false))) {
                    return;
                }
            }
        }
    }

    /// Reads late, and sometimes not to the end.
    private void large(Random random) throws IOException {
        String path = random.nextBoolean() ? "/large" : "/chunks";
        long leaves = random.nextInt(3) == 0 ? SoakMember.LARGE / 3 : SoakMember.LARGE;
        try (Socket socket = connect(ports.web())) {
            TestMember.write(socket.getOutputStream(), GET.formatted(path));
            byte[] some = new byte[16 * 1024];
            InputStream in = socket.getInputStream();
            long got = 0;
            while (got < leaves) {
                int count = in.read(some);
                if (count < 0) {
                    throw new IOException("ended after " + got + " bytes of " + path);
                }
                got += count;
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private void upload(Random random) throws IOException {
        boolean chunks = random.nextBoolean();
        int pieces = 1 + random.nextInt(20);
        int sent = random.nextInt(3) == 0 ? pieces / 2 : pieces;
        String framing =
                chunks ? "Transfer-Encoding: chunked" : "Content-Length: " + pieces * SOME.length;
        try (Socket socket = connect(ports.web())) {
            OutputStream out = socket.getOutputStream();
            TestMember.write(out, "POST / HTTP/1.1\r\nHost: a\r\n" + framing + "\r\n\r\n");
            for (int i = 0; i < sent; i++) {
                String size = Integer.toHexString(SOME.length) + "\r\n";
                TestMember.write(out, chunks ? size : "");
                out.write(SOME);
                TestMember.write(out, chunks ? "\r\n" : "");
            }
            if (sent < pieces) {
                return;
            }
            TestMember.write(out, chunks ? "0\r\n\r\n" : "");
            RawMessage answer = RawMessage.read(socket.getInputStream(), false);
            if (!answer.body().equals("got " + pieces * SOME.length)) {
                throw new IOException("it says " + answer.start() + " " + answer.body());
            }
        }
    }

    private void events(Random random) throws IOException {
        try (Socket socket = connect(ports.web())) {
            var in = new BufferedInputStream(socket.getInputStream());
            TestMember.write(socket.getOutputStream(), GET.formatted("/events"));
            if (random.nextInt(3) == 0) {
                in.readNBytes(200);
                return;
            }
            // A drain may end it between two events.
            if (!RawMessage.read(in, false).body().startsWith("data: 0\n\n")) {
                throw new IOException("not the events");
            }
        }
    }

    private void files(Random random) throws IOException {
        String range = "GET /site/large.bin HTTP/1.1\r\nHost: a\r\nRange: bytes=5-9\r\n\r\n";
        try (Socket socket = connect(ports.site())) {
            var in = new BufferedInputStream(socket.getInputStream());
            if (closes(ask(socket, in, GET.formatted("/site/index.html"), 200))) {
                return;
            }
            ask(socket, in, "HEAD /site/large.bin HTTP/1.1\r\nHost: a\r\n\r\n", 200);
            ask(socket, in, range, 206);
            ask(socket, in, GET.formatted("/site/none"), 404);
            if (random.nextBoolean()) {
                ask(socket, in, GET.formatted("/site/large.bin"), 200);
            } else {
                TestMember.write(socket.getOutputStream(), GET.formatted("/site/large.bin"));
                in.readNBytes(10_000);
            }
        }
    }

    private void refused(Random random) throws IOException {
        List<String> requests =
                List.of(
                        "GET / HTTP/1.1\r\n\r\n",
                        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\n",
                        "GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
                        "GET /x y HTTP/1.1\r\nHost: a\r\n\r\n",
                        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n");
        try (Socket socket = connect(ports.web())) {
            TestMember.write(
                    socket.getOutputStream(), requests.get(random.nextInt(requests.size())));
            String answer = TestGateway.readAll(socket.getInputStream());
            if (!answer.matches("(?s)HTTP/1.1 (400|501) .*")) {
                throw new IOException("not refused: " + answer);
            }
        }
    }

    /// Asks and goes, by a reset or an end.
    private void left(Random random) throws IOException {
        try (Socket socket = connect(ports.web())) {
            String whole = GET.formatted("/slow");
            int length = random.nextBoolean() ? whole.length() : random.nextInt(whole.length());
            TestMember.write(socket.getOutputStream(), whole.substring(0, length));
            if (random.nextBoolean()) {
                socket.setSoLinger(true, 0);
            }
        }
    }

    /// Its member breaks off; so must the gateway.
    private void cut(Random random) throws IOException {
        try (Socket socket = connect(ports.web())) {
            TestMember.write(socket.getOutputStream(), GET.formatted("/cut"));
            String answer;
            try {
                answer = TestGateway.readAll(socket.getInputStream());
            } catch (java.net.SocketException _) {
                return;
            }
            if (answer.length() > 1_000) {
                throw new IOException("more than was sent");
            }
        }
    }

    // --- HTTP/2, WebSockets, TLS ----------------------------------------------------------------

    private void http2(Random random) throws Exception {
        try (var client = new TestH2Client(ports.web(), new Http2Settings())) {
            TestH2Client.Stream small = client.send(TestH2Client.get("/"));
            TestH2Client.Stream large = client.send(TestH2Client.get("/chunks"));
            TestH2Client.Stream left = client.send(TestH2Client.get("/slow"));
            TestH2Client.Stream sent = client.stream().send(TestH2Client.head("POST", "/"), false);
            sent.data(SOME, true);
            if (random.nextBoolean()) {
                left.cancel();
            }
            whole(client, small, "200");
            whole(client, sent, "200");
            if (random.nextBoolean()) {
                whole(client, large, "200");
            }
        }
    }

    private static void whole(TestH2Client client, TestH2Client.Stream stream, String status)
            throws Exception {
        TestGateway.eventually(
                "it is answered",
                () -> stream.ended() || stream.reset() >= 0 || client.goAway() >= 0);
        if (stream.ended() && !stream.status().equals(status)) {
            throw new IOException("status " + stream.status());
        }
        if (!stream.ended() && client.goAway() < 0) {
            throw new IOException("reset with " + stream.reset());
        }
    }

    private void calls(Random random) throws Exception {
        try (var client = new TestH2Client(ports.calls(), new Http2Settings())) {
            for (int i = 0; i < 5; i++) {
                String method = random.nextInt(5) == 0 ? "/echo/fails" : "/echo/call";
                Http2Headers head =
                        TestH2Client.head("POST", method)
                                .add("content-type", "application/grpc")
                                .add("te", "trailers");
                TestH2Client.Stream call = client.stream().send(head, false);
                call.data(Arrays.copyOf(SOME, random.nextInt(1, 5_000)), false);
                call.data(Arrays.copyOf(SOME, random.nextInt(1, 5_000)), true);
                if (random.nextInt(4) == 0) {
                    call.cancel();
                } else {
                    call.whole();
                }
            }
        }
    }

    private void webSocketHttp2(Random random) throws Exception {
        try (var client = new TestH2Client(ports.web(), new Http2Settings())) {
            Http2Headers opening =
                    TestH2Client.head("CONNECT", "/chat")
                            .add(":protocol", "websocket")
                            .add("sec-websocket-version", "13");
            TestH2Client.Stream stream = client.stream().send(opening, false);
            byte[] frame = {(byte) 0x81, (byte) 0x82, 1, 2, 3, 4, 'h' ^ 1, 'i' ^ 2};
            stream.data(frame, false);
            TestGateway.eventually(
                    "it echoes", () -> stream.received() >= 4 || client.goAway() >= 0);
            if (random.nextBoolean()) {
                stream.cancel();
            }
        }
    }

    private void webSocket(Random random) throws Exception {
        var heard = new java.util.concurrent.LinkedBlockingQueue<String>();
        // Not closed: it would wait for a WebSocket whose other side is gone.
        HttpClient http = HttpClient.newHttpClient();
        try {
            WebSocket.Listener listener =
                    new WebSocket.Listener() {
                        @Override
                        public java.util.concurrent.@org.jspecify.annotations.Nullable
                                        CompletionStage<
                                        ?>
                                onText(WebSocket socket, CharSequence text, boolean last) {
                            heard.add(text.toString());
                            socket.request(1);
                            return null;
                        }

                        @Override
                        public @Nullable CompletionStage<?> onClose(
                                WebSocket socket, int code, String reason) {
                            heard.add("closed with " + code);
                            return null;
                        }
                    };
            URI at = URI.create("ws://127.0.0.1:" + ports.web() + "/chat");
            WebSocket socket =
                    http.newWebSocketBuilder().buildAsync(at, listener).get(10, TimeUnit.SECONDS);
            for (int i = 0; i < 10; i++) {
                socket.sendText("x".repeat(random.nextInt(1, 2_000)), true)
                        .get(10, TimeUnit.SECONDS);
                String answer = heard.poll(10, TimeUnit.SECONDS);
                if (answer == null) {
                    throw new IOException("no echo");
                }
                if (answer.startsWith("closed")) {
                    return;
                }
            }
            if (random.nextBoolean()) {
                socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
            }
            socket.abort();
        } finally {
            http.shutdownNow();
        }
    }

    private void tls(Random random) throws Exception {
        HttpClient.Version version =
                random.nextBoolean() ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1;
        try (HttpClient http = HttpClient.newBuilder().sslContext(trust).version(version).build()) {
            for (String path : List.of("/", "/site/index.html", "/large", "/site/large.bin")) {
                URI at = URI.create("https://localhost:" + ports.secure() + path);
                var request = HttpRequest.newBuilder(at).timeout(HTTP_PATIENCE);
                if (path.equals("/")) {
                    request.POST(HttpRequest.BodyPublishers.ofByteArray(SOME));
                }
                int status =
                        http.send(request.build(), HttpResponse.BodyHandlers.discarding())
                                .statusCode();
                if (status != 200) {
                    throw new IOException("status " + status + " for " + path + " by " + version);
                }
            }
            http.shutdownNow();
        }
    }

    /// Bytes at random, an end amid the first record, and plain HTTP.
    private void brokenTls(Random random) throws IOException {
        byte[] hello = {22, 3, 1, 0, 100, 1, 0, 0, 96, 3, 3};
        byte[] noise = new byte[200];
        random.nextBytes(noise);
        List<byte[]> starts = List.of(hello, noise, RawMessage.bytes(GET.formatted("/")));
        try (Socket socket = connect(ports.secure())) {
            OutputStream out = socket.getOutputStream();
            out.write(starts.get(random.nextInt(starts.size())));
            socket.shutdownOutput();
            try {
                socket.getInputStream().readAllBytes();
            } catch (java.net.SocketException _) {
                // It may be rude in turn.
            }
        }
    }
}
