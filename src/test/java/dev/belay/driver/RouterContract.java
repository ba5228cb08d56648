package dev.belay.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.belay.driver.host.Deadline;
import dev.belay.release.Digest;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What every router promises, whatever carries the requests. A kind of router keeps it when a
/// subclass passes, which only says with a [RouterGround] how things are made and stopped there.
public abstract class RouterContract {
    private static final Scope SCOPE = Scope.component("test", "api");

    @TempDir private Path folder;
    private RouterGround ground;
    private Router router;
    private int port;
    private HttpClient http;
    private final List<TestInstance> running = new CopyOnWriteArrayList<>();
    private final AtomicLong tokens = new AtomicLong();

    /// A ground of its own for one test.
    ///
    /// @param folder that is the test's alone
    protected abstract RouterGround ground(Path folder) throws Exception;

    @BeforeEach
    void begin() throws Exception {
        ground = ground(folder);
        router = newRouter();
        port = ground.freePort();
        http = newClient();
    }

    @AfterEach
    void end() throws Exception {
        for (TestInstance one : running) {
            one.close();
        }
        if (http != null) {
            http.shutdownNow();
        }
        if (ground != null) {
            ground.close();
        }
    }

    // --- lines ------------------------------------------------------------------------------

    @Test
    void a_line_is_in_force_when_it_is_answered_for() throws Exception {
        starts("api-1", 1);

        routed(share("api-1", 1, 1));

        assertThat(get("/")).isEqualTo("api-1-1");
        starts("api-2", 1);
        routed(share("api-2", 1, 1));
        assertThat(get("/")).isEqualTo("api-2-1");
    }

    @Test
    void a_line_is_read_back_as_it_is() throws Exception {
        assertThat(router.observe(SCOPE)).isEmpty();
        starts("api-1", 2);
        starts("api-2", 1);

        routed(share("api-1", 9, 2), share("api-2", 1, 1));

        var seen = router.observe(SCOPE).orElseThrow();
        assertThat(seen.port()).isEqualTo(port);
        assertThat(seen.weights())
                .isEqualTo(ground.reached(List.of(share("api-1", 9, 2), share("api-2", 1, 1))));
        assertThat(seen.members())
                .isEqualTo(
                        Map.of(
                                "api-1",
                                List.of("api-1-1", "api-1-2"),
                                "api-2",
                                List.of("api-2-1")));
        assertThat(newRouter().observe(SCOPE).orElseThrow().weights()).isEqualTo(seen.weights());
    }

    @Test
    void weights_are_what_requests_see() throws Exception {
        starts("api-1", 2);
        starts("api-2", 1);
        routed(share("api-1", 80, 2), share("api-2", 20, 1));
        double part = part("api-2", share("api-1", 80, 2), share("api-2", 20, 1));

        Map<String, Integer> seen = counts(500);

        assertNear(seen.getOrDefault("api-2-1", 0), 500, part);
        assertNear(seen.getOrDefault("api-1-1", 0), 500, (1 - part) / 2);
        assertNear(seen.getOrDefault("api-1-2", 0), 500, (1 - part) / 2);
        routed(share("api-1", 0, 2), share("api-2", 1, 1));
        assertThat(counts(50)).isEqualTo(Map.of("api-2-1", 50));
    }

    @Test
    void a_small_weight_is_no_more_than_it_says() throws Exception {
        starts("api-1", 1);
        starts("api-2", 3);
        routed(share("api-1", 99, 1), share("api-2", 1, 3));

        double part = part("api-1", share("api-1", 99, 1), share("api-2", 1, 3));

        assertNear(counts(1_000).getOrDefault("api-1-1", 0), 1_000, part);
    }

    /// What a revision gets of all requests where these were asked for.
    private double part(String revision, Traffic.Share... asked) {
        Map<String, Integer> weights = ground.reached(List.of(asked));
        double all = weights.values().stream().mapToInt(Integer::intValue).sum();
        return weights.getOrDefault(revision, 0) / all;
    }

    /// Within five standard deviations of as many draws.
    private static void assertNear(int seen, int draws, double part) {
        double five = 5 * Math.sqrt(draws * part * (1 - part));
        assertThat((double) seen).isBetween(draws * part - five, draws * part + five);
    }

    @Test
    void only_as_many_instances_take_part_as_are_wanted() throws Exception {
        assumeFalse(lacks(RouterGround.Lack.BOUNDS), "all that are ready take part");
        starts("api-1", 3);
        routed(share("api-1", 1, 2));
        assertThat(counts(40).keySet()).isEqualTo(Set.of("api-1-1", "api-1-2"));

        routed(share("api-1", 1, 3));

        assertThat(counts(60).keySet()).isEqualTo(Set.of("api-1-1", "api-1-2", "api-1-3"));
        routed(share("api-1", 1, 1));
        assertThat(counts(40).keySet()).isEqualTo(Set.of("api-1-1"));
    }

    @Test
    void where_nobody_gets_requests_whoever_comes_hears_503() throws Exception {
        starts("api-1", 1);
        routed(share("api-1", 1, 1));

        routed();

        assertThat(send("/").statusCode()).isEqualTo(503);
        assertThat(router.observe(SCOPE)).isPresent();
        assertThat(router.observe(SCOPE).orElseThrow().weights()).isEmpty();
        routed(share("api-1", 1, 1));
        assertThat(get("/")).isEqualTo("api-1-1");
    }

    @Test
    void a_line_that_is_gone_listens_nowhere() throws Exception {
        assumeFalse(lacks(RouterGround.Lack.PORTS), "it listens on no port of this host");
        starts("api-1", 1);
        routed(share("api-1", 1, 1));
        assertThat(router.listens(port)).isTrue();

        assertThat(nowhere(order())).isInstanceOf(Answer.Done.class);

        assertThat(router.observe(SCOPE)).isEmpty();
        assertThat(router.listens(port)).isFalse();
        await("the port is free", () -> isFree(port));
        assertThat(nowhere(order())).as("again").isInstanceOf(Answer.Done.class);
    }

    @Test
    void lines_of_others_stay_as_they_are() throws Exception {
        var other = Scope.component("test", "web");
        int own = port;
        int others = ground.freePort();
        starts("api-1", 1);
        starts("web-1", 1);
        routed(share("api-1", 1, 1));
        port = others;
        var line = line(share("web-1", 1, 1));
        assertThat(router.route(line, new Order(other, 1, "r-1", 3, ground.patience())))
                .isInstanceOf(Answer.Done.class);
        assertThat(get("/")).isEqualTo("web-1-1");

        port = own;
        assertThat(nowhere(order())).isInstanceOf(Answer.Done.class);

        port = others;
        assertThat(get("/")).isEqualTo("web-1-1");
        assertThat(router.observe(other)).isPresent();
    }

    @Test
    void a_line_moves_to_another_port() throws Exception {
        starts("api-1", 1);
        routed(share("api-1", 1, 1));
        int before = port;
        port = ground.freePort();

        routed(share("api-1", 1, 1));

        assertThat(get("/")).isEqualTo("api-1-1");
        assertThat(router.observe(SCOPE).orElseThrow().port()).isEqualTo(port);
        await("the port is free", () -> isFree(before));
    }

    // --- tokens -----------------------------------------------------------------------------

    @Test
    void an_order_that_comes_late_or_twice_changes_nothing() throws Exception {
        starts("api-1", 1);
        starts("api-2", 1);
        var to1 = line(share("api-1", 1, 1));
        var to2 = line(share("api-2", 1, 1));
        assertThat(router.route(to1, order(7))).isInstanceOf(Answer.Done.class);

        assertThat(router.route(to1, order(7))).isEqualTo(new Answer.Stale(7));
        assertThat(router.route(to2, order(6))).isEqualTo(new Answer.Stale(7));
        assertThat(nowhere(order(7))).isEqualTo(new Answer.Stale(7));

        assertThat(get("/")).isEqualTo("api-1-1");
        router = newRouter();
        assertThat(router.route(to2, order(7))).isEqualTo(new Answer.Stale(7));
        assertThat(router.route(to2, order(8))).isInstanceOf(Answer.Done.class);
    }

    @Test
    void a_probe_seals_against_orders_that_are_still_on_their_way() throws Exception {
        starts("api-1", 1);
        var line = line(share("api-1", 1, 1));

        assertThat(router.probe(line, order(9))).isEqualTo(new Finding.NotDone());

        assertThat(router.route(line, order(8))).isEqualTo(new Answer.Stale(8));
        assertThat(router.probe(line, order(8))).isEqualTo(new Finding.Stale(8));
        assertThat(router.observe(SCOPE)).isEmpty();
        assertThat(newRouter().route(line, order(8))).isEqualTo(new Answer.Stale(8));
        assertThat(router.route(line, order(9))).isInstanceOf(Answer.Done.class);
    }

    @Test
    void a_probe_finds_the_line_that_is_in_force_and_no_other() throws Exception {
        starts("api-1", 2);
        starts("api-2", 1);
        routed(share("api-1", 9, 1), share("api-2", 1, 1));

        assertThat(probe(line(share("api-1", 9, 1), share("api-2", 1, 1))))
                .isInstanceOf(Finding.Done.class);
        assertThat(probe(line(share("api-1", 8, 1), share("api-2", 1, 1))))
                .isEqualTo(new Finding.NotDone());
        assertThat(probe(line(share("api-1", 9, 2), share("api-2", 1, 1))))
                .isEqualTo(new Finding.NotDone());
        assertThat(probe(line(share("api-1", 1, 1)))).isEqualTo(new Finding.NotDone());
        assertThat(probe(line())).isEqualTo(new Finding.NotDone());
        assertThat(probe(new Work.Route("api", Traffic.NOWHERE, List.of())))
                .isEqualTo(new Finding.NotDone());
        nowhere(order());
        assertThat(probe(new Work.Route("api", Traffic.NOWHERE, List.of())))
                .isInstanceOf(Finding.Done.class);
    }

    @Test
    void a_line_that_is_gone_keeps_its_token() throws Exception {
        starts("api-1", 1);
        var line = line(share("api-1", 1, 1));
        assertThat(router.route(line, order(5))).isInstanceOf(Answer.Done.class);
        assertThat(nowhere(order(6))).isInstanceOf(Answer.Done.class);

        ground.restart();
        router = newRouter();

        assertThat(router.route(line, order(6))).isEqualTo(new Answer.Stale(6));
        assertThat(router.route(line, order(7))).isInstanceOf(Answer.Done.class);
    }

    // --- what is not ready ------------------------------------------------------------------

    @Test
    void a_member_that_is_not_ready_is_refused_and_the_line_stays() throws Exception {
        starts("api-1", 1);
        routed(share("api-1", 1, 1));
        starts("api-2", 1).getFirst().isWell(false);
        Order order = order();
        var line = line(share("api-2", 1, 1));

        assertThat(router.route(line, order))
                .isInstanceOfSatisfying(
                        Answer.NotYet.class,
                        no -> assertThat(no.because()).contains("`api-2").contains(" ready"));

        assertThat(get("/")).isEqualTo("api-1-1");
        assertThat(router.observe(SCOPE).orElseThrow().weights()).isEqualTo(Map.of("api-1", 1));
        running.getLast().isWell(true);
        assertThat(router.route(line, order)).as("the same order").isInstanceOf(Answer.Done.class);
        assertThat(get("/")).isEqualTo("api-2-1");
    }

    @Test
    void fewer_instances_than_wanted_are_refused_and_the_line_stays() throws Exception {
        starts("api-1", 1);
        routed(share("api-1", 1, 1));

        assertThat(router.route(line(share("api-1", 1, 2)), order()))
                .isInstanceOfSatisfying(
                        Answer.NotYet.class,
                        no -> assertThat(no.because()).contains(" 2 instances of `api-1` "));

        assertThat(get("/")).isEqualTo("api-1-1");
    }

    @Test
    void a_port_that_somebody_else_has_is_said_and_the_line_stays() throws Exception {
        assumeFalse(lacks(RouterGround.Lack.PORTS), "it listens on no port of this host");
        starts("api-1", 1);
        routed(share("api-1", 1, 1));
        int before = port;
        port = ground.freePort();
        try (var taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));

            assertThat(router.route(line(share("api-1", 1, 1)), order()))
                    .isInstanceOfSatisfying(
                            Answer.Failed.class, no -> assertThat(no.reason()).contains("" + port));
        }
        port = before;
        assertThat(get("/")).isEqualTo("api-1-1");
    }

    @Test
    void what_dies_gets_no_requests_while_another_is_there() throws Exception {
        starts("api-1", 2);
        routed(share("api-1", 1, 2));

        running.getFirst().close();

        await("only the other one is asked", () -> counts(20).equals(Map.of("api-1-2", 20)));
    }

    // --- requests ---------------------------------------------------------------------------

    @Test
    void no_request_is_lost_while_lines_change() throws Exception {
        starts("api-1", 2);
        starts("api-2", 2);
        routed(share("api-1", 1, 2));
        var over = new AtomicBoolean();
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        var served = new AtomicInteger();
        var clients = new ArrayList<Thread>();
        for (int i = 0; i < 4; i++) {
            clients.add(Thread.startVirtualThread(() -> ask(over, served, wrong)));
        }

        for (int i = 0; i < ground.turns(); i++) {
            routed(share("api-1", 9, 2), share("api-2", 1, 2));
            routed(share("api-2", 1, 2));
            routed(share("api-1", 1, 1), share("api-2", 1, 1));
            routed(share("api-1", 1, 2));
        }

        over.set(true);
        for (Thread client : clients) {
            assertThat(client.join(ground.patience())).isTrue();
        }
        assertThat(wrong).isEmpty();
        assertThat(served.get()).isGreaterThan(100);
    }

    private void ask(AtomicBoolean over, AtomicInteger served, Queue<String> wrong) {
        try (HttpClient own = newClient()) {
            while (!over.get()) {
                var answer = own.send(request("/"), HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() == 200 && answer.body().startsWith("api-")) {
                    served.incrementAndGet();
                } else {
                    wrong.add(answer.statusCode() + " " + answer.body());
                }
            }
        } catch (IOException | InterruptedException e) {
            wrong.add(String.valueOf(e));
        }
    }

    @Test
    void what_is_under_way_is_counted_at_its_instance_and_ends_well() throws Exception {
        assumeFalse(lacks(RouterGround.Lack.COUNTS), "it does not know what is under way");
        starts("api-1", 2);
        starts("api-2", 1);
        routed(share("api-1", 1, 1));
        var held = http.sendAsync(request("/hold"), HttpResponse.BodyHandlers.ofString());
        await("it is under way", () -> router.inFlightAt(SCOPE, List.of("api-1-1")) == 1);
        assertThat(router.inFlightAt(SCOPE, List.of("api-1-2", "api-2-1"))).isZero();
        assertThat(router.observe(SCOPE).orElseThrow().inFlight()).containsEntry("api-1", 1);

        routed(share("api-2", 1, 1));

        assertThat(get("/")).isEqualTo("api-2-1");
        assertThat(router.inFlightAt(SCOPE, List.of("api-1-1"))).as("though drained").isEqualTo(1);
        assertThat(newRouter().inFlightAt(SCOPE, List.of("api-1-1"))).isEqualTo(1);
        running.getFirst().letGo();
        assertThat(held.get().body()).isEqualTo("api-1-1");
        await("nothing is", () -> router.inFlightAt(SCOPE, List.of("api-1-1")) == 0);
    }

    @Test
    void what_is_under_way_ends_well_when_its_line_goes() throws Exception {
        assumeFalse(lacks(RouterGround.Lack.COUNTS), "it does not know what is under way");
        starts("api-1", 1);
        routed(share("api-1", 1, 1));
        var held = http.sendAsync(request("/hold"), HttpResponse.BodyHandlers.ofString());
        await("it is under way", () -> router.inFlightAt(SCOPE, List.of("api-1-1")) == 1);

        assertThat(nowhere(order())).isInstanceOf(Answer.Done.class);

        assertThat(router.inFlightAt(SCOPE, List.of("api-1-1"))).isEqualTo(1);
        running.getFirst().letGo();
        assertThat(held.get().body()).isEqualTo("api-1-1");
    }

    @Test
    void tunnels_end_at_instances_that_are_given_up_and_at_no_others() throws Exception {
        assumeFalse(lacks(RouterGround.Lack.COUNTS), "it does not know what is under way");
        starts("api-1", 1);
        starts("api-2", 1);
        routed(share("api-1", 1, 1));
        try (Socket leaves = tunnel()) {
            routed(share("api-2", 1, 1));
            try (Socket stays = tunnel()) {
                assertThat(router.inFlightAt(SCOPE, List.of("api-1-1"))).isEqualTo(1);

                router.closeLongLived(SCOPE, "api-1", List.of("api-1-1"));

                readToTheEnd(leaves);
                await("it ends", () -> router.inFlightAt(SCOPE, List.of("api-1-1")) == 0);
                assertThat(router.inFlightAt(SCOPE, List.of("api-2-1"))).isEqualTo(1);
                stays.setSoTimeout(100);
                assertThatThrownBy(() -> stays.getInputStream().read())
                        .as("nothing is said there")
                        .isInstanceOf(java.net.SocketTimeoutException.class);
            }
        }
    }

    private Socket tunnel() throws IOException {
        URI where = ground.address(port, "/socket");
        var socket = new Socket(where.getHost(), where.getPort());
        socket.setSoTimeout((int) ground.patience().toMillis());
        socket.getOutputStream()
                .write(
                        ("GET /socket HTTP/1.1\r\nHost: "
                                        + where.getAuthority()
                                        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                        + "Sec-WebSocket-Version: 13\r\n"
                                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            assertThat(next).as("after %s", head).isNotNegative();
            head.append((char) next);
        }
        assertThat(head.toString()).startsWith("HTTP/1.1 101 ");
        return socket;
    }

    /// A farewell may come before the end: who hears it leaves.
    private static void readToTheEnd(Socket socket) throws IOException {
        if (socket.getInputStream().read() >= 0) {
            socket.close();
        }
    }

    // --- a data plane that is away ----------------------------------------------------------

    @Test
    void a_router_that_was_started_again_has_its_lines() throws Exception {
        starts("api-1", 2);
        starts("api-2", 1);
        routed(share("api-1", 3, 2), share("api-2", 1, 1));
        var before = router.observe(SCOPE).orElseThrow();

        ground.restart();
        http = newClient();

        await("it answers", () -> get("/").startsWith("api-"));
        assertThat(router.observe(SCOPE).orElseThrow().weights()).isEqualTo(before.weights());
        assertThat(router.observe(SCOPE).orElseThrow().members()).isEqualTo(before.members());
        assertThat(probe(line(share("api-1", 3, 2), share("api-2", 1, 1))))
                .isInstanceOf(Finding.Done.class);
        routed(share("api-2", 1, 1));
        assertThat(get("/")).isEqualTo("api-2-1");
    }

    @Test
    void a_router_that_is_away_has_no_answer_and_is_asked_again_when_it_is_back() throws Exception {
        starts("api-1", 1);
        starts("api-2", 1);
        routed(share("api-1", 1, 1));
        ground.stop();
        var line = line(share("api-2", 1, 1));
        long before = System.nanoTime();

        assertThatThrownBy(() -> router.route(line, order()))
                .isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(() -> router.observe(SCOPE)).isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(() -> router.inFlightAt(SCOPE, List.of("api-1-1")))
                .isInstanceOf(UncheckedIOException.class);
        assertThat(probe(line)).isInstanceOf(Finding.Unknown.class);

        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isLessThan(ground.patience().multipliedBy(4));
        ground.restart();
        http = newClient();
        assertThat(probe(line)).isNotInstanceOf(Finding.Unknown.class);
        assertThat(router.route(line, order())).isInstanceOf(Answer.Done.class);
        await("it answers", () -> get("/").equals("api-2-1"));
    }

    // --- hands ------------------------------------------------------------------------------

    private Router newRouter() {
        return ground.router(_ -> running.stream().map(TestInstance::seen).toList());
    }

    private static HttpClient newClient() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    private List<TestInstance> starts(String revision, int count) throws IOException {
        var started = new ArrayList<TestInstance>();
        for (int number = 1; number <= count; number++) {
            started.add(new TestInstance(revision, number));
        }
        running.addAll(started);
        return started;
    }

    private static Traffic.Share share(String revision, int weight, int instances) {
        return new Traffic.Share(revision, weight, instances);
    }

    private Work.Route line(Traffic.Share... shares) {
        var all = List.of(shares);
        return ground.work(
                new Work.Route(
                        "api",
                        new Traffic(port, all),
                        all.stream().map(share -> revision(share.revision())).toList()));
    }

    private boolean lacks(RouterGround.Lack lack) {
        return ground.lacks().contains(lack);
    }

    private static Revision revision(String id) {
        var status = new Health.StatusRange(200, 299);
        var health =
                new Health(
                        new Health.Http("/health", status, Map.of(), ""),
                        1,
                        Duration.ZERO,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5));
        var stop = new Launch.Stop("TERM", Duration.ofSeconds(1), Duration.ofSeconds(1));
        var launch =
                new Launch(
                        List.of("true"),
                        Set.of(),
                        Set.of(),
                        true,
                        stop,
                        Launch.Limits.NONE,
                        health,
                        health);
        return new Revision(id, "api", Digest.of(id), "", launch);
    }

    private Order order() {
        return order(tokens.incrementAndGet());
    }

    private Order order(long token) {
        return new Order(SCOPE, token, "r-1", 3, ground.patience());
    }

    private void routed(Traffic.Share... shares) {
        assertThat(router.route(line(shares), order())).isInstanceOf(Answer.Done.class);
    }

    private Answer nowhere(Order order) {
        return router.route(new Work.Route("api", Traffic.NOWHERE, List.of()), order);
    }

    private Finding probe(Work.Route work) {
        return router.probe(work, order());
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(ground.address(port, path))
                .timeout(ground.patience())
                .build();
    }

    private HttpResponse<String> send(String path) throws IOException, InterruptedException {
        return http.send(request(path), HttpResponse.BodyHandlers.ofString());
    }

    private String get(String path) throws IOException, InterruptedException {
        return send(path).body();
    }

    private Map<String, Integer> counts(int requests) throws Exception {
        var counts = new HashMap<String, Integer>();
        for (int i = 0; i < requests; i++) {
            counts.merge(get("/"), 1, Integer::sum);
        }
        return counts;
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private void await(String what, Callable<Boolean> condition) throws Exception {
        Deadline deadline = Deadline.in(ground.patience().multipliedBy(2));
        var failure = new CompletableFuture<Exception>();
        boolean became =
                deadline.await(() -> {
                    try {
                        return condition.call();
                    } catch (IOException _) {
                        return false;
                    } catch (Exception e) {
                        failure.complete(e);
                        return true;
                    }
                });
        if (failure.isDone()) {
            throw failure.join();
        }
        assertThat(became).as(what).isTrue();
    }
}
