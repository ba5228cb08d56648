package dev.belay.driver.kubernetes;

import dev.belay.driver.Harm;
import dev.belay.driver.Instance;
import dev.belay.driver.Router;
import dev.belay.driver.Target;
import dev.belay.driver.TargetGround;
import dev.belay.driver.TestProgram;
import dev.belay.driver.configuration.ConfigurationStore;
import dev.belay.driver.configuration.Redactor;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.driver.configuration.Secret;
import dev.belay.release.Digest;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Placement;
import dev.belay.release.Pod;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Pods of a cluster, seen by somebody who does not ask Belay.
abstract class KubernetesGround implements TargetGround {
    static final Scope SCOPE = Scope.component("local", "api");
    private static final int LINES = 100;

    final String namespace;
    private final Path folder;
    private final Path kubeconfig;
    private final ConfigurationStore configurations;
    private final Map<String, String> secrets = new HashMap<>();
    private final Queue<Clusters> opened = new ConcurrentLinkedQueue<>();
    private final Seniority seniority;
    private Target latest;

    KubernetesGround(Path folder, Path kubeconfig, String namespace) throws IOException {
        this.folder = folder;
        this.kubeconfig = kubeconfig;
        this.namespace = namespace;
        configurations = new ConfigurationStore(folder.resolve("configuration"));
        seniority = new Seniority(this::pods);
        latest = target(new ServiceRouter(clusters()));
    }

    private Clusters clusters() {
        var clusters = new Clusters(folder.resolve("clusters"));
        opened.add(clusters);
        return clusters;
    }

    private Placement placement() {
        return new Placement(
                "contract",
                kubeconfig.toString(),
                "",
                namespace,
                new TreeMap<>(),
                List.of(),
                Placement.NOBODY,
                new Placement.Inside());
    }

    @Override
    public Target target(Router router) {
        var values =
                new RuntimeValues(
                        configurations,
                        (_, name) -> Optional.ofNullable(secrets.get(name)).map(Secret::new),
                        new Redactor());
        latest =
                new KubernetesTarget(
                        clusters(), _ -> Optional.of(placement()), configurations, values, router);
        return latest;
    }

    @Override
    public Revision revision(String id, TestProgram program, Launch.Stop stop) {
        var well =
                new Health(
                        new Health.Alive(),
                        1,
                        Duration.ZERO,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5));
        boolean missing = program == TestProgram.IS_MISSING;
        try {
            var launch =
                    new Launch(
                            missing
                                    ? List.of("/there-is-none")
                                    : List.of("/bin/busybox", "sh", "-c", script(id, program)),
                            Set.of(),
                            Set.copyOf(secrets.keySet()),
                            !program.isJob(),
                            stop,
                            Launch.Limits.NONE,
                            well,
                            well,
                            Launch.Protocol.HTTP1,
                            Launch.Listen.PORT,
                            new Launch.Container(image(id), "", new Pod(placement())));
            return new Revision(id, "api", Digest.of(id), configurations.keep(Map.of()), launch);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A pod is given no number, so which one is the first is found out from outside.
    private String script(String id, TestProgram program) {
        return switch (program) {
            case ANSWERS ->
                    "cd %s; echo %s > index.html; exec busybox httpd -f -p %s"
                            .formatted(scratch(), id, listen());
            case RUNS_ALONE ->
                    "busybox wget -q -O - %s/$BELAY_INSTANCE || { echo no room; exit 3; }; "
                                    .formatted(seniority.url(host()))
                            + TestProgram.WAITS.script();
            default -> program.script();
        };
    }

    /// The image of a revision, which has busybox.
    abstract String image(String revision);

    /// A folder that a pod may write into, as its shell has it.
    abstract String scratch();

    /// Where a pod listens, as its shell has it.
    abstract String listen();

    /// The address of this machine, as pods have it.
    abstract String host();

    /// All pods of the namespace.
    abstract List<JsonNode> pods() throws IOException;

    /// Somebody else makes a Deployment.
    abstract void deploy(ObjectNode deployment) throws IOException;

    abstract Optional<JsonNode> deployment(String name) throws IOException;

    @Override
    public void secret(String name, String value) {
        secrets.put(name, value);
    }

    @Override
    public int running() throws Exception {
        return (int)
                pods().stream()
                        .filter(pod ->
                                Trees.labels(pod).containsKey("app.kubernetes.io/managed-by"))
                        .filter(pod -> new PodView(pod).runs())
                        .count();
    }

    @Override
    public List<String> log(Instance instance) {
        String mark = instance.id() + " | ";
        return latest.lastLines(SCOPE, instance.revision(), LINES).stream()
                .filter(line -> line.startsWith(mark))
                .map(line -> line.substring(mark.length()))
                .toList();
    }

    /// The pod that an instance is.
    PodView pod(Instance instance) throws IOException {
        return Optional.ofNullable(PodView.instances(pods()).get(instance.id())).orElseThrow();
    }

    /// Of a pod that was taken away there is another in its place, which never began anew.
    @Override
    public int restartsAfter(Harm harm) {
        return harm == Harm.REMOVED ? 0 : 1;
    }

    /// The cluster's own liveness probes do.
    @Override
    public boolean endsWhatHangs() {
        return false;
    }

    /// A Deployment with labels much like ours, of another platform.
    @Override
    public Stranger stranger() throws Exception {
        return new Other("somebody", "strangers");
    }

    @Override
    public Optional<Stranger> namesake(Revision revision) throws Exception {
        return Optional.of(new Other(revision.id(), "strangers"));
    }

    /// Every pod has an address of its own.
    @Override
    public Optional<Closeable> takePlace(Instance instance) {
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        seniority.close();
        opened.forEach(Clusters::close);
    }

    /// A Deployment of somebody else.
    private final class Other implements Stranger {
        private final String name;
        private final JsonNode made;

        Other(String name, String platform) throws IOException {
            this.name = name;
            String text =
                    """
                    {"apiVersion": "apps/v1", "kind": "Deployment",
                     "metadata": {"name": "%1$s", "labels": {
                       "app.kubernetes.io/managed-by": "belay",
                       "app.kubernetes.io/part-of": "%2$s",
                       "app.kubernetes.io/component": "api"}},
                     "spec": {"replicas": 0,
                       "selector": {"matchLabels": {"of": "%2$s"}},
                       "template": {
                         "metadata": {"labels": {"of": "%2$s"}},
                         "spec": {"containers": [{"name": "main", "image": "%3$s"}]}}}}
                    """
                            .formatted(name, platform, image("other"));
            deploy((ObjectNode) JsonMapper.shared().readTree(text));
            made = deployment(name).orElseThrow();
        }

        @Override
        public boolean isUntouched() throws Exception {
            return deployment(name)
                    .filter(now ->
                            Trees.uid(now).equals(Trees.uid(made))
                                    && now.path("spec").equals(made.path("spec"))
                                    && Trees.labels(now).equals(Trees.labels(made)))
                    .isPresent();
        }

        @Override
        public void close() {
            // It goes with its namespace.
        }
    }
}
