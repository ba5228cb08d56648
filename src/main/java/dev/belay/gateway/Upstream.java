package dev.belay.gateway;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.atomic.LongAdder;
import tools.jackson.databind.JsonNode;

/// One member as the gateway knows it. Lives as long as anything is in flight at it, across tables
/// and beyond the last table that names it.
final class Upstream extends InFlight {
    private final Route.Member member;
    private final SocketAddress address;
    private final Histogram latency = new Histogram();
    private final LongAdder failed = new LongAdder();
    private final Ejection ejection = new Ejection();
    private final long hash;
    private final int half;
    private volatile boolean ready;
    private volatile boolean asked;
    private volatile long readySince = System.nanoTime();
    private volatile boolean retired;
    private volatile HealthCheck health;
    private volatile long lastSuccess = Long.MIN_VALUE;
    private volatile String lastFailure = "it has not been probed yet";

    /// Only the prober's thread uses these two.
    int failures;

    long nextProbe;

    /// @param half of the revision's members, 0 or 1, that it is one of
    Upstream(Route.Member member, HealthCheck health, int half) {
        this.member = member;
        this.half = half;
        this.hash = Visit.hash(member.id());
        this.health = health;
        this.address =
                switch (member.address()) {
                    case Route.Port(String host, int port) -> new InetSocketAddress(host, port);
                    case Route.SocketFile(Path path) -> UnixDomainSocketAddress.of(path);
                };
    }

    Upstream(Route.Member member, HealthCheck health) {
        this(member, health, 0);
    }

    Route.Member member() {
        return member;
    }

    int half() {
        return half;
    }

    /// Of the member's name: the same in every process.
    long hash() {
        return hash;
    }

    boolean speaksHttp2() {
        return member.protocol() == Route.Protocol.HTTP2;
    }

    SocketAddress address() {
        return address;
    }

    boolean atSocketFile() {
        return address instanceof UnixDomainSocketAddress;
    }

    /// What a question of the gateway's own calls it in its `Host`; a path is no host.
    String authority() {
        return switch (member.address()) {
            case Route.Port(String host, int port) -> host + ":" + port;
            case Route.SocketFile _ -> "localhost";
        };
    }

    /// Counts an answer, the gateway's own in its place included.
    void answered(int status, long nanos) {
        latency.record(nanos);
        if (status >= 500) {
            failed.increment();
        }
    }

    Histogram latency() {
        return latency;
    }

    /// Adds what a predecessor counted, as [Counts] wrote it.
    void inherit(JsonNode line) {
        latency.inherit(line.path("latency"), line.path("latencyNanos").asLong());
        failed.add(line.path("failed").asLong());
    }

    /// How many of the answers were a 5xx.
    long failed() {
        return failed.sum();
    }

    HealthCheck health() {
        return health;
    }

    /// A changed question makes an old answer worthless.
    synchronized void health(HealthCheck asked) {
        if (!asked.equals(health)) {
            health = asked;
            lastSuccess = Long.MIN_VALUE;
        }
    }

    /// Whether it was ever asked by this process.
    boolean asked() {
        return asked;
    }

    boolean ready() {
        return ready;
    }

    void ready(boolean now) {
        if (now && !ready) {
            readySince = System.nanoTime();
        }
        ready = now;
    }

    /// When it last became ready.
    long readySince() {
        return readySince;
    }

    void readySince(long nanos) {
        readySince = nanos;
    }

    /// Whether requests fail at it, whatever its probes say.
    Ejection ejection() {
        return ejection;
    }

    /// Whether no table names it any more: its connections are closed instead of kept.
    boolean retired() {
        return retired;
    }

    void retired(boolean now) {
        retired = now;
    }

    /// @param by the question that was answered; one that is not asked any more tells nothing
    synchronized void succeeded(HealthCheck by, long nanos) {
        if (by.equals(health)) {
            asked = true;
            lastSuccess = nanos;
            ready(true);
        }
    }

    void failed(String why) {
        asked = true;
        lastSuccess = Long.MIN_VALUE;
        lastFailure = why;
    }

    boolean succeededSince(long nanos) {
        return lastSuccess != Long.MIN_VALUE && lastSuccess - nanos >= 0;
    }

    /// Whether its latest answer was a good one.
    boolean well() {
        return lastSuccess != Long.MIN_VALUE;
    }

    String lastFailure() {
        return lastFailure;
    }
}
