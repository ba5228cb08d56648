package dev.belay.driver.probe;

import dev.belay.release.Dependency.Engine;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/// Asks a datastore or external service, by its own protocol, whether components could use it:
/// connect, sign in, one harmless operation, close. Speaks a few exact messages of each protocol
/// over plain sockets. Changes nothing, never holds a thread beyond its timeout, and its answers
/// hold no password.
public final class DependencyProbe {
    private static final int REASON_MAX = 400;

    private final Supplier<SSLContext> trust;

    /// Believes the certificates that the Java runtime believes, which are read when first asked
    /// for.
    public DependencyProbe() {
        trust = Trust::ofTheRuntime;
    }

    /// Believes the certificates that `trust` believes.
    public DependencyProbe(SSLContext trust) {
        this.trust = () -> trust;
    }

    /// Asks each host of `url` in turn until one is reached.
    ///
    /// @param url with its variables resolved
    /// @param timeout for all of it
    public DependencyAnswer ask(Engine engine, String url, Duration timeout) {
        if (engine == Engine.SQLITE) {
            return DatabaseFile.ask(url);
        }
        DependencyUrl address;
        try {
            address = DependencyUrl.parse(engine, url);
        } catch (ProbeFailure failure) {
            return answer(failure, new Mask(List.of()), "");
        }
        var mask = new Mask(address.secrets());
        long start = System.nanoTime();
        long left = timeout.toNanos();
        DependencyAnswer answer = new DependencyAnswer.NotReached("address", "no host", "");
        List<DependencyUrl.Host> hosts = address.hosts();
        for (int i = 0; i < hosts.size(); i++) {
            var share = Duration.ofNanos(Math.max(1, left / (hosts.size() - i)));
            answer = ask(engine, address, hosts.get(i), share, mask);
            if (answer instanceof DependencyAnswer.Reached) {
                return answer;
            }
            left = timeout.toNanos() - (System.nanoTime() - start);
        }
        return answer;
    }

    private DependencyAnswer ask(
            Engine engine,
            DependencyUrl url,
            DependencyUrl.Host host,
            Duration timeout,
            Mask mask) {
        long start = System.nanoTime();
        try {
            // Platform threads, because looking up a name blocks its carrier.
            String version =
                    Wire.within(
                            timeout,
                            Thread.ofPlatform().daemon().name("dependency-probe").factory(),
                            wire -> protocol(engine).converse(wire, url, host, trust.get()));
            return new DependencyAnswer.Reached(
                    Duration.ofNanos(System.nanoTime() - start), mask.line(version, 80));
        } catch (ProbeFailure failure) {
            return answer(failure, mask, " (" + engineName(engine) + " at " + host + ")");
        }
    }

    private static DependencyAnswer answer(ProbeFailure failure, Mask mask, String where) {
        return new DependencyAnswer.NotReached(
                failure.phase().toString(),
                mask.line(failure.reason(), REASON_MAX) + where,
                failure.hint());
    }

    private static String engineName(Engine engine) {
        return engine.name().toLowerCase(Locale.ROOT);
    }

    private static Protocol protocol(Engine engine) {
        return switch (engine) {
            case POSTGRES -> new PostgresProtocol();
            case MYSQL -> new MysqlProtocol();
            case REDIS -> new RedisProtocol();
            case CLICKHOUSE -> new ClickhouseProtocol();
            case NATS -> new NatsProtocol();
            case RABBITMQ -> new RabbitmqProtocol();
            case KAFKA -> new KafkaProtocol();
            case HTTP -> new HttpProtocol();
            case SQLITE -> throw new IllegalStateException("a file speaks no protocol");
        };
    }
}
