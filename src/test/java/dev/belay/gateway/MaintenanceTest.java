package dev.belay.gateway;

import static dev.belay.gateway.TestGateway.KEY;
import static dev.belay.gateway.TestGateway.PATIENCE;
import static dev.belay.gateway.TestGateway.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Settings;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// A component is shut for maintenance: who comes is told when to come back.
class MaintenanceTest {
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
    private static final String BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8";

    @TempDir private Path folder;

    private TestGateway gateway;

    @BeforeEach
    void start() throws IOException {
        gateway = new TestGateway(folder);
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
    }

    private void shut(String page, String... allow) {
        List<Network> networks =
                List.of(allow).stream().map(text -> Network.parse(text).orElseThrow()).toList();
        changed(
                gateway.client.shut(
                        KEY, new Door.Maintenance(7, TEN_MINUTES, networks, "Shop <1>", page)));
    }

    private static void changed(PublishReply reply) {
        assertThat(reply).isInstanceOf(PublishReply.Published.class);
    }

    private HttpResponse<String> asking(String accept) throws Exception {
        return gateway.send(HttpRequest.newBuilder(gateway.uri("/")).header("Accept", accept));
    }

    private static String type(HttpResponse<String> response) {
        return response.headers().firstValue("Content-Type").orElse("");
    }

    @Test
    void a_table_with_many_changes_is_written_anew_beside_them_and_is_the_same() throws Exception {
        try (var member = TestMember.saying("open")) {
            gateway.routes(member);
            Path before = gateway.options().folder().resolve("table.previous");
            assertThat(before).doesNotExist();
            String page = "x".repeat(Door.Maintenance.PAGE_MAX - 2);
            // More than the mebibyte of changes that is kept.
            for (int i = 10; i < 30; i++) {
                shut(page + i);
            }
            eventually("another generation", () -> Files.exists(before));
            shut("the last");
            gateway.restart();
            assertThat(asking(BROWSER).body()).isEqualTo("the last");
            changed(gateway.client.open(KEY));
            assertThat(asking(BROWSER).body()).isEqualTo("open");
        }
    }

    private static final String PASS = "p".repeat(64);

    private static Door.Maintenance announced(String release, long until, String text) {
        var said = new Door.Announced(release, until, text, PASS);
        return new Door.Maintenance(7, Duration.ofMinutes(1), List.of(), "Shop", "", said);
    }

    private HttpResponse<String> showing(String pass) throws Exception {
        return gateway.send(HttpRequest.newBuilder(gateway.uri("/")).header("Belay-Pass", pass));
    }

    @Test
    void who_comes_is_told_how_long_it_is_to_the_announced_end() throws Exception {
        try (var member = TestMember.saying("open")) {
            gateway.routes(member);
            long end = System.currentTimeMillis() + Duration.ofMinutes(25).toMillis();
            changed(gateway.client.shut(KEY, announced("local-7", end, "New <invoices>."), 11));
            HttpResponse<String> page = asking(BROWSER);
            assertThat(page.statusCode()).isEqualTo(503);
            int again = Integer.parseInt(page.headers().firstValue("Retry-After").orElse("none"));
            assertThat(again).isBetween(1_400, 1_500);
            assertThat(page.body())
                    .contains("New &lt;invoices&gt;. Please come back in 2")
                    .doesNotContain(PASS);

            long over = System.currentTimeMillis() - 1;
            changed(gateway.client.shut(KEY, announced("local-7", over, ""), 12));
            HttpResponse<String> late = asking("text/plain");
            assertThat(late.headers().firstValue("Retry-After")).contains("60");
            assertThat(late.body())
                    .isEqualTo(
                            "web is closed for maintenance. It takes longer than was announced."
                                    + " Please come back in 1 minute.\n");
        }
    }

    @Test
    void whoever_shows_the_pass_gets_in_and_takes_it_no_further() throws Exception {
        try (var member =
                TestMember.behaving((request, out) ->
                        TestMember.say(request, out, request.headers().toString()))) {
            gateway.routes(member);
            changed(gateway.client.shut(KEY, announced("local-7", Long.MAX_VALUE, ""), 11));
            assertThat(showing(PASS).body()).contains("host=").doesNotContain(PASS, "elay-");
            for (String wrong : List.of("", "p", PASS + "p", PASS.substring(1) + "q")) {
                assertThat(showing(wrong).statusCode()).isEqualTo(503);
            }
            gateway.restart();
            assertThat(showing(PASS).statusCode()).isEqualTo(200);
            shut("");
            assertThat(showing(PASS).statusCode()).isEqualTo(503);
        }
    }

    @Test
    void a_release_opens_what_it_shut_and_leaves_what_people_shut() throws Exception {
        try (var member = TestMember.saying("open")) {
            gateway.routes(member);
            shut("by hand");
            changed(gateway.client.shut(KEY, announced("local-7", Long.MAX_VALUE, ""), 11));
            assertThat(asking(BROWSER).body()).isEqualTo("by hand");
            changed(gateway.client.open(KEY, "local-7", 12));
            assertThat(asking(BROWSER).body()).isEqualTo("by hand");
            changed(gateway.client.open(KEY));

            changed(gateway.client.shut(KEY, announced("local-7", Long.MAX_VALUE, ""), 13));
            changed(gateway.client.open(KEY, "local-8", 14));
            assertThat(asking(BROWSER).statusCode()).isEqualTo(503);
            changed(gateway.client.open(KEY, "local-7", 15));
            assertThat(asking(BROWSER).body()).isEqualTo("open");
        }
    }

    @Test
    void a_call_of_a_release_that_comes_late_shuts_nobody_out() throws Exception {
        try (var member = TestMember.saying("open")) {
            gateway.routes(member);
            changed(gateway.client.open(KEY, "local-7", 12));
            var late = announced("local-7", Long.MAX_VALUE, "");
            assertThat(gateway.client.shut(KEY, late, 11)).isEqualTo(new PublishReply.Stale(12));
            assertThat(asking(BROWSER).body()).isEqualTo("open");
            gateway.restart();
            assertThat(gateway.client.shut(KEY, late, 12)).isEqualTo(new PublishReply.Stale(12));
            assertThat(gateway.client.shut(KEY, late, 0))
                    .isInstanceOf(PublishReply.Malformed.class);
            assertThat(asking(BROWSER).body()).isEqualTo("open");
        }
    }

    @Test
    void people_get_a_page_and_programs_what_they_can_read() throws Exception {
        try (var member = TestMember.saying("open")) {
            gateway.routes(member);
            shut("");

            HttpResponse<String> page = asking(BROWSER);
            assertThat(page.statusCode()).isEqualTo(503);
            assertThat(page.headers().firstValue("Retry-After")).contains("600");
            assertThat(page.headers().firstValue("Cache-Control")).contains("no-store");
            assertThat(page.headers().firstValue("Vary")).contains("accept");
            assertThat(type(page)).isEqualTo("text/html; charset=utf-8");
            assertThat(page.body())
                    .startsWith("<!doctype html>")
                    .contains("<h1>Shop &lt;1&gt; is being worked on</h1>")
                    .contains("web is closed for maintenance. Please come back in 10 minutes.")
                    .doesNotContain("@");

            HttpResponse<String> json = asking("application/json");
            assertThat(type(json)).isEqualTo("application/json");
            assertThat(JsonMapper.shared().readTree(json.body()).path("retryAfterSeconds").asInt())
                    .isEqualTo(600);
            assertThat(type(asking("text/html;q=0.1, application/json;q=0.9")))
                    .isEqualTo("application/json");
            for (String other : List.of("*/*", "text/html;q=0", "image/png", ";;q=,", "")) {
                assertThat(type(asking(other))).startsWith("text/plain");
            }
            assertThat(gateway.inFlight("v1").total()).isZero();
            changed(gateway.client.open(KEY));
            assertThat(asking(BROWSER).body()).isEqualTo("open");
        }
    }

    @Test
    void a_page_of_the_users_is_sent_as_it_is() throws Exception {
        try (var member = TestMember.saying("open")) {
            gateway.routes(member);
            String own = "<h1>Wir sind gleich zurück</h1>";
            shut(own);
            assertThat(asking(BROWSER).body()).isEqualTo(own);
            assertThat(asking("*/*").body()).startsWith("web is closed");
            gateway.restart();
            assertThat(asking(BROWSER).body()).isEqualTo(own);
            assertThat(gateway.client.doors().values())
                    .allMatch(shut -> shut.door().since() == 7)
                    .hasSize(1);
        }
    }

    @Test
    void connections_stay_bodies_are_not_read_and_head_has_none() throws Exception {
        try (var member = TestMember.saying("open")) {
            gateway.routes(member);
            shut("");
            String head = "HEAD / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n";
            String get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
            String post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
            String answers = gateway.raw(head + get + post);
            assertThat(answers.split("HTTP/1.1 503 ", -1)).hasSize(4);
            assertThat(answers.split("connection: close", -1)).hasSize(2);
            assertThat(answers).doesNotContain("<html");
        }
    }

    @Test
    void http2_gets_it_too() throws Exception {
        try (var member = TestMember.saying("open")) {
            gateway.routes(member);
            shut("");
            try (var h2 = new TestH2Client(gateway.port, Http2Settings.defaultSettings())) {
                var stream = h2.send(TestH2Client.get("/").set("accept", BROWSER)).whole();
                assertThat(stream.status()).isEqualTo("503");
                assertThat(stream.heads.getFirst().get("retry-after")).hasToString("600");
                assertThat(stream.body()).asString().contains("being worked on");
                var head = h2.send(TestH2Client.head("HEAD", "/")).whole();
                assertThat(head.status()).isEqualTo("503");
                assertThat(head.body()).isEmpty();
                changed(gateway.client.open(KEY));
                assertThat(h2.send(TestH2Client.get("/")).whole().status()).isEqualTo("200");
            }
        }
    }

    @Test
    void some_may_look_before_it_opens() throws Exception {
        try (var member = TestMember.saying("open")) {
            gateway.routes(member);
            shut("", "203.0.113.0/24", "2001:db8::/32");
            assertThat(asking(BROWSER).statusCode()).isEqualTo(503);
            // A proxy on this host says for whom it asks.
            for (String inside : List.of("203.0.113.9", "10.0.0.1, 203.0.113.9", "2001:db8::1")) {
                assertThat(from(inside)).isEqualTo(200);
            }
            for (String outside : List.of("203.0.114.9", "203.0.113.9, 10.0.0.1", "office", "")) {
                assertThat(from(outside)).isEqualTo(503);
            }
            int lines =
                    gateway.send(
                                    HttpRequest.newBuilder(gateway.uri("/"))
                                            .header("X-Forwarded-For", "203.0.113.9")
                                            .header("X-Forwarded-For", "10.0.0.1"))
                            .statusCode();
            assertThat(lines).isEqualTo(503);
            shut("", "127.0.0.1");
            assertThat(asking(BROWSER).statusCode()).isEqualTo(200);
            assertThat(from("10.0.0.1")).isEqualTo(503);
        }
    }

    @Test
    void a_network_knows_its_addresses_within_ipv6_too() throws Exception {
        Network network = Network.parse("203.0.113.0/24").orElseThrow();
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, (byte) 203, 0, 113, 9};
        assertThat(network.contains(Inet6Address.getByAddress(null, mapped, -1))).isTrue();
        mapped[13] = 1;
        assertThat(network.contains(Inet6Address.getByAddress(null, mapped, -1))).isFalse();
        mapped[13] = 0;
        mapped[0] = 1;
        assertThat(network.contains(Inet6Address.getByAddress(null, mapped, -1))).isFalse();
    }

    private int from(String address) throws Exception {
        return gateway.send(
                        HttpRequest.newBuilder(gateway.uri("/")).header("X-Forwarded-For", address))
                .statusCode();
    }

    @Test
    void what_is_under_way_goes_on() throws Exception {
        try (var member = TestMember.behaving(TunnelTest::webSocketEcho)) {
            gateway.routes(member);
            var heard = new CompletableFuture<String>();
            WebSocket socket =
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
                                    })
                            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            shut("");
            assertThat(asking(BROWSER).statusCode()).isEqualTo(503);
            socket.sendText("still here", true).join();
            assertThat(heard.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("still here");
            socket.abort();
            eventually("it is gone", () -> gateway.inFlight("v1").total() == 0);
        }
    }

    @Test
    void frontends_are_shut_too_and_it_is_counted() throws Exception {
        Path root = folder.resolve("site");
        java.nio.file.Files.createDirectories(root);
        java.nio.file.Files.writeString(root.resolve("index.html"), "open");
        gateway.routes(new Route.Share("v1", 1, new Route.Files(root)));
        assertThat(gateway.get("/").body()).isEqualTo("open");
        shut("");
        assertThat(gateway.get("/").statusCode()).isEqualTo(503);
        assertThat(gateway.client.metrics())
                .contains(
                        "doors_total{environment=\"test\",component=\"web\",outcome=\"maintenance\"} 1\n");
        assertThat(gateway.client.routes().toString()).contains("\"maintenance\"");
        changed(gateway.client.open(KEY));
        assertThat(gateway.client.routes().toString()).doesNotContain("door");
        assertThat(gateway.get("/").body()).isEqualTo("open");
    }

    @Test
    void a_wish_without_sense_changes_nothing() throws Exception {
        try (var member = TestMember.saying("open")) {
            gateway.routes(member);
            String door = "{\"maintenance\":{\"retryAfterSeconds\":%s,\"allow\":%s,\"page\":%s}}";
            String long1 = "\"" + "x".repeat(Door.Maintenance.PAGE_MAX + 1) + "\"";
            List<String> wrong =
                    List.of(
                            door.formatted("0", "[]", "\"\""),
                            door.formatted("\"soon\"", "[]", "\"\""),
                            door.formatted("1", "[\"10.0.0.1/8\"]", "\"\""),
                            door.formatted("1", "[\"office\"]", "\"\""),
                            door.formatted("1", "\"10.0.0.0/8\"", "\"\""),
                            door.formatted("1", "[]", "7"),
                            door.formatted("1", "[]", long1));
            for (String body : wrong) {
                assertThat(gateway.client.exchange("PUT", "/doors/" + KEY, body).status())
                        .isEqualTo(422);
            }
            assertThat(gateway.get("/").body()).isEqualTo("open");
        }
    }
}
