package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What the gateway says of itself is what happened.
class MetricsTest {
    private static final String P = "belay_gateway_";
    private static final String V1 = "component=\"web\",revision=\"v1\"";

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

    private MetricsText metrics() throws IOException {
        return MetricsText.of(gateway.client.metrics());
    }

    @Test
    void everything_is_counted_where_it_happened() throws Exception {
        try (var member =
                TestMember.behaving((request, out) -> {
                    if (request.path().equals("/bad")) {
                        request.body();
                        TestMember.write(out, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
                        return true;
                    }
                    return TestMember.say(request, out, "0123456789");
                })) {
            gateway.routes(member);
            gateway.get("/a");
            gateway.send(
                    HttpRequest.newBuilder(gateway.uri("/b"))
                            .POST(HttpRequest.BodyPublishers.ofString("12345")));
            gateway.get("/bad");
            assertThat(gateway.raw("GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400");
            TestGateway.eventually(
                    "the answers are counted",
                    () -> metrics().sum(P + "bytes_total", V1, "\"out\"") == 20);
            MetricsText text = metrics();
            assertThat(text.sum(P + "requests_total", V1, "class=\"2xx\"")).isEqualTo(2);
            assertThat(text.sum(P + "requests_total", V1, "class=\"5xx\"")).isEqualTo(1);
            assertThat(text.sum(P + "bytes_total", V1, "\"in\"")).isEqualTo(5);
            assertThat(text.sum(P + "response_seconds_count", V1)).isEqualTo(3);
            assertThat(text.sum(P + "member_failures_total", V1, "member=\"v1-1\"")).isOne();
            assertThat(text.sum(P + "member_ready", V1, "member=\"v1-1\"")).isOne();
            assertThat(text.value(P + "requests_refused_total")).isOne();
            assertThat(text.value(P + "accepted_total")).isGreaterThanOrEqualTo(2);
            assertThat(text.type(P + "accepted_total")).isEqualTo("counter");
            assertThat(text.type(P + "connections")).isEqualTo("gauge");
            assertThat(text.value("process_resident_memory_bytes")).isGreaterThan(1e6);
            assertThat(text.value("process_open_fds")).isGreaterThan(3);
            assertThat(text.value(P + "direct_memory_bytes")).isNotNegative();
            assertThat(text.value(P + "direct_memory_used_bytes")).isNotNegative();
            JsonNode counts = gateway.client.counts();
            assertThat(counts.at("/process/requests_refused_total").asLong()).isOne();
            JsonNode one = revision(counts, "v1");
            assertThat(one.path("bytesIn").asLong()).isEqualTo(5);
            assertThat(one.at("/members/0/id").asString()).isEqualTo("v1-1");
            assertThat(one.at("/members/0/failed").asLong()).isOne();
            long answers = 0;
            for (JsonNode bucket : one.at("/members/0/latency")) {
                answers += bucket.asLong();
            }
            assertThat(answers).isEqualTo(3);
        }
    }

    @Test
    void a_member_that_refuses_is_ejected_and_its_request_repeated() throws Exception {
        TestMember gone = TestMember.saying("gone");
        try (var well = TestMember.saying("well")) {
            gateway.routes(
                    new Route.Share(
                            "v1",
                            1,
                            new Route.Members(List.of(well.member("v1-1"), gone.member("v1-2")))));
            gone.close();
            TestGateway.eventually(
                    "the one that is gone was tried",
                    () -> {
                        assertThat(gateway.get("/").body()).isEqualTo("well");
                        return metrics().sum(P + "retries_total", V1, "why=\"unsent\"") >= 1
                                || metrics().sum(P + "member_ready", V1, "v1-2") == 0;
                    });
            assertThat(metrics().sum(P + "ejections_total", V1)).isGreaterThanOrEqualTo(1);
        }
    }

    @Test
    void connections_come_and_go() throws Exception {
        try (var member = TestMember.saying("x")) {
            gateway.routes(member);
            try (Socket one = gateway.connect()) {
                one.getOutputStream().write("GET / HTT".getBytes(StandardCharsets.US_ASCII));
                TestGateway.eventually("it is open", () -> metrics().value(P + "connections") == 1);
            }
            TestGateway.eventually("it is gone", () -> metrics().value(P + "connections") == 0);
            TestGateway.eventually(
                    "loops are looked at", () -> metrics().value(P + "loop_lag_seconds_count") > 2);
        }
    }

    @Test
    void the_reader_of_this_test_is_strict() {
        String good = "# HELP a A.\n# TYPE a counter\na{b=\"c\"} 1\n";
        assertThat(MetricsText.of(good).value("a{b=\"c\"}")).isOne();
        for (String bad :
                List.of(
                        good + "a{b=\"c\"} 2\n",
                        good + "a{b=\"c\nd\"} 1\n",
                        good + "a{b=c} 1\n",
                        good + "b 1\n",
                        good + "# HELP b B.\n# TYPE b gauge\nb 1\n# HELP a A.\n",
                        good.stripTrailing())) {
            assertThatThrownBy(() -> MetricsText.of(bad)).isInstanceOf(AssertionError.class);
        }
    }

    private static JsonNode revision(JsonNode counts, String name) {
        for (JsonNode one : counts.path("revisions")) {
            if (one.path("revision").asString().equals(name)) {
                return one;
            }
        }
        throw new AssertionError("no revision " + name);
    }
}
