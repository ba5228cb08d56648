package dev.belay.gateway;

import static dev.belay.gateway.TestGateway.KEY;
import static dev.belay.gateway.TestGateway.PATIENCE;
import static dev.belay.gateway.TestGateway.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.gateway.handover.Relay;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One gateway process takes the place of another.
class HandOverTest {
    private static final int EXIT_SECONDS = 60;

    /// The number of the message by which a successor says that it has the sockets.
    private static final int GOT = 7;

    @TempDir private Path folder;

    private Path state;
    private GatewayClient client;
    private int port;
    private long token;

    @BeforeEach
    void free_port() throws Exception {
        state = folder.resolve("gw");
        client = new GatewayClient(state.resolve("gateway.sock"), PATIENCE);
        port = TestGateway.freePort();
    }

    @AfterEach
    void nothing_is_left() throws Exception {
        if (Files.isDirectory(state)) {
            try (var files = Files.list(state)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .noneMatch(name -> name.startsWith("gw.") || name.startsWith("up."));
            }
        }
    }

    private void publish(TestMember member, String revision) {
        assertThat(client.publish(route(member, revision)))
                .isInstanceOf(PublishReply.Published.class);
    }

    private Route route(TestMember member, String revision) {
        var check = new HealthCheck.Tcp(Duration.ofSeconds(2));
        return new Route(KEY, ++token, port, List.of(member.share(revision, 1)), check);
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    private static void ask(Socket socket) throws IOException {
        TestMember.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    /// Head and body of an answer with a length.
    private static String answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        var head = new StringBuilder();
        int length = 0;
        for (String line = TestMember.line(in); !line.isEmpty(); line = TestMember.line(in)) {
            head.append(line).append('\n');
            if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length: ")) {
                length = Integer.parseInt(line.substring("content-length: ".length()));
            }
        }
        return head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private long total() throws IOException {
        long total = 0;
        for (JsonNode line : client.counts().path("revisions")) {
            for (JsonNode count : line.path("answers")) {
                total += count.asLong();
            }
        }
        return total;
    }

    private long pid() throws IOException {
        return client.about().orElseThrow().pid();
    }

    private List<Long> predecessors() throws IOException {
        return client.about().orElseThrow().predecessors();
    }

    @Test
    void a_successor_serves_on_the_same_ports_and_totals_do_not_go_back() throws Exception {
        try (var member = TestMember.saying("hello");
                var first = RunningGateway.in(state)) {
            publish(member, "v1");
            try (var kept = connect()) {
                ask(kept);
                assertThat(answer(kept)).endsWith("hello").doesNotContain("close");
                try (var second = RunningGateway.in(state, "--take-over")) {
                    assertThat(pid()).isEqualTo(second.pid());
                    assertThat(predecessors()).containsExactly(first.pid());
                    assertThat(total()).isEqualTo(1);
                    assertThat(client.metrics()).contains("class=\"2xx\"} 1\n");
                    // Its connection is not cut; its answer says that it should come anew.
                    ask(kept);
                    assertThat(answer(kept)).endsWith("hello").contains("connection: close");
                    assertThat(kept.getInputStream().read()).isEqualTo(-1);
                    assertThat(total()).isEqualTo(2);
                    assertThat(first.endsWithin(EXIT_SECONDS)).isTrue();
                    assertThat(first.process().exitValue()).isZero();
                    assertThat(predecessors()).isEmpty();
                    assertThat(total()).isEqualTo(2);
                    try (var fresh = connect()) {
                        ask(fresh);
                        assertThat(answer(fresh)).endsWith("hello").doesNotContain("close");
                    }
                    assertThat(total()).isEqualTo(3);
                    publish(member, "v2");
                }
            }
        }
    }

    @Test
    void what_is_still_in_the_predecessor_follows_the_table_and_is_counted_in_flight()
            throws Exception {
        var go = new CountDownLatch(1);
        try (var slow =
                        TestMember.behaving((request, out) -> {
                            await(go);
                            return TestMember.say(request, out, "slow");
                        });
                var fast = TestMember.saying("fast");
                var first = RunningGateway.in(state)) {
            publish(slow, "v1");
            try (var busy = connect();
                    var idle = connect()) {
                ask(busy);
                eventually("the request is under way", () -> inFlight("v1") == 1);
                try (var second = RunningGateway.in(state, "--take-over")) {
                    assertThat(pid()).isEqualTo(second.pid());
                    assertThat(inFlight("v1")).isEqualTo(1);
                    publish(fast, "v2");
                    assertThat(inFlight("v1")).isEqualTo(1);
                    ask(idle);
                    assertThat(answer(idle)).endsWith("fast");
                    go.countDown();
                    assertThat(answer(busy)).endsWith("slow");
                    assertThat(first.endsWithin(EXIT_SECONDS)).isTrue();
                    assertThat(inFlight("v1")).isZero();
                    assertThat(total()).isEqualTo(2);
                }
            }
        }
    }

    @Test
    void http2_is_told_where_to_stop_and_what_came_before_is_answered() throws Exception {
        var go = new CountDownLatch(1);
        try (var slow =
                        TestMember.behaving((request, out) -> {
                            await(go);
                            return TestMember.say(request, out, "slow");
                        });
                var first = RunningGateway.in(state)) {
            publish(slow, "v1");
            try (var h2 = new TestH2Client(port, Http2Settings.defaultSettings())) {
                TestH2Client.Stream stream = h2.send(TestH2Client.get("/"));
                eventually("the request is under way", () -> inFlight("v1") == 1);
                try (var second = RunningGateway.in(state, "--take-over")) {
                    eventually("it is told", () -> h2.goAway() == 0);
                    assertThat(pid()).isEqualTo(second.pid());
                    assertThat(inFlight("v1")).isEqualTo(1);
                    go.countDown();
                    assertThat(stream.whole().status()).isEqualTo("200");
                    assertThat(stream.body()).asString().isEqualTo("slow");
                    assertThat(h2.closedSoon()).isTrue();
                    assertThat(first.endsWithin(EXIT_SECONDS)).isTrue();
                }
            }
        }
    }

    @Test
    void a_websocket_goes_on_in_the_predecessor_and_ends_when_the_successor_is_asked_to()
            throws Exception {
        var heard = new LinkedBlockingQueue<String>();
        var closed = new CompletableFuture<Integer>();
        try (var echo = TestMember.behaving(TunnelTest::webSocketEcho);
                var first = RunningGateway.in(state);
                var http = HttpClient.newHttpClient()) {
            publish(echo, "v1");
            WebSocket socket =
                    http.newWebSocketBuilder()
                            .buildAsync(
                                    URI.create("ws://127.0.0.1:" + port + "/"),
                                    new Ears(heard, closed))
                            .join();
            try (var second = RunningGateway.in(state, "--take-over")) {
                assertThat(pid()).isEqualTo(second.pid());
                socket.sendText("still", true).join();
                assertThat(heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("still");
                assertThat(inFlight("v1")).isEqualTo(1);
                assertThat(client.close(KEY, "v1", List.of())).isNotEmpty();
                assertThat(closed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1012);
                assertThat(first.endsWithin(EXIT_SECONDS)).isTrue();
                assertThat(inFlight("v1")).isZero();
            }
        }
    }

    @Test
    void a_predecessor_that_hangs_keeps_everybody_from_an_answer_until_it_is_ended()
            throws Exception {
        try (var member = TestMember.saying("hello");
                var first = RunningGateway.in(state)) {
            publish(member, "v1");
            try (var kept = connect();
                    var second = RunningGateway.in(state, "--take-over")) {
                assertThat(predecessors()).containsExactly(first.pid());
                signal("STOP", first);
                assertThatThrownBy(() -> client.inFlight(KEY))
                        .hasMessageContaining("kill " + first.pid());
                assertThat(client.publish(route(member, "v2")))
                        .isInstanceOf(PublishReply.Unreachable.class);
                first.kill();
                assertThat(client.inFlight(KEY)).isNotEmpty();
                assertThat(predecessors()).isEmpty();
                publish(member, "v2");
                assertThat(pid()).isEqualTo(second.pid());
                assertThat(kept.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    private static void signal(String name, RunningGateway gateway) throws Exception {
        var kill = new ProcessBuilder("kill", "-" + name, Long.toString(gateway.pid()));
        assertThat(kill.inheritIO().start().waitFor()).isZero();
    }

    /// A client's side of a WebSocket.
    private record Ears(LinkedBlockingQueue<String> heard, CompletableFuture<Integer> closed)
            implements WebSocket.Listener {
        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence text, boolean last) {
            heard.add(text.toString());
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code);
            return null;
        }
    }

    @Test
    void a_successor_may_die_after_any_message_and_the_predecessor_serves_on() throws Exception {
        try (var member = TestMember.saying("hello");
                var first = RunningGateway.in(state)) {
            publish(member, "v1");
            try (var kept = connect()) {
                for (int number = 1; number < Relay.MESSAGES; number++) {
                    var second = new AtomicReference<RunningGateway>();
                    Runnable kill = () -> second.get().kill();
                    try (var relay = new Relay(state.resolve("upgrade.sock"), number, kill)) {
                        second.set(RunningGateway.begun(state, "--take-over"));
                        relay.await();
                    }
                    ask(kept);
                    assertThat(answer(kept))
                            .as("after message %d", number)
                            .endsWith("hello")
                            .doesNotContain("close");
                    assertServes(member, first, "after message " + number);
                }
            }
        }
    }

    @Test
    void a_predecessor_may_die_after_any_message_and_the_successor_serves_on() throws Exception {
        RunningGateway present = RunningGateway.in(state);
        try (var member = TestMember.saying("hello")) {
            publish(member, "v1");
            for (int number = 1; number <= Relay.MESSAGES; number++) {
                RunningGateway before = present;
                var relay = new Relay(state.resolve("upgrade.sock"), number, before::kill);
                RunningGateway successor = RunningGateway.begun(state, "--take-over");
                present = successor;
                relay.await();
                if (number > GOT) {
                    // The ports were never closed: whoever comes now is served in a moment.
                    try (var socket = connect()) {
                        ask(socket);
                        assertThat(answer(socket)).endsWith("hello");
                    }
                }
                assertThat(successor.ready()).as(successor.said()).isTrue();
                assertServes(member, successor, "after message " + number);
                relay.discard();
            }
        } finally {
            present.kill();
        }
    }

    @Test
    void who_asks_while_a_place_is_taken_back_is_answered() throws Exception {
        Files.createDirectories(state);
        Path socket = state.resolve("gateway.sock");
        SocketDoor.listen(socket, 1).close();
        var back = new CompletableFuture<AdminServer>();
        try (var before = SocketDoor.listen(Predecessors.socket(state, 1), 16)) {
            Thread.startVirtualThread(() -> {
                try {
                    // It comes back when somebody has looked for it, and not before.
                    before.accept().close();
                    back.complete(
                            new AdminServer(
                                    socket, (_, _, _) -> AdminApi.Answer.json(200, about())));
                } catch (IOException e) {
                    back.completeExceptionally(e);
                }
            });
            assertThat(pid()).isEqualTo(7);
        } finally {
            back.get(10, TimeUnit.SECONDS).close();
            Files.delete(Predecessors.socket(state, 1));
        }
        assertThatThrownBy(this::pid).isInstanceOf(IOException.class);
    }

    private static ObjectNode about() {
        return RouteJson.MAPPER.createObjectNode().put("pid", 7);
    }

    private void assertServes(TestMember member, RunningGateway gateway, String when)
            throws Exception {
        try (var fresh = connect()) {
            ask(fresh);
            assertThat(answer(fresh)).as(when).endsWith("hello").doesNotContain("close");
        }
        assertThat(pid()).as(when).isEqualTo(gateway.pid());
        assertThat(predecessors()).as(when).isEmpty();
        publish(member, "v1");
    }

    private int inFlight(String revision) throws IOException {
        return client.inFlight(KEY).stream()
                .filter(one -> one.revision().equals(revision))
                .mapToInt(GatewayClient.InFlight::total)
                .sum();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
