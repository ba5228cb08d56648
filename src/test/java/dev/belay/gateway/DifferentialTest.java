package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The same bytes through our gateway, nginx and Vert.x's proxy, each before members that note
/// every byte: what one refuses and another passes, and what they pass, is known and has its reason
/// in `differences/known.txt`.
///
/// First of all, and with no exception: what ours passes on is read as the requests that ours took
/// it for, by the strictest of readers and by both others.
@Timeout(240)
class DifferentialTest {
    private static final int LANES = 48;
    private static final int GENERATED = 1_000;
    private static final Duration PHASE = Duration.ofSeconds(2);

    /// Bytes, and what may be the reason if they are read in more than one way.
    private record Message(String number, String bytes, List<String> names, int requests) {
        @Override
        public String toString() {
            return names + " " + bytes.replace("\r", "\\r").replace("\n", "\\n");
        }
    }

    /// Where messages go through, with what came of each, in their order.
    private record Peer(String name, List<Lane> lanes, List<Reading> readings) {}

    @TempDir private static Path folder;
    private static final List<AutoCloseable> open = new ArrayList<>();
    private static final List<Message> messages = new ArrayList<>();
    private static TestGateway gateway;
    private static Peer ours;
    private static Peer nginx;
    private static Peer vertx;

    @BeforeAll
    static void start() throws Exception {
        gateway = new TestGateway(folder, TestGateway.limits(PHASE, 1_000));
        var random = new Random(Long.getLong("seed", 1));
        for (Corpus.Entry one : Corpus.read("requests")) {
            String name = one.name();
            Set<String> names = new LinkedHashSet<>();
            names.add("case " + name);
            names.add("case " + name.split(": ", 2)[0]);
            messages.add(
                    new Message("c" + messages.size(), one.block("send"), List.copyOf(names), 0));
        }
        for (RequestGrammar.Message one : new RequestGrammar().messages(random, GENERATED)) {
            List<String> names = one.doubts().stream().map(doubt -> "part " + doubt).toList();
            messages.add(new Message(one.number(), one.bytes(), names, one.requests()));
        }
        try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Peer> third = both.submit(() -> other("vertx", OtherProxy::vertx));
            nginx = other("nginx", OtherProxy::nginx);
            ours = ours();
            ours.readings().addAll(through(ours, messages));
            nginx.readings().addAll(through(nginx, messages));
            vertx = third.get();
        }
        vertx.readings().addAll(through(vertx, messages));
    }

    private interface Starting {
        OtherProxy at(Path folder, Map<Integer, Integer> ports) throws Exception;
    }

    private static Peer other(String name, Starting starting) throws Exception {
        List<Lane> lanes = lanes();
        Map<Integer, Integer> ports = new LinkedHashMap<>();
        lanes.forEach(lane -> ports.put(lane.port, lane.memberPort()));
        OtherProxy proxy = starting.at(Files.createDirectory(folder.resolve(name)), ports);
        synchronized (open) {
            open.add(proxy);
        }
        return new Peer(name, lanes, new ArrayList<>());
    }

    private static Peer ours() throws IOException {
        List<Lane> lanes = lanes();
        open.add(gateway);
        for (Lane lane : lanes) {
            var route =
                    new Route(
                            new RouteKey("test", "web" + lane.port),
                            gateway.nextToken(),
                            lane.port,
                            List.of(lane.share()),
                            new HealthCheck.None());
            assertThat(gateway.client.publish(route)).isInstanceOf(PublishReply.Published.class);
        }
        return new Peer("belay", lanes, new ArrayList<>());
    }

    private static List<Lane> lanes() throws IOException {
        var lanes = new ArrayList<Lane>();
        for (int i = 0; i < LANES; i++) {
            lanes.add(new Lane(TestGateway.freePort()));
        }
        synchronized (open) {
            open.addAll(lanes);
        }
        return lanes;
    }

    /// Each lane takes the next message.
    private static List<Reading> through(Peer peer, List<Message> messages) throws Exception {
        var next = new AtomicInteger();
        var readings = new Reading[messages.size()];
        List<Callable<Integer>> work = new ArrayList<>();
        for (Lane lane : peer.lanes()) {
            work.add(() -> {
                int done = 0;
                for (int i = next.getAndIncrement();
                        i < readings.length;
                        i = next.getAndIncrement()) {
                    readings[i] = lane.read(messages.get(i).number(), messages.get(i).bytes());
                    done++;
                }
                return done;
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> one : threads.invokeAll(work)) {
                one.get();
            }
        }
        return List.of(readings);
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    /// No byte beside the requests that ours took it for: each has its answer, at its place, and
    /// what else came is a part of one that was refused amid its body.
    @Test
    void what_ours_passes_is_what_it_was_counted_as() throws IOException {
        int passed = 0;
        for (int i = 0; i < messages.size(); i++) {
            Reading reading = ours.readings().get(i);
            String of = messages.get(i) + "\n    " + reading;
            assertThat(reading.arrived()).as(of).isEqualTo(reading.whole());
            String all =
                    IntStream.range(0, reading.arrived().size())
                            .mapToObj(number -> "200 #" + number)
                            .collect(Collectors.joining(" "));
            assertThat(reading.unreadable()).as(of).isFalse();
            if (reading.rests().isEmpty()) {
                assertThat(reading.answers())
                        .as(of)
                        .matches(all + "( ?(400|405|408|414|417|431|501|505))?");
            } else {
                assertThat(reading.rests()).as(of).hasSize(1);
                assertThat(reading.answers()).as(of).matches(all + " ?(400|408)");
            }
            passed += reading.arrived().size();
        }
        var metrics = MetricsText.of(gateway.client.metrics());
        assertThat(metrics.sum("belay_gateway_requests_total", "class=\"2xx\"")).isEqualTo(passed);
    }

    /// Members are nginx and Vert.x here: what one connection brought is sent to them byte by byte.
    /// They may refuse some of it, but find no other request in it.
    @Test
    void what_ours_passes_is_nothing_else_to_the_others() throws Exception {
        // Those that differ in their number alone are sent once.
        Map<String, Message> again = new LinkedHashMap<>();
        Map<String, List<RawMessage>> passed = new HashMap<>();
        for (Reading reading : ours.readings()) {
            for (RecordingMember.Conversation one : reading.with()) {
                String bytes = one.all();
                String alike = bytes.replaceAll("(X-Number: |/last/)[c0-9]+", "");
                if (one.rest().isEmpty() && !again.containsKey(alike)) {
                    List<RawMessage> requests = new ArrayList<>();
                    one.whole.forEach(arrival -> requests.add(arrival.message()));
                    requests.add(RawMessage.of(Lane.last(reading.number())));
                    passed.put(bytes, requests);
                    again.put(alike, new Message(reading.number(), bytes, List.of(), 0));
                }
            }
        }
        List<Message> once = List.copyOf(again.values());
        for (Peer peer : List.of(nginx, vertx)) {
            List<Reading> readings = through(peer, once);
            for (int i = 0; i < once.size(); i++) {
                Message message = once.get(i);
                List<RawMessage> got = readings.get(i).whole();
                List<RawMessage> expected = passed.getOrDefault(message.bytes(), List.of());
                assertThat(expected.stream().limit(got.size()).map(DifferentialTest::core))
                        .as(peer.name() + " of " + message)
                        .isEqualTo(got.stream().map(DifferentialTest::core).toList());
            }
        }
    }

    /// Without the host's port, which Vert.x writes in its own way.
    private static List<String> core(RawMessage message) {
        return Reading.core(message).stream()
                .map(part -> part.replaceFirst("^([^/ ]+):[0-9]*$", "$1"))
                .toList();
    }

    @Test
    void what_has_no_doubtful_part_passes_everywhere() {
        int harmless = 0;
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            if (message.names().isEmpty()) {
                harmless++;
                for (Peer peer : List.of(ours, nginx, vertx)) {
                    assertThat(peer.readings().get(i).whole())
                            .as(peer.name() + " of " + message)
                            .hasSize(message.requests() + 1);
                }
            }
        }
        assertThat(harmless).isGreaterThan(GENERATED / 5);
    }

    @Test
    void each_difference_is_known_and_each_known_one_is_one() throws IOException {
        var known = new KnownDifferences();
        for (Peer peer : List.of(nginx, vertx)) {
            for (int i = 0; i < messages.size(); i++) {
                Message message = messages.get(i);
                Reading reading = ours.readings().get(i);
                Reading other = peer.readings().get(i);
                known.saw(
                        peer.name(),
                        reading.comparedWith(other),
                        message.names(),
                        message + "\n    ours: " + reading + "\n    theirs: " + other);
            }
        }
        assertThat(known.unknown()).isEmpty();
        assertThat(known.gone()).isEmpty();
    }
}
