package dev.belay.driver.kubernetes;

import dev.belay.driver.Harm;
import dev.belay.driver.Instance;
import dev.belay.driver.kubernetes.fake.FakeCluster;
import dev.belay.driver.kubernetes.fake.Fate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The fake API server, whose pods are processes of this machine.
final class FakeGround extends KubernetesGround {
    private static final String NAMESPACE = "contract";
    private static final Duration MOMENT = Duration.ofMillis(500);

    private final FakeCluster cluster;
    private final Path folder;
    private final Map<String, PodProgram> programs = new ConcurrentHashMap<>();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private FakeGround(Path folder, FakeCluster cluster) throws IOException {
        super(folder, cluster.kubeconfig(folder, NAMESPACE), NAMESPACE);
        this.cluster = cluster;
        this.folder = folder;
    }

    static FakeGround in(Path folder) throws IOException {
        return new FakeGround(folder, FakeCluster.start(NAMESPACE));
    }

    /// One through which ports of pods are reached.
    static FakeGround forwarding(Path folder) throws IOException {
        return new FakeGround(folder, FakeCluster.start(NAMESPACE).forwarding());
    }

    @Override
    String image(String revision) {
        String image = "registry.example.org/" + revision;
        cluster.image(
                image,
                new Fate.Runs((pod, address) -> {
                    var program = PodProgram.start(cluster, folder, pod, address);
                    programs.put(Trees.name(pod), program);
                    return program;
                }));
        return image;
    }

    @Override
    String scratch() {
        return "$POD_FOLDER";
    }

    @Override
    String listen() {
        return "$POD_ADDRESS:$PORT";
    }

    @Override
    String host() {
        return "127.0.0.1";
    }

    @Override
    List<JsonNode> pods() {
        return cluster.list("Pod", NAMESPACE);
    }

    @Override
    void deploy(ObjectNode deployment) {
        cluster.put("Deployment", NAMESPACE, deployment);
    }

    @Override
    Optional<JsonNode> deployment(String name) {
        return cluster.find("Deployment", NAMESPACE, name);
    }

    void delete(String kind, String name) {
        cluster.delete(kind, NAMESPACE, name);
    }

    List<JsonNode> configMaps() {
        return cluster.list("ConfigMap", NAMESPACE);
    }

    /// Somebody cleans up.
    void deleteJobs() {
        cluster.list("Job", NAMESPACE).forEach(job -> delete("Job", Trees.name(job)));
    }

    /// Jobs that only asked something, and are still there.
    int questions() {
        return (int)
                cluster.list("Job", NAMESPACE).stream()
                        .filter(job -> !Trees.annotation(job, ClusterJobs.QUESTION).isEmpty())
                        .count();
    }

    @Override
    public Optional<String> ask(Instance instance) throws Exception {
        String address = Trees.text(pod(instance).pod(), "status", "podIP");
        var where = URI.create("http://" + address + ":" + instance.port() + "/");
        try {
            return Optional.of(
                    http.send(
                                    HttpRequest.newBuilder(where).timeout(MOMENT).build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body());
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// Nobody can pause a pod.
    @Override
    public Set<Harm> harms() {
        return EnumSet.complementOf(EnumSet.of(Harm.PAUSED));
    }

    @Override
    public void harm(Harm harm, Instance instance) throws Exception {
        String pod = pod(instance).name();
        PodProgram program = Optional.ofNullable(programs.get(pod)).orElseThrow();
        switch (harm) {
            case KILLED -> program.kill();
            case ENDED -> program.terminate();
            case REMOVED -> cluster.delete("Pod", NAMESPACE, pod);
            case PAUSED -> throw new AssertionError("nobody can pause a pod");
        }
    }

    /// A cluster counts in seconds, and a pod needs some to begin and to end.
    @Override
    public Duration brief() {
        return Duration.ofSeconds(8);
    }

    @Override
    public void close() throws IOException {
        super.close();
        cluster.close();
    }
}
