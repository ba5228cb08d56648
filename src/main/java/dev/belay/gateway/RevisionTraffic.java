package dev.belay.gateway;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What one revision of one component has served and is serving. Outlives the tables that name it,
/// so that a drain can be watched to its end.
final class RevisionTraffic extends InFlight {
    /// Answers by the first digit of their status; index 0 is clients that left before the answer.
    private static final int CLASSES = 6;

    /// How a request failed on the gateway's own side.
    enum UpstreamError {
        CONNECT,
        RESET,
        TIMEOUT
    }

    private final RouteKey key;
    private final String revision;
    private final long hash;
    private final AtomicLongArray answers = new AtomicLongArray(CLASSES);
    private final LongAdder refused = new LongAdder();
    private final LongAdder reset = new LongAdder();
    private final LongAdder late = new LongAdder();
    private final Map<MemberLink.Loss, LongAdder> repeated = new EnumMap<>(MemberLink.Loss.class);
    private final LongAdder ejections = new LongAdder();
    private final LongAdder ejectionsRefused = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final Histogram latency = new Histogram();
    private final List<Half> halves = List.of(new Half(), new Half());
    private final RetryBudget retries = new RetryBudget();
    private final Map<Route.Member, Upstream> upstreams = new ConcurrentHashMap<>();

    RevisionTraffic(RouteKey key, String revision) {
        this.key = key;
        this.revision = revision;
        this.hash = Visit.hash(revision);
        for (MemberLink.Loss why : MemberLink.Loss.values()) {
            repeated.put(why, new LongAdder());
        }
    }

    RouteKey key() {
        return key;
    }

    String revision() {
        return revision;
    }

    /// Of the revision's name: the same in every process.
    long hash() {
        return hash;
    }

    Upstream upstream(Route.Member member, HealthCheck health) {
        Upstream there = upstreams.get(member);
        if (there != null) {
            return there;
        }
        // Looked at beforehand: inside, the map may not be asked.
        int half = smallerHalf();
        return upstreams.computeIfAbsent(member, m -> new Upstream(m, health, half));
    }

    /// The half of the members that has fewer of them.
    private int smallerHalf() {
        int balance = 0;
        for (Upstream one : upstreams.values()) {
            balance += one.half() == 0 ? 1 : -1;
        }
        return balance > 0 ? 1 : 0;
    }

    Collection<Upstream> upstreams() {
        return upstreams.values();
    }

    /// Marks whom no table names any more, and forgets those at which nothing is in flight.
    void retireAllBut(Collection<Upstream> named) {
        named.forEach(upstream -> upstreams.put(upstream.member(), upstream));
        for (Upstream upstream : List.copyOf(upstreams.values())) {
            upstream.retired(!named.contains(upstream));
            if (upstream.retired() && upstream.inFlight() == 0) {
                upstreams.remove(upstream.member());
            }
        }
    }

    /// Counts an answer, and how long its headers took.
    ///
    /// @param upstream whose it is; null where the gateway answered in its place
    void answered(int status, long nanos, @Nullable Upstream upstream) {
        answers.incrementAndGet(Math.clamp(status / 100, 1, CLASSES - 1));
        latency.record(nanos);
        int half = upstream == null ? (int) (nanos & 1) : upstream.half();
        halves.get(half).answered(status, nanos);
        retries.earn();
    }

    RetryBudget retries() {
        return retries;
    }

    /// Counts a client that left before its answer.
    void abandoned() {
        answers.incrementAndGet(0);
    }

    void error(UpstreamError error) {
        adder(error).increment();
    }

    private LongAdder adder(UpstreamError error) {
        return switch (error) {
            case CONNECT -> refused;
            case RESET -> reset;
            case TIMEOUT -> late;
        };
    }

    /// Counts a request that is given to a member once more.
    void repeated(MemberLink.Loss why) {
        Objects.requireNonNull(repeated.get(why)).increment();
    }

    long repeats(MemberLink.Loss why) {
        return Objects.requireNonNull(repeated.get(why)).sum();
    }

    void ejected() {
        ejections.increment();
    }

    /// Counts bytes of bodies, and of what passes through tunnels, that clients sent.
    void received(long bytes) {
        received.add(bytes);
    }

    /// Counts those that clients were sent.
    void sent(long bytes) {
        sent.add(bytes);
    }

    /// Counts a member that failed and stayed, because too few others were left.
    void ejectionRefused() {
        ejectionsRefused.increment();
    }

    long ejectionsRefused() {
        return ejectionsRefused.sum();
    }

    long ejections() {
        return ejections.sum();
    }

    long received() {
        return received.sum();
    }

    long sent() {
        return sent.sum();
    }

    /// Adds what a predecessor counted, as [Counts] wrote it.
    void inherit(JsonNode line) {
        for (int i = 0; i < CLASSES; i++) {
            answers.addAndGet(i, line.path("answers").path(Counts.CLASSES[i]).asLong());
        }
        for (UpstreamError error : UpstreamError.values()) {
            adder(error).add(line.path("upstreamErrors").path(Counts.name(error)).asLong());
        }
        repeated.forEach(
                (why, adder) -> adder.add(line.path("retries").path(Counts.name(why)).asLong()));
        ejections.add(line.path("ejections").asLong());
        received.add(line.path("bytesIn").asLong());
        sent.add(line.path("bytesOut").asLong());
        latency.inherit(line.path("latency"), line.path("latencyNanos").asLong());
        for (int i = 0; i < halves.size(); i++) {
            halves.get(i).inherit(line.path("halves").path(i));
        }
        for (JsonNode member : line.path("members")) {
            for (Upstream upstream : upstreams.values()) {
                if (upstream.member().id().equals(member.path("id").asString(""))) {
                    upstream.inherit(member);
                }
            }
        }
    }

    long answers(int statusClass) {
        return answers.get(statusClass);
    }

    long errors(UpstreamError error) {
        return adder(error).sum();
    }

    /// What either half of its members answered.
    List<Half> halves() {
        return halves;
    }

    Histogram latency() {
        return latency;
    }
}
