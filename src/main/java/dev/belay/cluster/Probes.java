package dev.belay.cluster;

import dev.belay.release.Health;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How the kubelet asks a container how it is. It sees less than Belay's own probes do: of an
/// answer over HTTP only whether the status is between 200 and 399, and times in whole seconds.
final class Probes {
    /// How often is asked whether it has started.
    private static final int STARTING_SECONDS = 1;

    /// How often is asked whether it may have requests.
    private static final int READY_SECONDS = 2;

    /// How often is asked whether it is dead.
    private static final int ALIVE_SECONDS = 10;

    private static final int READY_FAILURES = 3;

    private final ClusterVersion version;

    Probes(ClusterVersion version) {
        this.version = version;
    }

    void put(Part container, Health readiness, Health liveness) {
        check(readiness)
                .ifPresent(check -> {
                    long within = Math.max(1, seconds(readiness.within()));
                    container.put(
                            "startupProbe",
                            probe(readiness)
                                    .put("periodSeconds", STARTING_SECONDS)
                                    .put(
                                            "failureThreshold",
                                            Math.ceilDiv(within, STARTING_SECONDS)));
                    container.put(
                            "readinessProbe",
                            probe(readiness)
                                    .put("periodSeconds", readyPeriod(readiness))
                                    .put("successThreshold", readiness.successes())
                                    .put("failureThreshold", READY_FAILURES));
                });
        check(liveness)
                .ifPresent(check -> {
                    long failures = Math.ceilDiv(seconds(liveness.within()), ALIVE_SECONDS);
                    container.put(
                            "livenessProbe",
                            probe(liveness)
                                    .put("periodSeconds", ALIVE_SECONDS)
                                    .put("failureThreshold", Math.max(1, failures)));
                });
    }

    /// So long that the first and the last of the good answers are far enough apart.
    private static long readyPeriod(Health health) {
        long gaps = Math.max(1, health.successes() - 1);
        return Math.max(
                health.successes() > 1 ? 1 : READY_SECONDS,
                Math.ceilDiv(seconds(health.over()), gaps));
    }

    private Part probe(Health health) {
        Part probe = check(health).orElseThrow();
        return probe.put("timeoutSeconds", Math.max(1, seconds(health.timeout())));
    }

    /// Empty for what is well while it lives: that the kubelet sees by itself.
    private Optional<Part> check(Health health) {
        return switch (health.check()) {
            case Health.Http http ->
                    Optional.of(
                            new Part()
                                    .put(
                                            "httpGet",
                                            new Part()
                                                    .put("path", http.path())
                                                    .put("port", PodTemplate.PORT_NAME)));
            case Health.Tcp _ -> Optional.of(connects());
            case Health.Grpc(String service) ->
                    Optional.of(
                            version.probesGrpc()
                                    ? new Part()
                                            .put(
                                                    "grpc",
                                                    new Part()
                                                            .put("port", PodTemplate.PORT)
                                                            .put("service", service))
                                    : connects());
            case Health.Command(List<String> command) ->
                    Optional.of(new Part().put("exec", new Part().texts("command", command)));
            case Health.Alive _ -> Optional.empty();
        };
    }

    private static Part connects() {
        return new Part().put("tcpSocket", new Part().put("port", PodTemplate.PORT_NAME));
    }

    /// Whole ones, rounded up.
    static long seconds(Duration time) {
        return Math.ceilDiv(time.toMillis(), 1000L);
    }
}
