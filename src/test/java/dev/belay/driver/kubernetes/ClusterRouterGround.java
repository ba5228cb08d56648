package dev.belay.driver.kubernetes;

import dev.belay.cluster.ClusterVersion;
import dev.belay.cluster.RevisionObjects;
import dev.belay.cluster.Workload;
import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Instance;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.driver.RouterGround;
import dev.belay.driver.host.Deadline;
import dev.belay.driver.kubernetes.fake.FakeCluster;
import dev.belay.driver.kubernetes.fake.Fate;
import dev.belay.driver.kubernetes.fake.Faults;
import dev.belay.driver.router.ForwardingRouter;
import dev.belay.release.Digest;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Placement;
import dev.belay.release.Pod;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A cluster in which each instance of a test is a pod, ready as long as it says that it is well,
/// and a front that sends requests as the cluster's Services and routes say.
final class ClusterRouterGround implements RouterGround {
    private static final String NAMESPACE = "shop";
    private static final int WELL = 200;

    private final FakeCluster cluster;
    private final Placement placement;
    private final Path folder;
    private final Function<List<Traffic.Share>, Map<String, Integer>> reached;
    private final RoutingFront front;
    private final List<Clusters> all = new ArrayList<>();
    private final Map<String, AtomicBoolean> pods = new ConcurrentHashMap<>();
    private final AtomicInteger ports = new AtomicInteger(3000);
    private volatile Function<Scope, List<Instance>> instances = _ -> List.of();

    /// @param reached which weights are in force where shares were asked for
    ClusterRouterGround(
            Path folder,
            Placement.Entry entry,
            Function<List<Traffic.Share>, Map<String, Integer>> reached)
            throws IOException {
        this.folder = folder;
        this.reached = reached;
        cluster = FakeCluster.start(NAMESPACE);
        placement =
                new Placement(
                        "shop",
                        cluster.kubeconfig(folder, NAMESPACE).toString(),
                        "",
                        NAMESPACE,
                        new TreeMap<>(),
                        List.of(),
                        Placement.NOBODY,
                        entry);
        boolean byRoutes = entry instanceof Placement.Gateway;
        front = new RoutingFront(cluster, NAMESPACE, byRoutes, this::port, this::follow);
        System.err.println("KUBERNETES IS TRIED AT THE FAKE API SERVER " + cluster.url());
    }

    // --- what runs ----------------------------------------------------------------------------

    private List<Instance> running() {
        return instances.apply(Scope.component("test", "api"));
    }

    private Optional<Integer> port(String pod) {
        return running().stream()
                .filter(one -> one.id().equals(pod))
                .map(Instance::port)
                .findFirst();
    }

    /// Pods are what instances are: there, and ready or not.
    private synchronized void follow() {
        List<Instance> now = running();
        for (Instance one : now) {
            pods.computeIfAbsent(one.id(), _ -> made(one)).set(isWell(one));
        }
        boolean so =
                Deadline.in(patience())
                        .await(() -> now.stream().allMatch(one -> isReady(one) == isWell(one)));
        if (!so) {
            throw new IllegalStateException("the fake kubelet sleeps");
        }
    }

    private boolean isReady(Instance one) {
        return cluster.find("Pod", NAMESPACE, one.id())
                .filter(pod -> new PodView(pod).isReady())
                .isPresent();
    }

    private static boolean isWell(Instance one) {
        try {
            var where = URI.create("http://127.0.0.1:" + one.port() + "/health").toURL();
            var asked = (HttpURLConnection) where.openConnection();
            int status = asked.getResponseCode();
            asked.disconnect();
            return status == WELL;
        } catch (IOException e) {
            return false;
        }
    }

    private AtomicBoolean made(Instance one) {
        String component = one.revision().substring(0, one.revision().indexOf('-'));
        var revision = placed(new Revision(one.revision(), component, Digest.of("a"), "", plain()));
        var workload = new Workload(Scope.component("test", component), revision, new TreeMap<>());
        JsonNode deployment =
                Bounds.tree(RevisionObjects.deployment(workload, ClusterVersion.USUAL, 0));
        cluster.put("Deployment", NAMESPACE, deployment);
        var ready = new AtomicBoolean();
        String image = "registry.example.org/" + one.id();
        cluster.image(image, new Fate.ReadyWhile(ready));
        var pod = (ObjectNode) Trees.at(deployment, "spec", "template").deepCopy();
        Trees.in(pod, "metadata").put("name", one.id());
        ((ObjectNode) pod.path("spec").path("containers").path(0)).put("image", image);
        cluster.put("Pod", NAMESPACE, pod);
        return ready;
    }

    private static Launch plain() {
        var well =
                new Health(
                        new Health.Tcp(),
                        1,
                        Duration.ZERO,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5));
        var stop = new Launch.Stop("TERM", Duration.ofSeconds(1), Duration.ofSeconds(1));
        return new Launch(
                List.of("true"), Set.of(), Set.of(), true, stop, Launch.Limits.NONE, well, well);
    }

    private Revision placed(Revision plain) {
        Launch launch = plain.launch();
        return new Revision(
                plain.id(),
                plain.component(),
                plain.artifact(),
                plain.configuration(),
                new Launch(
                        launch.command(),
                        launch.required(),
                        launch.secrets(),
                        launch.port(),
                        launch.stop(),
                        launch.limits(),
                        launch.readiness(),
                        launch.liveness(),
                        Launch.Protocol.HTTP1,
                        Launch.Listen.PORT,
                        new Launch.Container(
                                "registry.example.org/" + plain.id(), "", new Pod(placement))));
    }

    // --- the ground ---------------------------------------------------------------------------

    @Override
    public Router router(Function<Scope, List<Instance>> running) {
        instances = running;
        var clusters = new Clusters(folder.resolve("clusters"));
        all.add(clusters);
        return new Following(new ServiceRouter(clusters));
    }

    private final class Following extends ForwardingRouter {
        private final Router services;

        Following(Router services) {
            this.services = services;
        }

        @Override
        protected Router of(Scope scope) {
            follow();
            return services;
        }

        @Override
        public Answer route(Work.Route work, Order order) {
            return of(order.scope()).route(work, order);
        }

        @Override
        public Finding probe(Work.Route work, Order order) {
            return of(order.scope()).probe(work, order);
        }

        @Override
        public boolean listens(int port) {
            return services.listens(port);
        }
    }

    @Override
    public int freePort() {
        return ports.incrementAndGet();
    }

    @Override
    public URI address(int port, String path) {
        return front.address(port, path);
    }

    /// A change takes some ten requests to the API server.
    @Override
    public int turns() {
        return 3;
    }

    @Override
    public Set<Lack> lacks() {
        return Set.of(Lack.PORTS, Lack.COUNTS, Lack.BOUNDS);
    }

    @Override
    public Work.Route work(Work.Route plain) {
        Traffic traffic = plain.traffic();
        var at =
                new Traffic.At(
                        new Traffic.Entrance("web", 80),
                        List.of("shop.example.org"),
                        List.of(),
                        Set.of(),
                        new HashMap<>());
        var rules = new Traffic.Rules(List.of(at));
        return new Work.Route(
                plain.component(),
                new Traffic(traffic.port(), traffic.shares(), rules),
                plain.revisions().stream().map(this::placed).toList());
    }

    @Override
    public Map<String, Integer> reached(List<Traffic.Share> asked) {
        return reached.apply(asked);
    }

    /// Its API server is away.
    @Override
    public void stop() {
        cluster.faults().everything(new Faults.Cut());
    }

    /// What watches has to begin anew.
    @Override
    public void restart() {
        cluster.faults().lift();
        cluster.cutWatches();
    }

    @Override
    public void close() {
        front.close();
        all.forEach(Clusters::close);
        cluster.close();
    }
}
