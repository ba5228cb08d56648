package dev.belay.driver.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Instance;
import dev.belay.driver.Order;
import dev.belay.driver.configuration.ConfigurationStore;
import dev.belay.driver.configuration.Redactor;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.driver.configuration.Secret;
import dev.belay.driver.host.Deadline;
import dev.belay.driver.kubernetes.fake.FakeCluster;
import dev.belay.driver.kubernetes.fake.Fate;
import dev.belay.driver.kubernetes.fake.Faults;
import dev.belay.release.CronSchedule;
import dev.belay.release.Digest;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Placement;
import dev.belay.release.Pod;
import dev.belay.release.Revision;
import dev.belay.release.Scaling;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One component `shop/api` in a namespace of a cluster.
final class ClusterHost implements AutoCloseable {
    static final String NAMESPACE = "shop";
    static final Scope SCOPE = Scope.component("shop", "api");
    static final int PORT = 3000;
    static final Duration PATIENCE = Duration.ofSeconds(60);

    final FakeCluster cluster;
    final Map<String, String> secrets = new HashMap<>();
    final Map<String, String> plain = new HashMap<>();
    final AtomicBoolean busy = new AtomicBoolean();
    Placement.Entry entry = new Placement.Inside();
    @Nullable Scaling scaling;
    @Nullable CronSchedule schedule;
    private final Path folder;
    private final Path kubeconfig;
    private final ConfigurationStore configurations;
    private final AtomicLong tokens = new AtomicLong();
    private Clusters clusters;
    ServiceRouter router;
    KubernetesTarget target;

    ClusterHost(Path folder) throws IOException {
        this(folder, FakeCluster.start(NAMESPACE));
    }

    ClusterHost(Path folder, FakeCluster cluster) throws IOException {
        this.folder = folder;
        this.cluster = cluster;
        kubeconfig = cluster.kubeconfig(folder, NAMESPACE);
        configurations = new ConfigurationStore(folder.resolve("configuration"));
        clusters = new Clusters(folder.resolve("clusters"));
        router = new ServiceRouter(clusters);
        target = newTarget();
        System.err.println("KUBERNETES IS TRIED AT THE FAKE API SERVER " + cluster.url());
    }

    private KubernetesTarget newTarget() {
        var values =
                new RuntimeValues(
                        configurations,
                        (_, name) -> Optional.ofNullable(secrets.get(name)).map(Secret::new),
                        new Redactor());
        return new KubernetesTarget(
                clusters,
                _ -> Optional.of(placement()),
                configurations,
                values,
                router,
                _ -> busy.get());
    }

    /// A control plane that is started anew.
    void restart() {
        clusters.close();
        clusters = new Clusters(folder.resolve("clusters"));
        router = new ServiceRouter(clusters);
        target = newTarget();
    }

    Clusters clusters() {
        return clusters;
    }

    Placement placement() {
        return new Placement(
                "shop",
                kubeconfig.toString(),
                "",
                NAMESPACE,
                new TreeMap<>(),
                List.of(),
                Placement.NOBODY,
                entry);
    }

    /// Pods of it become what the fate says.
    Revision revision(String id, Fate fate) {
        cluster.image("registry.example.org/" + id, fate);
        return revision(id);
    }

    Revision revision(String id) {
        try {
            var well =
                    new Health(
                            new Health.Tcp(),
                            1,
                            Duration.ZERO,
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(5));
            var launch =
                    new Launch(
                            List.of("/app"),
                            Set.of(),
                            Set.copyOf(secrets.keySet()),
                            true,
                            new Launch.Stop("TERM", Duration.ofSeconds(2), Duration.ofSeconds(1)),
                            Launch.Limits.NONE,
                            well,
                            well,
                            Launch.Protocol.HTTP1,
                            Launch.Listen.PORT,
                            new Launch.Container(
                                    "registry.example.org/" + id,
                                    "",
                                    new Pod(placement(), Pod.Calls.ANYBODY, scaling, schedule)));
            return new Revision(id, "api", Digest.of(id), configurations.keep(plain), launch);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Order order() {
        return order(tokens.incrementAndGet());
    }

    Order order(long token) {
        return new Order(SCOPE, token, "r-1", 3, PATIENCE);
    }

    Answer scale(Revision revision, int instances) {
        return target.scale(new Work.Scale(revision, instances), order());
    }

    void scaled(Revision revision, int instances) {
        assertThat(scale(revision, instances)).isInstanceOf(Answer.Done.class);
    }

    Finding probe(Work.Effect work) {
        return target.probe(work, order());
    }

    List<Instance> instances() {
        return target.instances(SCOPE);
    }

    /// A line that sends to so many of each revision.
    Work.Route line(Revision[] revisions, int... instances) {
        var shares = new Traffic.Share[revisions.length];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = new Traffic.Share(revisions[i].id(), instances[i], instances[i]);
        }
        return new Work.Route("api", new Traffic(PORT, List.of(shares)), Arrays.asList(revisions));
    }

    Work.Route line(Revision revision, int instances) {
        return line(new Revision[] {revision}, instances);
    }

    /// The same for who comes from outside.
    Work.Route line(Revision revision, int instances, Traffic.At... at) {
        var share = new Traffic.Share(revision.id(), instances, instances);
        var traffic = new Traffic(PORT, List.of(share), new Traffic.Rules(List.of(at)));
        return new Work.Route("api", traffic, List.of(revision));
    }

    void routed(Work.Route line) {
        assertThat(router.route(line, order())).isInstanceOf(Answer.Done.class);
    }

    Optional<JsonNode> deployment(Revision revision) {
        return cluster.find("Deployment", NAMESPACE, revision.id());
    }

    /// Names of the pods that the Service sends to.
    List<String> behind() {
        return cluster.find("EndpointSlice", NAMESPACE, "api").stream()
                .flatMap(slice -> Trees.each(slice.path("endpoints")))
                .filter(one -> Trees.at(one, "conditions", "ready").asBoolean())
                .map(one -> Trees.text(one, "targetRef", "name"))
                .sorted()
                .toList();
    }

    long asked(String verb, String kind) {
        return cluster.asked().stream()
                .filter(one -> one.verb().equals(verb) && one.kind().equals(kind))
                .count();
    }

    Faults faults() {
        return cluster.faults();
    }

    /// Does it while the test goes on.
    static <T> CompletableFuture<T> later(Supplier<T> what) {
        return CompletableFuture.supplyAsync(what, Thread::startVirtualThread);
    }

    static void await(String what, BooleanSupplier condition) {
        assertThat(Deadline.in(PATIENCE).await(condition)).as(what).isTrue();
    }

    @Override
    public void close() {
        cluster.close();
        clusters.close();
    }
}
