package dev.belay.gateway;

import static dev.belay.gateway.TestGateway.KEY;
import static dev.belay.gateway.TestGateway.PATIENCE;
import static dev.belay.gateway.TestGateway.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A component is held: who comes waits, within bounds, and goes on when it is opened.
class HoldTest {
    private static final long ROOM = 1L << 20;
    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir private Path folder;

    private TestGateway gateway;

    /// What members were asked, in order.
    private final List<String> asked = new CopyOnWriteArrayList<>();

    /// Bytes of the largest body that a member got.
    private final AtomicInteger largest = new AtomicInteger();

    @BeforeEach
    void start() throws IOException {
        // One loop: order is a promise of each.
        gateway = new TestGateway(folder, Limits.DEFAULT, 1);
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
    }

    private TestMember member(String name) throws IOException {
        return TestMember.behaving((request, out) -> {
            asked.add(request.path());
            byte[] body = request.body();
            largest.accumulateAndGet(body.length, Math::max);
            String text = name + " " + body.length;
            TestMember.write(
                    out, "HTTP/1.1 200 OK\r\nContent-Length: " + text.length() + "\r\n\r\n" + text);
            return true;
        });
    }

    private void hold(int atMost, long bytes, Duration age) {
        changed(gateway.client.shut(KEY, new Door.Hold(0, atMost, bytes, age)));
    }

    private static void changed(PublishReply reply) {
        assertThat(reply).isInstanceOf(PublishReply.Published.class);
    }

    private static GatewayClient.ShutDoor door(GatewayClient client) throws IOException {
        return Objects.requireNonNull(client.doors().get(KEY));
    }

    private void open() {
        changed(gateway.client.open(KEY));
    }

    /// Somebody who speaks HTTP/2, once there is a port for it.
    private TestH2Client h2(Route.Share share) throws InterruptedException {
        gateway.routes(share);
        return new TestH2Client(gateway.port, Http2Settings.defaultSettings());
    }

    private CompletableFuture<HttpResponse<String>> coming(HttpRequest.Builder request) {
        return gateway.http()
                .sendAsync(request.timeout(LONG).build(), HttpResponse.BodyHandlers.ofString());
    }

    private CompletableFuture<HttpResponse<String>> coming(String path) {
        return coming(HttpRequest.newBuilder(gateway.uri(path)));
    }

    private HttpRequest.Builder post(int bytes) {
        return HttpRequest.newBuilder(gateway.uri("/body"))
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[bytes]));
    }

    /// Waits until so many wait.
    private void waiting(int count) throws Exception {
        eventually(count + " wait", () -> told("waiting") == count);
    }

    private long told(String what) throws IOException {
        return gateway.client.counts().path("doors").path(0).path(what).asLong();
    }

    // --- waiting and going on -------------------------------------------------------------------

    @Test
    void requests_wait_are_at_no_instance_and_go_on_in_order() throws Exception {
        try (var member = member("one")) {
            gateway.routes(member);
            hold(100, ROOM, LONG);
            var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
            for (int i = 0; i < 20; i++) {
                answers.add(coming("/" + i));
                waiting(i + 1);
            }
            assertThat(gateway.inFlight("v1").total()).isZero();
            assertThat(asked).isEmpty();
            assertThat(door(gateway.client).waiting()).isEqualTo(20);
            assertThat(gateway.client.metrics())
                    .contains("held_requests{environment=\"test\",component=\"web\"} 20\n");

            open();

            for (var answer : answers) {
                assertThat(answer.join().statusCode()).isEqualTo(200);
            }
            assertThat(told("released")).isEqualTo(20);
            assertThat(told("waiting")).isZero();
            assertThat(gateway.client.doors()).isEmpty();
            assertThat(gateway.get("/after").statusCode()).isEqualTo(200);
        }
    }

    /// Over one connection to a member, so that the order in which they were sent is seen.
    @Test
    void order_is_kept_beyond_one_turn_and_over_http2() throws Exception {
        int many = WaitingRoom.PER_TURN * 3;
        try (var member =
                        TestH2Member.behaving(call -> {
                            asked.add(call.path());
                            call.say("h2");
                        });
                var h2 = h2(member.share());
                var more = h2(member.share())) {
            hold(1_000, ROOM, LONG);
            var streams = new ArrayList<TestH2Client.Stream>();
            for (int i = 0; i < many; i++) {
                streams.add((i % 2 == 0 ? h2 : more).send(TestH2Client.get("/" + i)));
                waiting(i + 1);
            }
            open();
            for (var stream : streams) {
                assertThat(stream.whole().status()).isEqualTo("200");
            }
            assertThat(asked)
                    .containsExactlyElementsOf(
                            IntStream.range(0, many).mapToObj(i -> "/" + i).toList());
        }
    }

    @Test
    void a_websocket_is_opened_after_the_wait() throws Exception {
        try (var member = TestMember.behaving(TunnelTest::webSocketEcho)) {
            gateway.routes(member);
            hold(100, ROOM, LONG);
            var heard = new CompletableFuture<String>();
            CompletableFuture<WebSocket> socket =
                    gateway.http()
                            .newWebSocketBuilder()
                            .buildAsync(
                                    URI.create("ws://127.0.0.1:" + gateway.port + "/"),
                                    new WebSocket.Listener() {
                                        @Override
                                        public CompletionStage<?> onText(
                                                WebSocket from, CharSequence text, boolean last) {
                                            heard.complete(text.toString());
                                            return CompletableFuture.completedStage(null);
                                        }
                                    });
            waiting(1);
            assertThat(socket).isNotDone();
            open();
            socket.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).sendText("hello", true).join();
            assertThat(heard.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("hello");
        }
    }

    @Test
    void tunnels_and_requests_under_way_go_on() throws Exception {
        var go = new CompletableFuture<Void>();
        try (var member =
                TestMember.behaving((request, out) -> {
                    go.join();
                    return TestMember.say(request, out, "done");
                })) {
            gateway.routes(member);
            var before = coming("/before");
            eventually("it is under way", () -> gateway.inFlight("v1").requests() == 1);
            hold(100, ROOM, LONG);
            var after = coming("/after");
            waiting(1);
            go.complete(null);
            assertThat(before.join().body()).isEqualTo("done");
            assertThat(after).isNotDone();
            eventually("the instance is free", () -> gateway.inFlight("v1").total() == 0);
            open();
            assertThat(after.join().body()).isEqualTo("done");
        }
    }

    // --- bounds ---------------------------------------------------------------------------------

    @Test
    void one_too_many_is_told_to_come_back() throws Exception {
        try (var member = member("one")) {
            gateway.routes(member);
            var settings = JsonMapper.shared().readTree("{\"on\": true, \"sample\": 1}");
            assertThat(gateway.client.log(settings).problems()).isEmpty();
            hold(1, ROOM, LONG);
            var first = coming("/first");
            waiting(1);
            HttpResponse<String> second = gateway.get("/second");
            assertThat(second.statusCode()).isEqualTo(503);
            assertThat(second.headers().firstValue("Retry-After")).contains("5");
            assertThat(second.body()).contains("1 requests wait already");
            assertThat(told("count")).isEqualTo(1);
            assertThat(gateway.client.metrics()).contains("outcome=\"count\"} 1\n");
            open();
            assertThat(first.join().statusCode()).isEqualTo(200);
            eventually("both are in the log", () -> log().size() == 2);
            JsonNode refused = log().getFirst();
            assertThat(refused.path("why").asString()).contains("held");
            assertThat(refused.path("component").asString()).isEqualTo("web");
            assertThat(log().getLast().path("waitedMicros").asLong()).isPositive();
        }
    }

    private List<JsonNode> log() throws IOException {
        Path file = gateway.options().folder().resolve("access.jsonl");
        return Files.exists(file)
                ? Files.readAllLines(file).stream()
                        .map(line -> JsonMapper.shared().readTree(line))
                        .toList()
                : List.of();
    }

    @Test
    void who_waits_too_long_is_told_to_come_back_and_the_hold_stays() throws Exception {
        try (var member = member("one")) {
            gateway.routes(member);
            hold(10, ROOM, Duration.ofMillis(100));
            HttpResponse<String> late = gateway.get("/late");
            assertThat(late.statusCode()).isEqualTo(503);
            assertThat(late.headers().firstValue("Retry-After")).contains("5");
            assertThat(told("age")).isEqualTo(1);
            assertThat(told("waiting")).isZero();
            try (var h2 = new TestH2Client(gateway.port, Http2Settings.defaultSettings())) {
                var stream = h2.send(TestH2Client.get("/late")).whole();
                assertThat(stream.status()).isEqualTo("503");
                assertThat(stream.heads.getFirst().get("retry-after")).hasToString("5");
            }
            assertThat(gateway.client.doors()).containsKey(KEY);
            assertThat(asked).isEmpty();
            open();
            assertThat(gateway.get("/").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_small_body_is_kept_and_one_beyond_the_budget_is_refused() throws Exception {
        try (var member = member("one")) {
            gateway.routes(member);
            hold(10, 10_000, LONG);
            var small = coming(post(6_000));
            waiting(1);
            eventually("it is kept", () -> told("kept") == 6_000);
            HttpResponse<String> large = coming(post(6_000)).join();
            assertThat(large.statusCode()).isEqualTo(503);
            assertThat(large.body()).contains("bodies");
            var none = coming("/none");
            waiting(2);
            open();
            assertThat(small.join().body()).isEqualTo("one 6000");
            assertThat(none.join().statusCode()).isEqualTo(200);
            assertThat(told("kept")).isZero();
        }
    }

    /// Nobody says 100 while it waits, and that is no reason to call its client slow.
    @Test
    void who_waits_to_be_asked_for_its_body_waits_on() throws Exception {
        // Longer than the second after which a silent member is spoken for.
        var pace = new Limits.Pace(1_000, Duration.ofMillis(1_600));
        var rates =
                new Limits.Rates(
                        Limits.Rates.DEFAULT.requests(), pace, Limits.Rates.DEFAULT.answer());
        try (var member = member("one");
                var hasty = new TestGateway(folder.resolve("hasty"), Limits.DEFAULT.with(rates))) {
            hasty.routes(member);
            changed(hasty.client.shut(KEY, new Door.Hold(0, 10, ROOM, LONG)));
            var request =
                    HttpRequest.newBuilder(hasty.uri("/body"))
                            .expectContinue(true)
                            .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[6_000]));
            var answer =
                    hasty.http().sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
            try (var drip = hasty.connect()) {
                // Is called slow as soon as clients are looked at for that.
                TestMember.write(
                        drip.getOutputStream(),
                        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx");
                assertThat(TestMember.line(drip.getInputStream())).contains("408");
            }
            changed(hasty.client.open(KEY));
            assertThat(answer.get(10, TimeUnit.SECONDS).body()).isEqualTo("one 6000");
        }
    }

    /// What would be for another protocol is not kept for it.
    @Test
    void a_websocket_that_sends_ahead_does_not_wait() throws Exception {
        try (var member = member("one");
                var client = h2(member.share("v1", 1))) {
            hold(10, ROOM, LONG);
            var head =
                    TestH2Client.head("CONNECT", "/")
                            .add(":protocol", "websocket")
                            .add("sec-websocket-version", "13");
            var stream = client.stream().send(head, false);
            waiting(1);
            stream.data(new byte[10], false).whole();
            assertThat(stream.reset()).isEqualTo(Http2Error.ENHANCE_YOUR_CALM.code());
            waiting(0);
        }
    }

    @Test
    void a_body_larger_than_the_budget_waits_with_its_client() throws Exception {
        int size = 8 << 20;
        try (var member = member("one");
                var h2 = h2(member.share("v1", 1))) {
            hold(10, ROOM, LONG);
            var large =
                    coming(
                            HttpRequest.newBuilder(gateway.uri("/large"))
                                    .POST(
                                            HttpRequest.BodyPublishers.ofInputStream(() ->
                                                    new ByteArrayInputStream(new byte[size]))));
            waiting(1);
            eventually("all is granted", () -> told("kept") == ROOM);
            // Nothing is left for another; one without a body may wait.
            assertThat(coming(post(10)).join().statusCode()).isEqualTo(503);
            var none = h2.send(TestH2Client.get("/none"));
            waiting(2);
            assertThat(large).isNotDone();
            open();
            assertThat(large.join().body()).isEqualTo("one " + size);
            assertThat(none.whole().status()).isEqualTo("200");
            assertThat(told("kept")).isZero();
        }
    }

    @Test
    void a_large_body_over_http2_waits_too_and_arrives_whole() throws Exception {
        int chunk = 16_000;
        int chunks = 200;
        try (var member = member("one");
                var h2 = h2(member.share("v1", 1))) {
            hold(10, ROOM, LONG);
            var stream = h2.stream().send(TestH2Client.head("POST", "/large"), false);
            for (int i = 0; i < chunks; i++) {
                stream.data(new byte[chunk], i == chunks - 1);
            }
            waiting(1);
            eventually("all is granted", () -> told("kept") == ROOM);
            assertThat(asked).isEmpty();
            open();
            assertThat(stream.whole().status()).isEqualTo("200");
            assertThat(largest).hasValue(chunk * chunks);
        }
    }

    @Test
    void who_waits_is_no_reason_to_refuse_others() throws Exception {
        gateway.close();
        var load = new Limits.Load(3, Duration.ofSeconds(10), 100, 1);
        gateway = new TestGateway(folder, Limits.DEFAULT.with(load), 1);
        try (var member = member("one");
                var h2 = h2(member.share("v1", 1))) {
            hold(10, ROOM, LONG);
            var streams = new ArrayList<TestH2Client.Stream>();
            for (int i = 0; i < 6; i++) {
                streams.add(h2.send(TestH2Client.get("/" + i)));
            }
            waiting(6);
            for (int i = 0; i < 3; i++) {
                streams.get(i).cancel();
            }
            waiting(3);
            open();
            for (var stream : streams.subList(3, 6)) {
                assertThat(stream.whole().status()).isEqualTo("200");
            }
            assertThat(gateway.get("/").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void files_wait_too() throws Exception {
        Path root = Files.createDirectory(folder.resolve("site"));
        Files.writeString(root.resolve("index.html"), "page");
        gateway.routes(new Route.Share("v1", 1, new Route.Files(root)));
        hold(10, ROOM, LONG);
        var page = coming("/");
        waiting(1);
        open();
        assertThat(page.join().body()).isEqualTo("page");
        assertThat(gateway.get("/index.html").body()).isEqualTo("page");
    }

    // --- who leaves -----------------------------------------------------------------------------

    @Test
    void a_client_that_leaves_is_forgotten() throws Exception {
        try (var member = member("one");
                var h2 = h2(member.share("v1", 1))) {
            hold(10, ROOM, LONG);
            Socket reset = ask("GET /reset HTTP/1.1\r\nHost: a\r\n\r\n");
            Socket hungUp = ask("GET /fin HTTP/1.1\r\nHost: a\r\n\r\n");
            Socket amidBody =
                    ask("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nsome");
            var stream = h2.send(TestH2Client.get("/cancelled"));
            waiting(4);
            reset.setSoLinger(true, 0);
            reset.close();
            hungUp.close();
            amidBody.close();
            stream.cancel();
            waiting(0);
            assertThat(told("left")).isEqualTo(4);
            assertThat(told("kept")).isZero();
            open();
            assertThat(gateway.get("/last").statusCode()).isEqualTo(200);
            assertThat(asked).containsExactly("/last");
        }
    }

    private Socket ask(String request) throws IOException {
        Socket socket = gateway.connect();
        TestMember.write(socket.getOutputStream(), request);
        return socket;
    }

    // --- the table ------------------------------------------------------------------------------

    @Test
    void releases_go_on_behind_the_door() throws Exception {
        try (var old = member("old");
                var fresh = member("fresh")) {
            gateway.routes(old);
            hold(10, ROOM, LONG);
            var one = coming("/");
            waiting(1);
            gateway.routes(fresh.share("v2", 1));
            assertThat(one).isNotDone();
            assertThat(gateway.client.doors()).containsKey(KEY);
            open();
            assertThat(one.join().body()).startsWith("fresh");
        }
    }

    @Test
    void who_waits_for_a_component_that_goes_is_let_go() throws Exception {
        try (var member = member("one")) {
            gateway.routes(member);
            hold(10, ROOM, LONG);
            var one = coming("/");
            waiting(1);
            changed(gateway.client.remove(KEY, gateway.nextToken()));
            assertThat(one.join().statusCode()).isEqualTo(503);
            assertThat(gateway.client.doors()).isEmpty();
        }
    }

    @Test
    void who_waits_when_maintenance_begins_is_told_so() throws Exception {
        try (var member = member("one")) {
            gateway.routes(member);
            hold(10, ROOM, LONG);
            var one = coming("/");
            waiting(1);
            changed(
                    gateway.client.shut(
                            KEY,
                            new Door.Maintenance(0, Duration.ofMinutes(1), List.of(), "", "")));
            assertThat(one.join().statusCode()).isEqualTo(503);
            assertThat(one.join().headers().firstValue("Retry-After")).contains("60");
        }
    }

    @Test
    void a_hold_survives_a_restart() throws Exception {
        try (var member = member("one")) {
            gateway.routes(member);
            hold(10, ROOM, LONG);
            gateway.restart();
            var one = coming("/");
            waiting(1);
            assertThat(door(gateway.client).door()).isEqualTo(new Door.Hold(0, 10, ROOM, LONG));
            open();
            assertThat(one.join().statusCode()).isEqualTo(200);
            gateway.restart();
            assertThat(gateway.get("/").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void opening_under_load_costs_no_request() throws Exception {
        try (var member = member("one")) {
            gateway.routes(member);
            var answers = new CopyOnWriteArrayList<CompletableFuture<HttpResponse<String>>>();
            var more = new AtomicInteger(1_500);
            var clients = new ArrayList<Thread>();
            for (int i = 0; i < 8; i++) {
                clients.add(
                        Thread.startVirtualThread(() -> {
                            while (more.decrementAndGet() >= 0) {
                                var answer = coming("/");
                                answers.add(answer);
                                answer.join();
                            }
                        }));
            }
            while (more.get() > 0) {
                hold(1_000, ROOM, LONG);
                eventually("some wait", () -> told("waiting") > 0 || more.get() <= 0);
                open();
            }
            for (Thread client : clients) {
                client.join();
            }
            assertThat(answers).hasSize(1_500);
            assertThat(answers).allMatch(answer -> answer.join().statusCode() == 200);
        }
    }

    // --- words ----------------------------------------------------------------------------------

    @Test
    void a_wish_without_sense_changes_nothing() throws Exception {
        assertThat(gateway.client.open(KEY)).isInstanceOf(PublishReply.Malformed.class);
        try (var member = member("one")) {
            gateway.routes(member);
            Map<String, Door> wrong =
                    Map.of(
                            "atMost", new Door.Hold(0, 0, ROOM, LONG),
                            "bytes", new Door.Hold(0, 1, -1, LONG),
                            "ageMillis", new Door.Hold(0, 1, ROOM, Duration.ofDays(1)));
            wrong.forEach((what, door) ->
                    assertThat(gateway.client.shut(KEY, door))
                            .isInstanceOfSatisfying(
                                    PublishReply.Malformed.class,
                                    no ->
                                            assertThat(no.problems())
                                                    .singleElement()
                                                    .satisfies(problem ->
                                                            assertThat(problem.message())
                                                                    .contains(what))));
            for (String body : List.of("{}", "[]", "7", "{\"hold\":{},\"maintenance\":{}}")) {
                assertThat(gateway.client.exchange("PUT", "/doors/" + KEY, body).status())
                        .isEqualTo(422);
            }
            assertThat(gateway.client.doors()).isEmpty();
        }
    }

    @Test
    void a_hand_over_loses_nobody_who_waits() throws Exception {
        Path state = folder.resolve("process");
        var client = new GatewayClient(state.resolve("gateway.sock"), PATIENCE);
        int port = TestGateway.freePort();
        try (var member = member("one");
                var first = RunningGateway.in(state)) {
            var check = new HealthCheck.Tcp(Duration.ofSeconds(2));
            changed(client.publish(new Route(KEY, 1, port, List.of(member.share("v1", 1)), check)));
            changed(client.shut(KEY, new Door.Hold(0, 10, ROOM, LONG)));
            URI uri = URI.create("http://127.0.0.1:" + port + "/");
            var before = coming(HttpRequest.newBuilder(uri));
            try (var h2 = new TestH2Client(port, Http2Settings.defaultSettings())) {
                var stream = h2.send(TestH2Client.get("/h2"));
                eventually("two wait", () -> door(client).waiting() == 2);
                try (var second = RunningGateway.in(state, "--take-over")) {
                    assertThat(client.about().orElseThrow().pid()).isEqualTo(second.pid());
                    var after = coming(HttpRequest.newBuilder(uri));
                    eventually("all wait", () -> door(client).waiting() == 3);
                    assertThat(before).isNotDone();
                    changed(client.open(KEY));
                    assertThat(before.join().statusCode()).isEqualTo(200);
                    assertThat(stream.whole().status()).isEqualTo("200");
                    assertThat(after.join().statusCode()).isEqualTo(200);
                    assertThat(first.endsWithin(60)).isTrue();
                    JsonNode counts = client.counts().path("doors").path(0);
                    assertThat(counts.path("released").asLong()).isEqualTo(3);
                    assertThat(counts.path("waiting").asLong()).isZero();
                }
            }
        }
    }

    /// As at the end of a predecessor's time, without the minutes until then.
    @Test
    void a_process_that_must_end_answers_who_waits() throws Exception {
        var options =
                new GatewayOptions(
                        folder.resolve("other"), List.of("127.0.0.1"), 1, Limits.DEFAULT, false);
        Files.createDirectories(options.folder());
        int port = TestGateway.freePort();
        try (var member = member("one");
                var parts = GatewayParts.of(options, new Loops(1, Limits.DEFAULT), Map.of())) {
            TableKeeper keeper = parts.keeper();
            var check = new HealthCheck.Tcp(Duration.ofSeconds(2));
            changed(keeper.publish(new Route(KEY, 1, port, List.of(member.share("v1", 1)), check)));
            changed(keeper.door(KEY, DoorWish.ofPerson(new Door.Hold(0, 10, ROOM, LONG))));
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout((int) PATIENCE.toMillis());
                TestMember.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                DoorCounts counts = parts.proxy().doors().of(KEY);
                eventually("one waits", () -> counts.waiting() == 1);
                parts.loops().onEach(loop -> loop.drain(LONG));
                assertThat(counts.waiting()).isEqualTo(1);
                parts.loops().onEach(loop -> loop.close(Farewell.ALL));
                String answer = text(socket.getInputStream());
                assertThat(answer).startsWith("HTTP/1.1 503 ").contains("retry-after: 5");
                assertThat(counts.of(DoorCounts.Outcome.DRAINED)).isEqualTo(1);
                assertThat(counts.waiting()).isZero();
            }
        }
    }

    private static String text(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
}
