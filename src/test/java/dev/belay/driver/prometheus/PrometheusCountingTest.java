package dev.belay.driver.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.belay.driver.Answered;
import dev.belay.driver.Counting;
import dev.belay.driver.configuration.Secret;
import dev.belay.driver.host.Deadline;
import dev.belay.driver.secrets.Keys;
import dev.belay.driver.secrets.TestTls;
import dev.belay.release.Credential;
import dev.belay.release.Digest;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Prometheus;
import dev.belay.release.Revision;
import dev.belay.release.Selector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a real Prometheus collected, and what one says that is ill, slow, or somebody else.
final class PrometheusCountingTest {
    private static final String TOKEN = "a-token-that-nobody-sees";
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Selector REQUESTS =
            Selector.parse("http_requests_total{pod=~\"${workload}-[a-z]+\"}");
    private static final Selector BUCKETS =
            Selector.parse("http_request_duration_seconds_bucket{pod=~\"${workload}-[a-z]+\"}");
    private static final int BOUND = Answered.bin(1e6);

    /// What there is to be collected just now, by series.
    private static final Map<String, Long> COUNTERS = new ConcurrentSkipListMap<>();

    @TempDir private static Path folder;
    private static @Nullable TestPrometheus real;

    private final List<String> learnt = new CopyOnWriteArrayList<>();
    private final PrometheusCounting counting =
            new PrometheusCounting(_ ->
                    new Keys(
                            name -> Optional.of(new Secret(TOKEN)).filter(_ -> name.equals("T")),
                            secret -> secret.use(learnt::add)));

    @BeforeAll
    static void start() throws IOException {
        real = TestPrometheus.start(folder, PrometheusCountingTest::text);
    }

    private static String text() {
        synchronized (COUNTERS) {
            return COUNTERS.entrySet().stream()
                    .map(one -> one.getKey() + " " + one.getValue() + "\n")
                    .collect(Collectors.joining());
        }
    }

    @AfterAll
    static void stop() {
        if (real != null) {
            real.close();
        }
    }

    @BeforeEach
    void nothing() {
        COUNTERS.clear();
    }

    private static String url() {
        return java.util.Objects.requireNonNull(real).url();
    }

    private static Revision revision(String id) {
        var health = new Health(new Health.Alive(), 1, Duration.ZERO, SECOND, SECOND);
        var launch =
                new Launch(
                        List.of("serve"),
                        Set.of(),
                        Set.of(),
                        true,
                        new Launch.Stop("TERM", SECOND, SECOND),
                        Launch.Limits.NONE,
                        health,
                        health);
        return new Revision(id, "api", Digest.of(id), "", launch);
    }

    /// Revisions of a test of its own: what others counted stays for a while.
    private static Counting.Sides sides(String test) {
        return new Counting.Sides("local", revision(test + "-2"), revision(test + "-1"));
    }

    private static Prometheus source(String url, Selector requests, Selector errors) {
        return new Prometheus(
                url,
                new Credential.Variable("T"),
                "",
                requests,
                errors,
                new Prometheus.Slow(BUCKETS, SECOND),
                SECOND,
                Duration.ofSeconds(2));
    }

    private static Prometheus source(String url) {
        return source(url, REQUESTS, REQUESTS.and("code", "=~", "5.."));
    }

    /// All of it at once: nothing is collected in between.
    private static void counts(String pod, long fine, long failed, long slow) {
        String bucket = "http_request_duration_seconds_bucket{pod=\"%s\",le=\"%s\"}";
        synchronized (COUNTERS) {
            COUNTERS.put("http_requests_total{pod=\"%s\",code=\"200\"}".formatted(pod), fine);
            if (failed > 0) {
                COUNTERS.put("http_requests_total{pod=\"%s\",code=\"503\"}".formatted(pod), failed);
            }
            COUNTERS.put(bucket.formatted(pod, "0.1"), fine / 2);
            COUNTERS.put(bucket.formatted(pod, "1"), fine + failed - slow);
            COUNTERS.put(bucket.formatted(pod, "+Inf"), fine + failed);
        }
    }

    private static void gone(String pod) {
        synchronized (COUNTERS) {
            COUNTERS.keySet().removeIf(one -> one.contains(pod));
        }
    }

    // --- a real one ---------------------------------------------------------------------------

    private static Counting.Counted.Totals until(
            Counting.Counter counter, Predicate<Counting.Counted.Totals> so) {
        var last = new ArrayList<Counting.Counted>();
        boolean came =
                Deadline.in(Duration.ofSeconds(30))
                        .await(() -> {
                            last.clear();
                            last.add(counter.read());
                            return last.getFirst() instanceof Counting.Counted.Totals totals
                                    && so.test(totals);
                        });
        assertThat(came).as(last.toString()).isTrue();
        return (Counting.Counted.Totals) last.getFirst();
    }

    private static Answered answered(long all, long failed, long slow) {
        var times = new TreeMap<Integer, Long>();
        times.put(BOUND, all - slow);
        if (slow > 0) {
            times.put(BOUND + 1, slow);
        }
        return new Answered(all, failed, times);
    }

    @Test
    void totals_of_all_pods_of_both_revisions_are_read_at_once() {
        counts("a-1-x", 900, 0, 9);
        counts("a-1-y", 1_000, 10, 0);
        Counting.Counter counter = counting.counter(source(url()), sides("a"));
        // Neither was there at the first look, so nothing of what they had is counted.
        until(counter, totals -> totals.remark().contains("`a-2`") && totals.series() > 1);
        counts("a-2-x", 50, 0, 0);
        until(counter, totals -> totals.remark().isEmpty());
        counts("a-1-y", 1_100, 11, 3);
        counts("a-2-x", 60, 5, 2);
        var totals = until(counter, read -> read.canary().failed() > 0);
        assertThat(totals.canary()).isEqualTo(answered(15, 5, 2));
        assertThat(totals.baseline()).isEqualTo(answered(101, 1, 3));
    }

    @Test
    void one_that_starts_anew_and_one_that_goes_do_not_take_back_what_was_counted() {
        counts("b-1-x", 1_000, 0, 0);
        counts("b-2-x", 100, 0, 0);
        counts("b-2-y", 100, 0, 0);
        Counting.Counter counter = counting.counter(source(url()), sides("b"));
        until(counter, totals -> totals.remark().isEmpty());
        long series = ((Counting.Counted.Totals) counter.read()).series();
        counts("b-2-x", 7, 0, 0);
        until(counter, totals -> totals.canary().all() == 7);
        gone("b-2-y");
        counts("b-2-x", 9, 0, 0);
        var totals = until(counter, read -> read.canary().all() >= 9);
        assertThat(totals.canary().all()).isEqualTo(9);
        assertThat(totals.series()).isEqualTo(series);
    }

    @Test
    void one_whose_metric_has_another_name_now_is_silent_and_that_is_said() {
        counts("c-1-x", 1_000, 0, 0);
        counts("c-2-x", 100, 0, 0);
        Counting.Counter counter = counting.counter(source(url()), sides("c"));
        until(counter, totals -> totals.remark().isEmpty());
        gone("c-2-x");
        COUNTERS.put("requests_total{pod=\"c-2-x\"}", 300L);
        var totals = until(counter, read -> !read.remark().isEmpty());
        assertThat(totals.remark()).isEqualTo("it knows no `requests` of `c-2`");
        assertThat(totals.canary().all()).isZero();
    }

    private Optional<Counting.Counted.Unread> doubt(String requests, Duration slow) {
        return doubt(requests, slow, "d");
    }

    private Optional<Counting.Counted.Unread> doubt(String requests, Duration slow, String test) {
        Selector selector = Selector.parse(requests);
        var source =
                new Prometheus(
                        url(),
                        null,
                        "",
                        selector,
                        selector.and("code", "=~", "5.."),
                        new Prometheus.Slow(BUCKETS, slow),
                        SECOND,
                        SECOND);
        return counting.doubt(source, sides(test));
    }

    @Test
    void what_is_misspelt_is_found_before_anything_is_judged_by_it() {
        counts("d-1-x", 1_000, 3, 0);
        String good = REQUESTS.toString();
        assertThat(Deadline.in(Duration.ofSeconds(30)).await(() -> doubt(good, SECOND).isEmpty()))
                .isTrue();
        assertThat(doubt(good.replace("requests", "request"), SECOND))
                .hasValueSatisfying(why -> {
                    assertThat(why.reason())
                            .contains("has no metric `http_request_total`, which `requests` names");
                    assertThat(why.hint()).isEqualTo("did you mean `http_requests_total`?");
                });
        assertThat(doubt(good.replace("{pod", "{pods"), SECOND))
                .hasValueSatisfying(why -> {
                    assertThat(why.reason()).contains("has no label `pods`");
                    assertThat(why.hint()).isEqualTo("did you mean `pod`?");
                });
        assertThat(doubt(good, Duration.ofMillis(900)))
                .hasValueSatisfying(why -> {
                    assertThat(why.reason()).contains("no bucket that ends at 0.9");
                    assertThat(why.hint()).endsWith("`0.1`, `1.0`");
                });
        assertThat(doubt(good, SECOND, "unseen"))
                .hasValueSatisfying(why -> {
                    assertThat(why.reason())
                            .contains("no `requests` of `unseen-1`, which runs now");
                    assertThat(why.hint()).endsWith("{pod=~\"unseen-1-[a-z]+\"}");
                });
    }

    // --- one that is told what to say ---------------------------------------------------------

    private interface Saying {
        void to(HttpExchange exchange) throws IOException;
    }

    private static Saying says(int status, String body) {
        return exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        };
    }

    private final List<String> asked = new CopyOnWriteArrayList<>();

    private Counting.Counted read(Saying saying) throws IOException {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        return read(server, "http://127.0.0.1:", "", saying);
    }

    private Counting.Counted read(
            HttpServer server, String address, String authority, Saying saying) {
        server.createContext(
                "/",
                exchange -> {
                    asked.add(
                            "%s %s %s %s"
                                    .formatted(
                                            exchange.getRequestMethod(),
                                            exchange.getRequestURI(),
                                            exchange.getRequestHeaders().getFirst("Authorization"),
                                            URLDecoder.decode(
                                                    new String(
                                                            exchange.getRequestBody()
                                                                    .readAllBytes(),
                                                            StandardCharsets.UTF_8),
                                                    StandardCharsets.UTF_8)));
                    saying.to(exchange);
                });
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        try {
            String url = address + server.getAddress().getPort() + "/team";
            Prometheus plain = source(url);
            var source =
                    new Prometheus(
                            url,
                            plain.token(),
                            authority,
                            plain.requests(),
                            plain.errors(),
                            plain.slow(),
                            plain.every(),
                            plain.patience());
            return counting.counter(source, sides("e")).read();
        } finally {
            server.stop(0);
        }
    }

    private static Counting.Counted.Unread unread(Counting.Counted counted) {
        assertThat(counted).isInstanceOf(Counting.Counted.Unread.class);
        assertThat(counted.toString()).doesNotContain(TOKEN.substring(0, 8));
        return (Counting.Counted.Unread) counted;
    }

    @Test
    void one_question_asks_for_all_and_shows_its_token_to_nobody_else() throws IOException {
        var counted =
                read(
                        says(
                                200,
                                "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}"));
        assertThat(counted).isInstanceOf(Counting.Counted.Totals.class);
        assertThat(asked).hasSize(1);
        assertThat(asked.getFirst())
                .startsWith("POST /team/api/v1/query Bearer " + TOKEN)
                .contains(
                        "label_replace(http_requests_total{pod=~\"e-1-[a-z]+\",code=~\"5..\"},\"belay_part\",\"baseline-errors\",\"\",\"\")",
                        "http_request_duration_seconds_bucket{pod=~\"e-2-[a-z]+\",le=~\"1|1[.]0\"}");
        assertThat(learnt).containsExactly(TOKEN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | {\"error\":\"parse error\"} | does not take the question: parse error",
                "401 | no | lets nobody read with that token",
                "403 | {} | lets nobody read with that token",
                "404 | <html> | has no API there",
                "422 | {\"error\":\"too many samples\"} | too many samples",
                "429 | {} | status 429",
                "500 | {\"error\":\"disk\"} | status 500: disk",
                "503 | {\"error\":\"query timed out\"} | status 503: query timed out",
                "200 | <html>Sign in</html> | none of a Prometheus",
                "200 | {\"status\":\"error\",\"error\":\"x\"} | none of a Prometheus",
                "204 | '' | answered with status 204",
            })
    void what_is_no_answer_is_no_zero(int status, String body, String reason) throws IOException {
        assertThat(unread(read(says(status, body))).reason()).contains(reason);
    }

    @Test
    void what_repeats_the_token_is_masked() throws IOException {
        String wordy = "x".repeat(290) + TOKEN;
        String error = "{\"error\":\"%s\"}".formatted(wordy);
        assertThat(unread(read(says(500, error))).reason()).contains("xxx***");
        String warns = "{\"status\":\"success\",\"warnings\":[\"%s\"]}".formatted(wordy);
        assertThat(unread(read(says(200, warns))).reason()).contains("xxx***");
    }

    @Test
    void nobody_is_followed_elsewhere() throws IOException {
        Saying elsewhere =
                exchange -> {
                    exchange.getResponseHeaders().set("Location", "/elsewhere");
                    says(302, "").to(exchange);
                };
        assertThat(unread(read(elsewhere)).reason()).contains("sends elsewhere (status 302)");
        assertThat(asked).hasSize(1);
    }

    @Test
    void only_an_authority_that_is_named_is_believed() throws Exception {
        TestTls tls = TestTls.in(folder);
        Saying nothing =
                says(
                        200,
                        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}");
        for (String authority : List.of("", tls.authority().toString())) {
            var server =
                    HttpsServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(tls.context()));
            Counting.Counted read = read(server, "https://127.0.0.1:", authority, nothing);
            if (authority.isEmpty()) {
                assertThat(unread(read).reason()).contains("is not believed");
                assertThat(asked).isEmpty();
            } else {
                assertThat(read).isInstanceOf(Counting.Counted.Totals.class);
            }
        }
    }

    @Test
    void an_answer_without_an_end_is_not_waited_for() throws IOException {
        Saying endless =
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    byte[] block = "[".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
                    try (var out = exchange.getResponseBody()) {
                        for (int i = 0; i < 1_000; i++) {
                            out.write(block);
                        }
                    }
                };
        assertThat(unread(read(endless)).reason()).contains("more than 4 MiB");
    }

    @Test
    void one_that_says_nothing_is_not_waited_for_long() throws IOException {
        var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        try (silent) {
            String url = "http://127.0.0.1:" + silent.getLocalPort();
            assertThat(unread(counting.counter(source(url), sides("e")).read()).reason())
                    .contains("did not answer within 2000 ms");
        }
        String url = "http://127.0.0.1:" + silent.getLocalPort();
        assertThat(unread(counting.counter(source(url), sides("e")).read()).reason())
                .contains("nobody answers for Prometheus at `127.0.0.1:");
        assertThat(counting.doubt(source(url), sides("e"))).isPresent();
    }

    @Test
    void a_token_that_is_not_there_is_no_reason_to_ask_without() {
        var nobody = new PrometheusCounting(_ -> new Keys(_ -> Optional.empty(), _ -> {}));
        assertThat(unread(nobody.counter(source(url()), sides("e")).read()).reason())
                .contains("the variable `T`");
    }
}
