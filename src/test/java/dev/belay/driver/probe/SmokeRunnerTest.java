package dev.belay.driver.probe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.belay.driver.probe.SmokeResult.Failed;
import dev.belay.driver.probe.SmokeResult.Passed;
import dev.belay.release.Health.StatusRange;
import dev.belay.release.SmokeTest;
import dev.belay.release.SmokeTest.Exchange;
import dev.belay.release.SmokeTest.HttpScenario;
import dev.belay.release.SmokeTest.Message;
import dev.belay.release.SmokeTest.WebSocketExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SmokeRunnerTest {
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String TOKEN = "t0ken \"quoted\" /&?";
    private static final StatusRange FINE = new StatusRange(200, 299);

    @TempDir Path folder;
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void captured_values_reach_later_paths_headers_and_bodies() {
        on(
                "/login",
                x -> answer(x, 200, "{\"a\":{\"token\":\"t0ken \\\"quoted\\\" /&?\",\"n\":7}}"));
        on(
                "/orders",
                x -> {
                    String body = new String(x.getRequestBody().readAllBytes(), UTF_8);
                    boolean all =
                            x.getRequestURI().getPath().equals("/orders/" + TOKEN.replace("?", ""))
                                    && x.getRequestHeaders()
                                            .getFirst("Authorization")
                                            .equals("Bearer " + TOKEN)
                                    && body.equals("{\"t\":\"t0ken \\\"quoted\\\" /&?\",\"n\":7}");
                    answer(x, all ? 201 : 400, x.getRequestURI() + " " + body);
                });
        var login = get("/login", Map.of("token", "/a/token", "n", "/a/n"));
        var order =
                new Exchange(
                        "POST",
                        "/orders/${token}",
                        Map.of("Authorization", "Bearer ${token}"),
                        "{\"t\":\"${token}\",\"n\":${n}}",
                        new StatusRange(201, 201),
                        "",
                        Map.of());
        assertThat(run(new HttpScenario("order", LONG, List.of(login, order))))
                .isInstanceOf(Passed.class);
    }

    @Test
    void a_failing_exchange_is_named_with_what_was_expected_and_found() {
        on("/login", x -> answer(x, 200, "{\"token\":\"" + "x".repeat(12) + "\"}"));
        on("/orders", x -> answer(x, 500, "boom " + "x".repeat(12) + "y".repeat(5000)));
        var scenario =
                new HttpScenario(
                        "order",
                        LONG,
                        List.of(
                                get("/login", Map.of("token", "/token")),
                                get("/orders?t=${token}", Map.of())));
        Failed failed = failed(scenario);
        assertThat(failed.name()).isEqualTo("order");
        assertThat(failed.exchange()).isEqualTo("2 of 2: GET /orders?t=${token}");
        assertThat(failed.expected()).isEqualTo("status 200 to 299");
        assertThat(failed.found()).isEqualTo("status 500");
        assertThat(failed.body()).startsWith("boom ***yyy").hasSizeBetween(2048, 2049);
    }

    @Test
    void secrets_are_in_no_result() {
        on("/", x -> answer(x, 200, "key=s3cr3t"));
        var setting =
                new SmokeRunner.Setting(
                        base(server), folder, Map.of("KEY", "s3cr3t"), Set.of("s3cr3t"));
        var wanted =
                new Exchange("GET", "/${KEY}", Map.of(), "", FINE, "${KEY} and more", Map.of());
        var results =
                new SmokeRunner()
                        .run(List.of(new HttpScenario("key", LONG, List.of(wanted))), setting);
        assertThat(results).singleElement().isInstanceOf(Failed.class);
        assertThat(results.toString()).doesNotContain("s3cr3t").contains("key=***");
    }

    @Test
    void a_redirect_is_an_answer() {
        on(
                "/",
                x -> {
                    x.getResponseHeaders().add("Location", "/elsewhere");
                    answer(x, 302, "");
                });
        assertThat(failed(scenario(get("/", Map.of()))).found()).isEqualTo("status 302");
    }

    @Test
    void a_capture_that_finds_nothing_or_no_json_or_no_pointer_fails_its_exchange() {
        on("/json", x -> answer(x, 200, "{\"id\":null}"));
        on("/html", x -> answer(x, 200, "<html>"));
        assertThat(failed(scenario(get("/json", Map.of("id", "/id")))).expected())
                .isEqualTo("a value at `/id` of the body");
        assertThat(failed(scenario(get("/json", Map.of("id", "id")))).expected())
                .contains("JSON pointer");
        assertThat(failed(scenario(get("/html", Map.of("id", "/id")))).expected())
                .isEqualTo("a body in JSON");
    }

    @Test
    void a_name_without_a_value_fails_before_anything_is_sent() {
        assertThat(failed(scenario(get("/${nobody}", Map.of()))).expected())
                .isEqualTo("a value for `nobody`");
    }

    @Test
    void a_captured_line_break_does_not_write_headers() {
        on("/login", x -> answer(x, 200, "{\"t\":\"a\\r\\nX-Admin: 1\"}"));
        var header = new Exchange("GET", "/login", Map.of("X-T", "${t}"), "", FINE, "", Map.of());
        assertThat(failed(scenario(get("/login", Map.of("t", "/t")), header)).found())
                .contains("control character");
    }

    @Test
    void the_timeout_is_over_the_whole_scenario_and_later_tests_still_run() throws IOException {
        on("/", x -> answer(x, 200, ""));
        try (var silent = HostileServer.silent()) {
            var setting =
                    new SmokeRunner.Setting(
                            URI.create("http://127.0.0.1:" + silent.port()),
                            folder,
                            Map.of("PATH", "/usr/bin:/bin"),
                            Set.of());
            var hangs = new HttpScenario("hangs", SHORT, List.of(get("/", Map.of())));
            var command = new SmokeTest.CommandTest("runs", LONG, List.of("true"));
            List<SmokeResult> results = new SmokeRunner().run(List.of(hangs, command), setting);
            assertThat(results.getFirst().toString()).contains("no answer within");
            assertThat(results.getLast()).isInstanceOf(Passed.class);
        }
    }

    @Test
    void a_command_learns_the_address_and_no_shell_reads_its_words() {
        var test =
                new SmokeTest.CommandTest(
                        "words",
                        LONG,
                        List.of("sh", "-c", "echo $BELAY_URL $1; exit 4", "sh", "$(id); ls *"));
        Failed failed = failed(test);
        assertThat(failed.found()).isEqualTo("exit status 4");
        assertThat(failed.body().strip()).isEqualTo(base(server) + " $(id); ls *");
    }

    @Test
    void a_command_that_hangs_is_ended() {
        assertThat(failed(new SmokeTest.CommandTest("hangs", SHORT, List.of("sleep", "600"))))
                .satisfies(f -> assertThat(f.expected()).isEqualTo("an end within 400 ms"));
    }

    @Test
    void a_websocket_exchange_sends_and_waits_for_what_must_arrive() throws IOException {
        try (var echo = webSocket("heartbeat", "you said: ")) {
            var exchange = exchange(LONG, new Message(true, "hi"), new Message(false, "said: hi"));
            assertThat(run(exchange, echo)).isInstanceOf(Passed.class);
        }
    }

    @Test
    void a_websocket_message_that_never_comes_is_shown_with_the_last_that_did() throws IOException {
        try (var echo = webSocket("heartbeat", "you said: ")) {
            var exchange = exchange(SHORT, new Message(true, "hi"), new Message(false, "bye"));
            assertThat(run(exchange, echo))
                    .isInstanceOfSatisfying(
                            Failed.class,
                            failed -> {
                                assertThat(failed.exchange()).isEqualTo("2 of 2: expect");
                                assertThat(failed.found()).isEqualTo("none within 400 ms");
                                assertThat(failed.body()).isEqualTo("you said: hi");
                            });
        }
    }

    @Test
    void an_address_without_a_websocket_fails_the_opening() throws IOException {
        try (var http = HostileServer.saying("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
                var silent = HostileServer.silent()) {
            assertThat(run(exchange(LONG, new Message(true, "hi")), http).toString())
                    .contains("GET /ws");
            assertThat(run(exchange(SHORT, new Message(true, "hi")), silent).toString())
                    .contains("no answer within 400 ms");
        }
    }

    private SmokeResult run(SmokeTest test) {
        var setting =
                new SmokeRunner.Setting(
                        base(server), folder, Map.of("PATH", "/usr/bin:/bin"), Set.of());
        return new SmokeRunner().run(List.of(test), setting).getFirst();
    }

    private SmokeResult run(SmokeTest test, HostileServer against) {
        var base = URI.create("http://127.0.0.1:" + against.port());
        var setting = new SmokeRunner.Setting(base, folder, Map.of(), Set.of());
        return new SmokeRunner().run(List.of(test), setting).getFirst();
    }

    private Failed failed(SmokeTest test) {
        SmokeResult result = run(test);
        assertThat(result).isInstanceOf(Failed.class);
        return (Failed) result;
    }

    private void on(String path, HttpHandler handler) {
        server.createContext(path, handler);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static URI base(HttpServer server) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private static HttpScenario scenario(Exchange... exchanges) {
        return new HttpScenario("scenario", LONG, List.of(exchanges));
    }

    private static Exchange get(String path, Map<String, String> captures) {
        return new Exchange("GET", path, Map.of(), "", FINE, "", captures);
    }

    private static WebSocketExchange exchange(Duration timeout, Message... messages) {
        return new WebSocketExchange("socket", timeout, "/ws", List.of(messages));
    }

    /// Says `first`, then repeats each short text after `prefix`.
    private static HostileServer webSocket(String first, String prefix) throws IOException {
        return HostileServer.that(socket -> {
            upgrade(socket);
            write(socket.getOutputStream(), first);
            while (true) {
                write(socket.getOutputStream(), prefix + read(socket.getInputStream()));
            }
        });
    }

    private static void upgrade(Socket socket) throws IOException {
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) socket.getInputStream().read());
        }
        String key = head.toString().replaceFirst("(?is).*sec-websocket-key: ([^\r]+).*", "$1");
        byte[] hash =
                Digests.hash(
                        "SHA-1", (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(UTF_8));
        String answer =
                "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: "
                        + Base64.getEncoder().encodeToString(hash)
                        + "\r\n\r\n";
        socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(0x81);
        out.write(text.length());
        out.write(text.getBytes(UTF_8));
        out.flush();
    }

    private static String read(InputStream in) throws IOException {
        if (in.read() != 0x81) {
            throw new IOException("no text");
        }
        byte[] text = new byte[in.read() & 0x7f];
        byte[] key = in.readNBytes(4);
        in.readNBytes(text, 0, text.length);
        return new String(Digests.xor(text, key), UTF_8);
    }
}
