package dev.belay.cluster;

import dev.belay.release.Digest;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Placement;
import dev.belay.release.Pod;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Workloads to make objects of, in tests.
final class Workloads {
    static final Scope API = Scope.component("production", "api");
    static final Placement SHOP = Placement.in("shop", "shop-production");

    Health readiness = health(new Health.Http("/health", range(), Map.of(), ""), 1);
    Health liveness = health(new Health.Alive(), 1);
    List<String> command = List.of("node", "main.js");
    Set<String> required = Set.of();
    Set<String> secrets = Set.of();
    Map<String, String> plain = Map.of();
    boolean port = true;
    Launch.Limits limits = Launch.Limits.NONE;
    Launch.Stop stop = new Launch.Stop("TERM", Duration.ofSeconds(10), Duration.ofSeconds(30));
    Launch.Protocol protocol = Launch.Protocol.HTTP1;
    String image = "registry.example.org:5000/shop/api:7";
    String digest = "sha256:" + "7".repeat(64);
    Pod pod = new Pod(SHOP);

    static Health health(Health.Check check, int successes) {
        return new Health(
                check,
                successes,
                Duration.ofSeconds(successes > 1 ? 3 : 0),
                Duration.ofMillis(1500),
                Duration.ofSeconds(60));
    }

    static Health.StatusRange range() {
        return new Health.StatusRange(200, 299);
    }

    Revision revision() {
        var launch =
                new Launch(
                        command,
                        required,
                        secrets,
                        port,
                        stop,
                        limits,
                        readiness,
                        liveness,
                        protocol,
                        Launch.Listen.PORT,
                        new Launch.Container(image, digest, pod));
        return new Revision("api-3f9c1a2b7d10", "api", Digest.of("api"), "1", launch);
    }

    Workload make() {
        return new Workload(API, revision(), new TreeMap<>(plain));
    }

    /// How the component is reached, by an entry.
    static Line line(Placement.Entry entry, Launch.Protocol protocol, Traffic.At... at) {
        return new Line(SHOP.with(entry), API, protocol, 3000, new Traffic.Rules(List.of(at)));
    }

    static Traffic.At at(List<String> hosts, List<String> paths, Map<String, String> headers) {
        return new Traffic.At(new Traffic.Entrance("public", 443), hosts, paths, Set.of(), headers);
    }
}
