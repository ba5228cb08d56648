package dev.belay.driver.haproxy;

import dev.belay.driver.Instance;
import dev.belay.driver.probe.HealthAnswer;
import dev.belay.driver.probe.HealthProbe;
import dev.belay.driver.probe.ProbeTarget;
import dev.belay.release.Health;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which instances the shares of a line mean, each asked how it is before it may get anything.
final class Members {
    private static final Duration USUAL = Duration.ofSeconds(2);

    private final HealthProbe probe = new HealthProbe();

    /// What was found of them.
    ///
    /// @param members by revision
    /// @param missing why they are not all there, or not all ready; empty when they are
    record Found(SortedMap<String, List<Line.Member>> members, String missing) {}

    Found of(Work.Route work, List<Instance> running) {
        var all = new TreeMap<String, List<Line.Member>>();
        List<String> unready = new ArrayList<>();
        for (Traffic.Share share : work.traffic().shares()) {
            List<Instance> own =
                    running.stream()
                            .filter(one -> one.revision().equals(share.revision()))
                            .filter(one -> one.port() > 0)
                            .sorted(Comparator.comparingInt(Instance::number))
                            .limit(share.instances())
                            .toList();
            if (own.size() < share.instances()) {
                return new Found(
                        all,
                        "fewer than %d instances of `%s` run"
                                .formatted(share.instances(), share.revision()));
            }
            if (share.weight() > 0) {
                own.forEach(one -> unready(work, one).ifPresent(unready::add));
            }
            all.put(
                    share.revision(),
                    own.stream().map(one -> new Line.Member(one.id(), one.port())).toList());
        }
        return new Found(all, String.join("; ", unready));
    }

    private Optional<String> unready(Work.Route work, Instance instance) {
        Optional<Health> health =
                HaproxyRouter.revision(work, instance.revision())
                        .map(revision -> revision.launch().readiness());
        Health.Check check =
                switch (health.map(Health::check).orElse(new Health.Tcp())) {
                    // Where it is asked by a command, that it listens is all that is seen here.
                    case Health.Command _, Health.Alive _ -> new Health.Tcp();
                    case Health.Http http -> http;
                    case Health.Grpc grpc -> grpc;
                    case Health.Tcp tcp -> tcp;
                };
        var at = new InetSocketAddress(InetAddress.getLoopbackAddress(), instance.port());
        var target = new ProbeTarget(at, () -> true, Path.of("/"), Map.of());
        return switch (probe.ask(check, target, health.map(Health::timeout).orElse(USUAL))) {
            case HealthAnswer.Well _ -> Optional.empty();
            case HealthAnswer.Unwell no -> Optional.of(sentence(instance, no.reason()));
            case HealthAnswer.NotAsked no -> Optional.of(sentence(instance, no.reason()));
        };
    }

    private static String sentence(Instance instance, String reason) {
        return "`" + instance.id() + "` is not ready: " + reason;
    }
}
