package dev.belay.driver.kubernetes.fake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A cluster in this process, behind a real port of loopback.
public final class FakeCluster implements AutoCloseable {
    private static final String TOKEN = "token-of-a-fake-cluster";
    private static final int NEWEST = 34;

    private final Faults faults = new Faults();
    private final Store store = new Store();
    private final Objects objects = new Objects(store, faults);
    private final Kubelet.Events events = new Kubelet.Events(objects);
    private final Kubelet kubelet = new Kubelet(objects, events);
    private final Controllers.Slices slices = new Controllers.Slices(objects);
    private final GatewayController gateways = new GatewayController(objects);
    private final Controllers controllers;
    private final ApiServer api;
    private @Nullable Front front;

    private FakeCluster(int minor) throws IOException {
        controllers = new Controllers(objects, kubelet, events, slices, gateways);
        api = new ApiServer(objects, faults, kubelet::log, minor, TOKEN);
    }

    /// One of a version of today with a namespace.
    public static FakeCluster start(String namespace) throws IOException {
        return start(namespace, NEWEST);
    }

    /// One of that version.
    ///
    /// @param minor of the version 1.x that it is
    public static FakeCluster start(String namespace, int minor) throws IOException {
        var cluster = new FakeCluster(minor);
        ObjectNode own = Tree.object();
        Tree.in(own, "metadata").put("name", namespace);
        cluster.objects.create(Kind.named("Namespace"), "", own, Objects.By.controller("test"));
        return cluster;
    }

    public String url() {
        Front own = front;
        return own == null ? api.url() : own.url();
    }

    /// From now on its pods' ports are reached through it, too. To be called before anybody is told
    /// where it is.
    public FakeCluster forwarding() throws IOException {
        front =
                new Front(
                        api.port(),
                        (namespace, pod) ->
                                find("Pod", namespace, pod)
                                        .map(one -> Tree.text(one, "status", "podIP"))
                                        .orElse(""));
        return this;
    }

    /// Writes what a client gets in with.
    public Path kubeconfig(Path folder, String namespace) throws IOException {
        Path file = folder.resolve("kubeconfig");
        Files.writeString(
                file,
                """
                apiVersion: v1
                kind: Config
                clusters: [{name: fake, cluster: {server: "%s"}}]
                users: [{name: belay, user: {token: %s}}]
                contexts: [{name: fake, context: {cluster: fake, user: belay, namespace: %s}}]
                current-context: fake
                """
                        .formatted(url(), TOKEN, namespace));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    /// What goes wrong with requests.
    public Faults faults() {
        return faults;
    }

    /// What becomes of the pods of an image.
    public void image(String image, Fate fate) {
        kubelet.fate(image, fate);
    }

    /// Pods that are told to end do not, until this is lifted.
    public void holdEnds(boolean held) {
        kubelet.holdEnds(held);
    }

    /// Nobody hears who is behind a Service, until this is lifted.
    public void holdEndpoints(boolean held) {
        slices.hold(held);
    }

    /// What becomes of routes of gateways.
    public GatewayController gateways() {
        return gateways;
    }

    /// Nobody brought a group of kinds into it.
    public void lacks(String group) {
        api.lacks(group);
    }

    /// At most that many pods.
    public void quota(String namespace, int pods) {
        ObjectNode quota = Tree.object();
        Tree.in(quota, "metadata").put("name", "small");
        Tree.in(quota, "spec", "hard").put("pods", Integer.toString(pods));
        put("ResourceQuota", namespace, quota);
    }

    /// Changes are forgotten: whoever asks for them hears 410.
    public void forgetChanges() {
        store.forget();
    }

    /// Whoever watches has to begin anew.
    public void cutWatches() {
        store.cutWatches();
    }

    /// How many watch at this moment.
    public int watching() {
        return store.watching();
    }

    /// What was asked so far.
    public List<Faults.Asked> asked() {
        return api.asked();
    }

    /// What is there.
    public Optional<JsonNode> find(String kind, String namespace, String name) {
        return store.find(Kind.named(kind), namespace, name).map(JsonNode::deepCopy);
    }

    public List<JsonNode> list(String kind, String namespace) {
        return store.list(Kind.named(kind), namespace).stream()
                .<JsonNode>map(JsonNode::deepCopy)
                .toList();
    }

    /// Somebody else writes an object, whatever is there.
    public void put(String kind, String namespace, JsonNode wanted) {
        Kind of = Kind.named(kind);
        ObjectNode object = (ObjectNode) wanted.deepCopy();
        Tree.in(object, "metadata").remove("resourceVersion");
        var by = Objects.By.controller("somebody");
        if (store.find(of, namespace, Tree.name(object)).isEmpty()) {
            objects.create(of, namespace, object, by);
        } else {
            objects.update(of, namespace, object, by);
        }
    }

    /// The same, written as JSON.
    public void put(String kind, String namespace, String json) {
        put(kind, namespace, JsonMapper.shared().readTree(json));
    }

    /// The clock strikes for what runs by it: a run begins, unless it is suspended, about to go, or
    /// has one under way.
    ///
    /// @return what the run is called
    public Optional<String> strike(String namespace, String schedule) {
        return controllers.strike(namespace, schedule);
    }

    /// Somebody else deletes an object.
    public void delete(String kind, String namespace, String name) {
        @Nullable ObjectNode there = store.find(Kind.named(kind), namespace, name).orElse(null);
        if (there != null) {
            objects.delete(Kind.named(kind), namespace, name, Tree.object());
        }
    }

    @Override
    public void close() {
        Front own = front;
        if (own != null) {
            try {
                own.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        api.close();
        controllers.close();
    }
}
