package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a collector is told of requests, and what members see of the trace.
@SuppressWarnings("NullAway") // Each test starts the gateway in its own environment.
class SpansTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "b7ad6b7169203331";

    @TempDir private Path folder;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Queue<JsonNode> spans = new ConcurrentLinkedQueue<>();
    private final Queue<Map<String, String>> seen = new ConcurrentLinkedQueue<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicInteger busy = new AtomicInteger();
    private HttpServer collector;
    private TestMember member;
    private Gateway gateway;
    private GatewayClient client;
    private int port;

    @BeforeEach
    void startCollector() throws IOException {
        collector =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext(
                "/v1/traces",
                exchange -> {
                    byte[] body = exchange.getRequestBody().readAllBytes();
                    int status = busy.getAndDecrement() > 0 ? 503 : 200;
                    if (status == 200) {
                        take(
                                exchange.getRequestHeaders().getFirst("Content-Type"),
                                exchange.getRequestHeaders().getFirst("Api-Key"),
                                JsonMapper.shared().readTree(body));
                    }
                    byte[] answer = "{\"partialSuccess\":{}}".getBytes(StandardCharsets.US_ASCII);
                    exchange.sendResponseHeaders(status, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        collector.start();
    }

    /// The JSON encoding of OTLP, as its specification has it.
    private void take(String type, String key, JsonNode export) {
        check("the type", "application/json".equals(type));
        check("the key", "secret 1".equals(key));
        for (JsonNode resource : export.path("resourceSpans")) {
            check(
                    "the service's name",
                    "shop".equals(attributes(resource.path("resource")).get("service.name")));
            for (JsonNode scope : resource.path("scopeSpans")) {
                for (JsonNode span : scope.path("spans")) {
                    check("trace " + span, span.path("traceId").asString().matches("[0-9a-f]{32}"));
                    check("span " + span, span.path("spanId").asString().matches("[0-9a-f]{16}"));
                    check("start " + span, span.path("startTimeUnixNano").isString());
                    check("end " + span, span.path("endTimeUnixNano").isString());
                    check("kind " + span, span.path("kind").isIntegralNumber());
                    check("flags " + span, span.path("flags").asInt() % 2 == 1);
                    spans.add(span);
                }
            }
        }
    }

    private void check(String what, boolean right) {
        if (!right) {
            wrong.add(what);
        }
    }

    private static Map<String, Object> attributes(JsonNode of) {
        var attributes = new HashMap<String, Object>();
        for (JsonNode one : of.path("attributes")) {
            JsonNode value = one.path("value");
            Object typed =
                    value.has("intValue")
                            ? Long.valueOf(value.path("intValue").stringValue())
                            : value.path("stringValue").stringValue();
            attributes.put(one.path("key").asString(), typed);
        }
        return attributes;
    }

    private void start(String... more) throws IOException {
        var environment = new HashMap<String, String>();
        String base = "http://127.0.0.1:" + collector.getAddress().getPort();
        environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", base);
        environment.put("OTEL_EXPORTER_OTLP_HEADERS", "Api-Key=secret%201");
        environment.put("OTEL_SERVICE_NAME", "shop");
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        var options = GatewayOptions.in(folder.resolve("gw"));
        gateway = Gateway.start(options, environment);
        client = new GatewayClient(options.socket(), TestGateway.PATIENCE);
        member =
                TestMember.behaving((request, out) -> {
                    if (!request.path().equals("/probe")) {
                        seen.add(request.headers());
                    }
                    if (request.path().equals("/bad")) {
                        TestMember.write(out, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
                        return true;
                    }
                    return TestMember.say(request, out, "0123456789");
                });
        port = TestGateway.freePort();
        var health = new HealthCheck.Tcp(Duration.ofSeconds(2));
        assertThat(
                        client.publish(
                                new Route(
                                        TestGateway.KEY,
                                        1,
                                        port,
                                        List.of(member.share("v1", 1)),
                                        health)))
                .isInstanceOf(PublishReply.Published.class);
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        member.close();
        collector.stop(0);
        http.shutdownNow();
        assertThat(wrong).isEmpty();
    }

    private void get(String path, String... headers) throws Exception {
        var request =
                HttpRequest.newBuilder(java.net.URI.create("http://127.0.0.1:" + port + path));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private List<JsonNode> spans(int count) throws Exception {
        TestGateway.eventually(count + " spans", () -> spans.size() >= count);
        return new ArrayList<>(spans);
    }

    private String memberSaw(String header) {
        return seen.remove().getOrDefault(header, "");
    }

    @Test
    void a_sampled_request_gets_a_span_between_client_and_member() throws Exception {
        Instant before = Instant.now();
        start();
        get(
                "/a?token=secret",
                "traceparent",
                "00-" + TRACE + "-" + PARENT + "-01",
                "tracestate",
                "rojo=1,congo=2");
        JsonNode span = spans(1).getFirst();
        assertThat(span.path("traceId").asString()).isEqualTo(TRACE);
        assertThat(span.path("parentSpanId").asString()).isEqualTo(PARENT);
        assertThat(span.path("traceState").asString()).isEqualTo("rojo=1,congo=2");
        assertThat(span.path("name").asString()).isEqualTo("GET");
        assertThat(span.path("kind").asInt()).isEqualTo(2);
        assertThat(span.at("/status/code").isMissingNode()).isTrue();
        long from = Long.parseLong(span.path("startTimeUnixNano").asString());
        long to = Long.parseLong(span.path("endTimeUnixNano").asString());
        assertThat(from).isLessThan(to).isGreaterThan(before.toEpochMilli() * 1_000_000);
        assertThat(to).isLessThanOrEqualTo(Instant.now().toEpochMilli() * 1_000_000);
        assertThat(attributes(span))
                .containsEntry("http.request.method", "GET")
                .containsEntry("url.path", "/a")
                .containsEntry("http.response.status_code", 200L)
                .containsEntry("http.response.body.size", 10L)
                .containsEntry("server.address", "127.0.0.1")
                .containsEntry("server.port", (long) port)
                .containsEntry("client.address", "127.0.0.1")
                .containsEntry("network.protocol.version", "1.1")
                .containsEntry("belay.component", "web")
                .containsEntry("belay.revision", "v1")
                .containsEntry("belay.member", "v1-1");
        assertThat(span.toString()).doesNotContain("secret");
        Map<String, String> headers = seen.remove();
        assertThat(headers.get("traceparent"))
                .isEqualTo("00-" + TRACE + "-" + span.path("spanId").asString() + "-01");
        assertThat(headers.get("tracestate")).isEqualTo("rojo=1,congo=2");
    }

    @Test
    void an_unsampled_request_passes_as_it_came() throws Exception {
        start();
        String unsampled = "00-" + TRACE + "-" + PARENT + "-00";
        get("/a", "traceparent", unsampled, "tracestate", "not a list");
        Map<String, String> headers = seen.remove();
        assertThat(headers.get("traceparent")).isEqualTo(unsampled);
        assertThat(headers.get("tracestate")).isEqualTo("not a list");
        get("/b");
        assertThat(spans(1)).hasSize(1);
        assertThat(attributes(spans(1).getFirst())).containsEntry("url.path", "/b");
    }

    @Test
    void what_cannot_be_read_begins_a_new_trace() throws Exception {
        start();
        get("/a", "traceparent", "00-" + TRACE + "-zz", "tracestate", "rojo=1");
        JsonNode span = spans(1).getFirst();
        assertThat(span.path("traceId").asString()).isNotEqualTo(TRACE);
        assertThat(span.has("parentSpanId")).isFalse();
        Map<String, String> headers = seen.remove();
        assertThat(headers.get("traceparent"))
                .startsWith("00-" + span.path("traceId").asString())
                .matches(".*-0[13]");
        assertThat(headers).doesNotContainKey("tracestate");
        get("/b", "traceparent", "00-" + TRACE + "-" + PARENT + "-01", "tracestate", "no list");
        assertThat(spans(2).getLast().path("traceId").asString()).isEqualTo(TRACE);
        assertThat(seen.remove()).doesNotContainKey("tracestate");
    }

    @Test
    void those_behind_are_told_when_a_new_trace_is_not_sampled() throws Exception {
        start("OTEL_TRACES_SAMPLER", "parentbased_always_off");
        get("/a");
        assertThat(memberSaw("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[02]");
        get("/b", "traceparent", "00-" + TRACE + "-" + PARENT + "-01");
        assertThat(attributes(spans(1).getFirst())).containsEntry("url.path", "/b");
    }

    @Test
    void a_failure_is_an_error_and_a_made_up_method_has_no_name() throws Exception {
        start();
        get("/bad");
        JsonNode span = spans(1).getFirst();
        assertThat(span.at("/status/code").asInt()).isEqualTo(2);
        assertThat(attributes(span)).containsEntry("error.type", "500");
        member.close();
        http.send(
                HttpRequest.newBuilder(java.net.URI.create("http://127.0.0.1:" + port + "/c"))
                        .method("BREW", HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        JsonNode made = spans(2).getLast();
        assertThat(made.path("name").asString()).isEqualTo("HTTP");
        assertThat(attributes(made)).containsEntry("http.request.method", "_OTHER");
        assertThat(made.at("/status/code").asInt()).isEqualTo(2);
    }

    @Test
    void a_busy_collector_is_asked_again() throws Exception {
        start();
        busy.set(1);
        get("/a");
        assertThat(spans(1)).hasSize(1);
        TestGateway.eventually("it is counted", () -> count("spans_exported_total") == 1);
        assertThat(count("spans_dropped_total")).isZero();
    }

    @Test
    void a_collector_that_is_away_costs_spans_and_no_request() throws Exception {
        start("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + TestGateway.freePort());
        get("/a");
        assertThat(memberSaw("traceparent")).isNotEmpty();
        gateway.close();
    }

    @Test
    void without_a_collector_headers_pass_as_they_came() throws Exception {
        start("OTEL_EXPORTER_OTLP_ENDPOINT", "");
        get("/a", "traceparent", "what it is", "tracestate", "x");
        Map<String, String> headers = seen.remove();
        assertThat(headers.get("traceparent")).isEqualTo("what it is");
        assertThat(headers.get("tracestate")).isEqualTo("x");
    }

    private long count(String tally) throws IOException {
        return client.counts().path("process").path(tally).asLong();
    }
}
