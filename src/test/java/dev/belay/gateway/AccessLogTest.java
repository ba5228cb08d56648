package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Which requests stand in the access log, and what it says of them.
class AccessLogTest {
    @TempDir private Path folder;
    private TestGateway gateway;
    private TestMember member;

    @BeforeEach
    void start() throws IOException {
        gateway = new TestGateway(folder);
        member = TestMember.behaving(AccessLogTest::answer);
        gateway.routes(member);
    }

    @AfterEach
    void stop() throws IOException {
        member.close();
        gateway.close();
    }

    private static boolean answer(TestMember.Request request, java.io.OutputStream out)
            throws IOException {
        if (request.path().startsWith("/bad")) {
            request.body();
            TestMember.write(out, "HTTP/1.1 500 No\r\nContent-Length: 3\r\n\r\nno\n");
            return true;
        }
        if (request.path().startsWith("/hangup")) {
            return false;
        }
        if (request.path().startsWith("/wait")) {
            return request.in().read() >= 0;
        }
        if (request.path().startsWith("/cut")) {
            TestMember.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf");
            return false;
        }
        if (request.path().startsWith("/socket")) {
            TestMember.write(
                    out, "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
            out.write(request.in().readNBytes(5));
            out.flush();
            return request.in().read() >= 0;
        }
        return TestMember.say(request, out, "0123456789");
    }

    private Path file() {
        return gateway.options().folder().resolve("access.jsonl");
    }

    private void set(String settings) throws IOException {
        GatewayClient.LogReply reply = gateway.client.log(JsonMapper.shared().readTree(settings));
        assertThat(reply.problems()).isEmpty();
    }

    private List<JsonNode> lines() throws IOException {
        var lines = new ArrayList<JsonNode>();
        if (Files.exists(file())) {
            for (String line : Files.readAllLines(file(), StandardCharsets.US_ASCII)) {
                if (!line.isEmpty()) {
                    lines.add(JsonMapper.shared().readTree(line));
                }
            }
        }
        return lines;
    }

    /// Once there are so many.
    private List<JsonNode> lines(int count) throws Exception {
        TestGateway.eventually(count + " lines", () -> lines().size() >= count);
        assertThat(lines()).hasSize(count);
        return lines();
    }

    private JsonNode line(String path) throws Exception {
        TestGateway.eventually(
                "a line of " + path,
                () -> lines().stream().anyMatch(l -> l.path("path").asString().equals(path)));
        return lines().stream()
                .filter(one -> one.path("path").asString().equals(path))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void nothing_is_written_unasked() throws Exception {
        gateway.get("/before");
        set("{\"on\": true}");
        gateway.get("/after");
        assertThat(lines(1).getFirst().path("path").asString()).isEqualTo("/after");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void a_line_says_what_happened() throws Exception {
        set("{\"on\": true}");
        gateway.send(
                HttpRequest.newBuilder(gateway.uri("/a/b?token=secret"))
                        .header("User-Agent", "me \"and\" \\ you")
                        .POST(HttpRequest.BodyPublishers.ofString("12345")));
        JsonNode line = lines(1).getFirst();
        assertThat(line.path("environment").asString()).isEqualTo("test");
        assertThat(line.path("component").asString()).isEqualTo("web");
        assertThat(line.path("revision").asString()).isEqualTo("v1");
        assertThat(line.path("member").asString()).isEqualTo("v1-1");
        assertThat(line.path("client").asString()).isEqualTo("127.0.0.1");
        assertThat(line.path("port").asInt()).isEqualTo(gateway.port);
        assertThat(line.path("protocol").asString()).isEqualTo("HTTP/1.1");
        assertThat(line.path("method").asString()).isEqualTo("POST");
        assertThat(line.path("host").asString()).isEqualTo("127.0.0.1:" + gateway.port);
        assertThat(line.path("path").asString()).isEqualTo("/a/b");
        assertThat(line.path("status").asInt()).isEqualTo(200);
        assertThat(line.path("end").asString()).isEqualTo("complete");
        assertThat(line.path("bytesIn").asLong()).isEqualTo(5);
        assertThat(line.path("bytesOut").asLong()).isEqualTo(10);
        assertThat(line.path("agent").asString()).isEqualTo("me \"and\" \\ you");
        assertThat(line.path("headMicros").asLong())
                .isPositive()
                .isLessThanOrEqualTo(line.path("totalMicros").asLong());
        assertThat(java.time.Instant.parse(line.path("time").asString()))
                .isBetween(
                        java.time.Instant.now().minusSeconds(60),
                        java.time.Instant.now().plusSeconds(1));
        assertThat(Files.readString(file())).doesNotContain("secret");
    }

    @Test
    void a_query_is_written_where_somebody_asked_for_it() throws Exception {
        set("{\"on\": true, \"queries\": true}");
        gateway.get("/a?b=c");
        assertThat(lines(1).getFirst().path("query").asString()).isEqualTo("b=c");
    }

    @Test
    void whatever_a_client_sends_a_line_is_one_line_of_json() throws Exception {
        set("{\"on\": true}");
        try (Socket socket = gateway.connect()) {
            String head =
                    "GET /x\\\"y HTTP/1.1\r\nHost: h\r\nUser-Agent: \u00e9\t\u0080\u00ff\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
        assertThat(line("/x\\\"y").path("agent").asString()).isEqualTo("\u00e9\t\u0080\u00ff");
        gateway.raw(
                "GET /" + "a".repeat(5_000) + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        assertThat(line("/" + "a".repeat(2_047)).path("status").asInt()).isEqualTo(200);
    }

    @Test
    void failures_are_kept_whatever_the_sample() throws Exception {
        set("{\"on\": true, \"sample\": 0}");
        gateway.get("/fine");
        gateway.get("/bad");
        assertThatThrownBy(() -> gateway.raw("GET /cut HTTP/1.1\r\nHost: h\r\n\r\n"))
                .isInstanceOf(SocketException.class);
        assertThat(line("/bad").path("status").asInt()).isEqualTo(500);
        JsonNode cut = line("/cut");
        assertThat(cut.path("end").asString()).isEqualTo("cut");
        assertThat(cut.path("bytesOut").asLong()).isEqualTo(4);
        assertThat(cut.path("why").asString()).contains("before its answer");
        assertThat(lines()).hasSize(2);
    }

    @Test
    void who_left_and_who_was_not_answered_is_told_apart() throws Exception {
        set("{\"on\": true}");
        try (Socket socket = gateway.connect()) {
            String head = "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            TestGateway.eventually("it waits", () -> gateway.inFlight("v1").requests() == 1);
            socket.setSoLinger(true, 0);
        }
        JsonNode left = line("/wait");
        assertThat(left.path("end").asString()).isEqualTo("client-left");
        assertThat(left.path("status").asInt()).isZero();
        assertThat(left.has("headMicros")).isFalse();
        gateway.get("/hangup");
        JsonNode failed = line("/hangup");
        assertThat(failed.path("end").asString()).isEqualTo("failed");
        assertThat(failed.path("status").asInt()).isEqualTo(502);
        assertThat(failed.path("why").asString()).contains("before its answer");
    }

    @Test
    void slow_ones_are_kept_whatever_the_sample() throws Exception {
        set("{\"on\": true, \"sample\": 0, \"slowMillis\": 0}");
        gateway.get("/fine");
        assertThat(lines(1)).hasSize(1);
    }

    @Test
    void refusals_are_written_too() throws Exception {
        set("{\"on\": true}");
        assertThat(gateway.raw("TRACE /t HTTP/1.1\r\nHost: h\r\n\r\n")).startsWith("HTTP/1.1 405");
        JsonNode refused = line("/t");
        assertThat(refused.path("end").asString()).isEqualTo("refused");
        assertThat(refused.path("status").asInt()).isEqualTo(405);
        gateway.routes();
        gateway.get("/nobody");
        JsonNode nobody = line("/nobody");
        assertThat(nobody.path("status").asInt()).isEqualTo(503);
        assertThat(nobody.path("component").asString()).isEqualTo("web");
        assertThat(nobody.path("end").asString()).isEqualTo("refused");
    }

    @Test
    void a_tunnel_is_written_at_its_end() throws Exception {
        set("{\"on\": true}");
        try (Socket socket = gateway.connect()) {
            String head =
                    "GET /socket HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            assertThat(TestMember.line(socket.getInputStream())).startsWith("HTTP/1.1 101");
            while (!TestMember.line(socket.getInputStream()).isEmpty()) {
                // The rest of the head.
            }
            socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
            assertThat(lines()).isEmpty();
        }
        JsonNode line = line("/socket");
        assertThat(line.path("end").asString()).isEqualTo("tunnel");
        assertThat(line.path("status").asInt()).isEqualTo(101);
        assertThat(line.path("bytesIn").asLong()).isEqualTo(5);
        assertThat(line.path("bytesOut").asLong()).isEqualTo(5);
    }

    @Test
    void filters_hold_for_failures_too() throws Exception {
        set("{\"on\": true, \"paths\": [\"/api/\"], \"statuses\": [\"2xx\", \"404\"]}");
        gateway.get("/api/one");
        gateway.get("/web/two");
        gateway.get("/bad");
        set("{\"paths\": [], \"statuses\": [], \"components\": [\"other\", \"prod/web\"]}");
        gateway.get("/api/three");
        set("{\"components\": [\"test/web\"]}");
        gateway.get("/api/four");
        assertThat(lines(2))
                .extracting(line -> line.path("path").asString())
                .containsExactly("/api/one", "/api/four");
    }

    @Test
    void settings_outlive_the_gateway() throws Exception {
        set("{\"on\": true, \"sample\": 1, \"queries\": true}");
        gateway.restart();
        gateway.routes(member);
        gateway.get("/again?x=y");
        assertThat(lines(1).getFirst().path("query").asString()).isEqualTo("x=y");
        JsonNode told = gateway.client.log();
        assertThat(told.path("on").asBoolean()).isTrue();
        assertThat(told.path("file").asString()).isEqualTo(file().toString());
    }

    @Test
    void broken_settings_leave_it_off_and_the_gateway_up() throws Exception {
        set("{\"on\": true}");
        Files.writeString(gateway.options().folder().resolve("log.json"), "{\"on\": \"perhaps\"");
        gateway.restart();
        assertThat(gateway.client.log().path("on").asBoolean()).isFalse();
    }

    @Test
    void what_cannot_be_set_is_said_at_once_and_changes_nothing() throws Exception {
        String wrong =
                """
                {"on": "yes", "sample": -1, "slowMillis": 1.5, "components": ["a/b/c"],
                 "statuses": ["6xx"], "paths": ["api"], "colour": "red"}\
                """;
        GatewayClient.LogReply reply = gateway.client.log(JsonMapper.shared().readTree(wrong));
        assertThat(reply.problems())
                .hasSize(7)
                .allMatch(p -> p.code().equals("gateway/log-settings"));
        assertThat(gateway.client.log().path("on").asBoolean()).isFalse();
    }

    @Test
    void a_full_disk_costs_lines_and_no_request() throws Exception {
        Files.createSymbolicLink(file(), Path.of("/dev/full"));
        set("{\"on\": true}");
        TestGateway.eventually(
                "lines are lost, and counted",
                () -> {
                    assertThat(gateway.get("/a").statusCode()).isEqualTo(200);
                    return count("access_log_dropped_total") >= 2;
                });
        Files.delete(file());
        gateway.get("/room-again");
        assertThat(line("/room-again").path("status").asInt()).isEqualTo(200);
        TestGateway.eventually(
                "lines are counted", () -> count("access_log_lines_total") >= lines().size());
    }

    private long count(String tally) throws IOException {
        return gateway.client.counts().path("process").path(tally).asLong();
    }
}
