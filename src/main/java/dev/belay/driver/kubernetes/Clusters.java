package dev.belay.driver.kubernetes;

import dev.belay.driver.disk.DurableFile;
import dev.belay.release.Placement;
import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// The clusters that environments live in: where each was ever touched is written down before that
/// happens, so that what runs is found by whoever comes next, whatever the manifest says by then.
public final class Clusters implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String SUFFIX = ".json";
    private static final String SCHEDULED = ".scheduled";

    private final Path folder;
    private final Map<String, Wire> wires = new HashMap<>();
    private final Map<String, Place> places = new HashMap<>();
    private final Map<String, Noted> noted = new HashMap<>();
    private final Map<String, Set<String>> scheduled = new HashMap<>();

    /// @param folder that is nobody else's
    public Clusters(Path folder) {
        this.folder = folder;
    }

    /// A namespace and what is seen of it.
    record Place(Cluster cluster, Mirrors mirrors) {}

    /// The namespace of a placement.
    ///
    /// @throws IOException when there is no way into the cluster
    synchronized Place at(Placement placement) throws IOException {
        String key = placement.kubeconfig() + "\n" + placement.context();
        Wire wire = wires.get(key);
        if (wire == null) {
            wire = FabricWire.to(placement.kubeconfig(), placement.context());
            wires.put(key, wire);
        }
        Wire found = wire;
        return places.computeIfAbsent(
                key + "\n" + placement.namespace(),
                _ -> {
                    var cluster = new Cluster(found, placement.namespace());
                    return new Place(cluster, new Mirrors(cluster));
                });
    }

    /// Writes down that an environment lives there.
    synchronized void note(String environment, Placement placement) throws IOException {
        Noted now = Noted.of(placement);
        if (!now.equals(noted.get(environment))) {
            DurableFile.folder(folder);
            DurableFile.write(file(environment), JSON.writeValueAsBytes(now));
            noted.put(environment, now);
        }
    }

    /// Where an environment lives, as far as anything was ever done there; empty for one that does
    /// not live in a cluster.
    synchronized Optional<Placement> of(String environment) throws IOException {
        Noted known = noted.get(environment);
        if (known == null && environments().contains(environment)) {
            known = read(file(environment));
            noted.put(environment, known);
        }
        return Optional.ofNullable(known).map(Noted::placement);
    }

    /// Writes down that something of a component runs by the clock, or did once: others need not be
    /// asked for that.
    synchronized void noteScheduled(Scope scope) throws IOException {
        var all = new TreeSet<>(scheduled(scope.environment()));
        if (all.add(scope.name())) {
            DurableFile.folder(folder);
            DurableFile.write(
                    file(scope.environment(), SCHEDULED),
                    String.join("\n", all).getBytes(StandardCharsets.UTF_8));
            scheduled.put(scope.environment(), all);
        }
    }

    /// Components of an environment that may have something that runs by the clock.
    synchronized Set<String> scheduled(String environment) throws IOException {
        Set<String> known = scheduled.get(environment);
        if (known == null) {
            String text = DurableFile.read(file(environment, SCHEDULED)).orElse("");
            known = new TreeSet<>(text.lines().toList());
            scheduled.put(environment, known);
        }
        return Set.copyOf(known);
    }

    private static Noted read(Path file) throws IOException {
        try {
            return JSON.readValue(DurableFile.read(file).orElse(""), Noted.class);
        } catch (JacksonException e) {
            throw new IOException("`" + file + "` is damaged", e);
        }
    }

    /// Those that live in a cluster.
    public synchronized Set<String> environments() throws IOException {
        var names = new TreeSet<String>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(SUFFIX))
                        .forEach(name ->
                                names.add(name.substring(0, name.length() - SUFFIX.length())));
            }
        }
        return names;
    }

    private Path file(String environment) {
        return file(environment, SUFFIX);
    }

    private Path file(String environment, String suffix) {
        if (!environment.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException("not a name: " + environment);
        }
        return folder.resolve(environment + suffix);
    }

    /// What has to be known to find things again, and nothing of how they are made.
    record Noted(String platform, String kubeconfig, String context, String namespace) {
        static Noted of(Placement placement) {
            return new Noted(
                    placement.platform(),
                    placement.kubeconfig(),
                    placement.context(),
                    placement.namespace());
        }

        Placement placement() {
            Placement plain = Placement.in(platform, namespace);
            return new Placement(
                    platform,
                    kubeconfig,
                    context,
                    namespace,
                    plain.labels(),
                    plain.pullSecrets(),
                    plain.user(),
                    plain.entry());
        }
    }

    @Override
    public synchronized void close() {
        places.values().forEach(place -> place.mirrors().close());
        wires.values().forEach(Wire::close);
        wires.clear();
        places.clear();
    }
}
