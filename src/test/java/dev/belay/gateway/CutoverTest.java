package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tables change under traffic, and nobody notices.
// Every line ends with CR and LF, which a text block would hide.
@SuppressWarnings("StringConcatToTextBlock")
class CutoverTest {
    @TempDir private Path folder;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder);
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    @Test
    void no_request_fails_while_the_table_changes_two_hundred_times() throws Exception {
        try (var blue = TestMember.saying("blue");
                var green = TestMember.saying("green")) {
            gateway.routes(blue.share("blue", 1));
            var done = new AtomicBoolean();
            Queue<String> wrong = new ConcurrentLinkedQueue<>();
            var served = new AtomicInteger();
            var clients =
                    List.of(
                            load(done, wrong, served, false),
                            load(done, wrong, served, false),
                            load(done, wrong, served, true));
            for (int i = 0; i < 100; i++) {
                gateway.routes(green.share("green", 1), blue.share("blue", 0));
                gateway.routes(green.share("green", 1), blue.share("blue", 1));
                gateway.routes(blue.share("blue", 1));
            }
            done.set(true);
            clients.forEach(CompletableFuture::join);
            assertThat(wrong).isEmpty();
            assertThat(served.get()).isPositive();
            assertThat(gateway.inFlight("blue").total()).isZero();
            assertThat(gateway.inFlight("green").total()).isZero();
        }
    }

    @Test
    void revisions_that_are_asked_in_different_ways_share_the_traffic() throws Exception {
        try (var old = answersAt("/health", "old");
                var fresh = answersAt("/ready", "fresh")) {
            Route.Share[] shares = {
                asked(old.share("v1", 1), "/health"), asked(fresh.share("v2", 1), "/ready")
            };

            gateway.routes(shares);

            var seen = new HashSet<String>();
            for (int i = 0; i < 200 && seen.size() < 2; i++) {
                seen.add(gateway.get("/").body());
            }
            assertThat(seen).containsExactlyInAnyOrder("old", "fresh");
            gateway.restart();
            TestGateway.eventually("v1 is well", () -> gateway.get("/").body().equals("old"));
            TestGateway.eventually("v2 is well", () -> gateway.get("/").body().equals("fresh"));
            assertThat(gateway.publish(shares[0], asked(fresh.share("v2", 1), "/health")))
                    .isInstanceOfSatisfying(
                            PublishReply.NotReady.class,
                            no -> assertThat(no.members().getFirst().revision()).isEqualTo("v2"));
        }
    }

    /// Well at one path, with 404 for all that is called otherwise and looks like a question.
    private static TestMember answersAt(String path, String name) throws IOException {
        return TestMember.behaving((request, out) -> {
            if (request.path().equals(path) || request.path().equals("/")) {
                return TestMember.say(request, out, name);
            }
            TestMember.write(out, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            return true;
        });
    }

    private static Route.Share asked(Route.Share share, String path) {
        var check = new HealthCheck.Http(path, 200, 299, Map.of(), "", Duration.ofSeconds(2));
        return new Route.Share(share.revision(), share.weight(), share.backend(), check);
    }

    @Test
    void after_the_answer_no_request_meets_the_old_revision() throws Exception {
        try (var blue = TestMember.saying("blue");
                var green = TestMember.saying("green")) {
            for (int i = 0; i < 30; i++) {
                gateway.routes(blue);
                assertThat(gateway.get("/").body()).isEqualTo("blue");
                gateway.routes(green.share("v2", 1));
                assertThat(gateway.get("/").body()).isEqualTo("green");
            }
        }
    }

    @Test
    void requests_are_split_by_weight_and_within_a_revision_evenly() throws Exception {
        try (var stable = TestMember.saying("stable");
                var one = TestMember.saying("one");
                var two = TestMember.saying("two")) {
            var members = new Route.Members(List.of(one.member("a"), two.member("b")));
            gateway.routes(stable.share("v1", 3), new Route.Share("v2", 1, members));
            Map<String, Integer> seen = new java.util.HashMap<>();
            for (int i = 0; i < 400; i++) {
                seen.merge(gateway.get("/").body(), 1, Integer::sum);
            }
            // Binomial with n = 400: six standard deviations either side.
            assertThat(seen.get("stable")).isBetween(248, 352);
            assertThat(seen.get("one")).isBetween(10, 100);
            assertThat(seen.get("two")).isBetween(10, 100);
        }
    }

    @Test
    void the_old_serves_until_the_new_is_ready() throws Exception {
        var ready = new AtomicBoolean();
        try (var old = TestMember.saying("old");
                var slow =
                        TestMember.behaving((request, out) -> {
                            if (!ready.get()) {
                                TestMember.write(
                                        out, "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
                                return true;
                            }
                            return TestMember.say(request, out, "new");
                        })) {
            gateway.routes(old);
            var check = http("/health");
            var refused = gateway.client.publish(gateway.route(check, slow.share("v2", 1)));
            assertThat(refused)
                    .isInstanceOfSatisfying(
                            PublishReply.NotReady.class,
                            reply -> {
                                assertThat(reply.members().getFirst().member()).isEqualTo("v2-1");
                                assertThat(reply.members().getFirst().why()).contains("503");
                            });
            assertThat(gateway.get("/").body()).isEqualTo("old");
            ready.set(true);
            var accepted = gateway.client.publish(gateway.route(check, slow.share("v2", 1)));
            assertThat(accepted).isInstanceOf(PublishReply.Published.class);
            assertThat(gateway.get("/").body()).isEqualTo("new");
        }
    }

    @Test
    void a_health_check_that_hangs_or_redirects_or_lies_in_its_body_is_not_ready()
            throws Exception {
        try (var hangs =
                        TestMember.behaving((_, out) -> {
                            TestMember.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
                            return true;
                        });
                var redirects =
                        TestMember.behaving((_, out) -> {
                            TestMember.write(
                                    out,
                                    "HTTP/1.1 302 F\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n");
                            return true;
                        });
                var other = TestMember.saying("degraded");
                var endless =
                        TestMember.behaving((_, out) -> {
                            TestMember.write(out, "HTTP/1.1 200 OK\r\n\r\n");
                            for (int i = 0; i < 200; i++) {
                                TestMember.write(out, "x".repeat(1_000));
                            }
                            return false;
                        })) {
            assertThat(why(hangs)).contains("no answer within");
            assertThat(why(redirects)).contains("302");
            assertThat(why(other)).contains("does not contain");
            assertThat(why(endless)).contains("64 KiB");
        }
    }

    private String why(TestMember member) {
        var check =
                new HealthCheck.Http("/health", 200, 299, Map.of(), "well", Duration.ofMillis(300));
        var reply = gateway.client.publish(gateway.route(check, member.share("v1", 1)));
        return ((PublishReply.NotReady) reply).members().getFirst().why();
    }

    @Test
    void a_slow_request_drains_while_new_ones_and_other_changes_go_on() throws Exception {
        var release = new CountDownLatch(1);
        try (var old =
                        TestMember.behaving((request, out) -> {
                            await(release);
                            return TestMember.say(request, out, "slow but whole");
                        });
                var fresh = TestMember.saying("fresh")) {
            gateway.routes(old.share("v1", 1));
            var slow =
                    gateway.http()
                            .sendAsync(
                                    HttpRequest.newBuilder(gateway.uri("/slow")).build(),
                                    HttpResponse.BodyHandlers.ofString());
            TestGateway.eventually("in flight at v1", () -> gateway.inFlight("v1").requests() == 1);
            gateway.routes(fresh.share("v2", 1));
            assertThat(gateway.get("/").body()).isEqualTo("fresh");
            gateway.routes(fresh.share("v2", 1));
            assertThat(gateway.inFlight("v1").requests()).isEqualTo(1);
            assertThat(gateway.inFlight("v1").members().getFirst().requests()).isEqualTo(1);
            release.countDown();
            assertThat(slow.join().body()).isEqualTo("slow but whole");
            TestGateway.eventually("v1 drained", () -> gateway.inFlight("v1").total() == 0);
        }
    }

    @Test
    void idle_connections_to_a_member_that_left_the_table_are_closed() throws Exception {
        try (var old = TestMember.saying("old");
                var fresh = TestMember.saying("fresh")) {
            gateway.routes(old);
            gateway.get("/");
            gateway.routes(fresh.share("v2", 1));
            TestGateway.eventually("the old member is left alone", () -> old.open() == 0);
        }
    }

    @Test
    void a_member_that_dies_between_two_probes_costs_no_request() throws Exception {
        try (var alive = TestMember.saying("alive")) {
            var dying = TestMember.saying("dying");
            var members = new Route.Members(List.of(alive.member("a"), dying.member("b")));
            gateway.routes(new Route.Share("v1", 1, members));
            dying.close();
            for (int i = 0; i < 50; i++) {
                var answer =
                        gateway.send(
                                HttpRequest.newBuilder(gateway.uri("/"))
                                        .POST(HttpRequest.BodyPublishers.ofString("body " + i)));
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("alive");
            }
        }
    }

    @Test
    void a_pooled_connection_that_the_member_closed_costs_no_repeatable_request() throws Exception {
        try (var impatient =
                TestMember.behaving((request, out) -> {
                    TestMember.say(request, out, "once");
                    return false;
                })) {
            gateway.routes(impatient);
            for (int i = 0; i < 100; i++) {
                assertThat(gateway.get("/").statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void a_request_that_an_idle_connection_swallowed_is_repeated_on_a_new_one() throws Exception {
        var used = java.util.concurrent.ConcurrentHashMap.<Socket>newKeySet();
        try (var member =
                TestMember.behaving((request, out) ->
                        used.add(request.socket()) && TestMember.say(request, out, "answered"))) {
            gateway.routes(member);
            for (int i = 0; i < 20; i++) {
                assertThat(gateway.get("/").body()).isEqualTo("answered");
            }
            assertThat(gateway.client.metrics()).containsPattern("kind=\"reset\"} [1-9]");
        }
    }

    @Test
    void without_any_instance_the_answer_is_503_and_says_when_to_come_back() throws Exception {
        gateway.routes();
        var answer = gateway.get("/");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }

    @Test
    void the_last_member_is_never_ejected_and_a_recovered_one_comes_back() throws Exception {
        var member = TestMember.saying("first life");
        int port = member.port();
        gateway.routes(member);
        member.close();
        assertThat(gateway.get("/").statusCode()).isEqualTo(503);
        assertThat(gateway.inFlight("v1").members().getFirst().ready()).isTrue();
        try (var again = TestMember.at(port, (r, out) -> TestMember.say(r, out, "second"))) {
            assertThat(gateway.get("/").body()).isEqualTo("second");
            assertThat(again.accepted()).isPositive();
        }
    }

    @Test
    void an_ejected_member_comes_back_when_it_answers() throws Exception {
        var one = TestMember.saying("one");
        int port = one.port();
        try (var two = TestMember.saying("two")) {
            var members = new Route.Members(List.of(one.member("a"), two.member("b")));
            gateway.routes(new Route.Share("v1", 1, members));
            one.close();
            TestGateway.eventually("one is ejected", () -> !ready("a"));
            try (var again = TestMember.at(port, (r, out) -> TestMember.say(r, out, "one"))) {
                TestGateway.eventually("one is back", () -> ready("a"));
                TestGateway.eventually("it was asked", () -> again.accepted() > 0);
            }
        }
    }

    private boolean ready(String id) throws IOException {
        return gateway.inFlight("v1").members().stream()
                .anyMatch(member -> member.id().equals(id) && member.ready());
    }

    private CompletableFuture<Void> load(
            AtomicBoolean done, Queue<String> wrong, AtomicInteger served, boolean fresh) {
        return CompletableFuture.runAsync(
                () -> {
                    while (!done.get()) {
                        try {
                            String body = fresh ? freshly() : gateway.get("/").body();
                            if (!body.endsWith("blue") && !body.endsWith("green")) {
                                wrong.add(body);
                            }
                            served.incrementAndGet();
                        } catch (IOException | InterruptedException e) {
                            wrong.add(e.toString());
                        }
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }

    private String freshly() throws IOException {
        try (Socket socket = gateway.connect()) {
            TestMember.write(
                    socket.getOutputStream(),
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                            + "Connection: close\r\n\r\nhi");
            return TestGateway.readAll(socket.getInputStream());
        }
    }

    private static HealthCheck http(String path) {
        return new HealthCheck.Http(path, 200, 299, Map.of(), "", Duration.ofSeconds(2));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
