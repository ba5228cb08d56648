package dev.belay.driver.kubernetes;

import dev.belay.cluster.ClusterVersion;
import dev.belay.cluster.Labels;
import dev.belay.driver.host.Deadline;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// All that is watched in a namespace, each kind once, however many wait for it. A kind is watched
/// from the first time that somebody waits for one of it.
final class Mirrors implements AutoCloseable {
    private static final String OURS = "app.kubernetes.io/managed-by=belay";
    private static final String SERVICE = "kubernetes.io/service-name";

    private final Cluster cluster;
    private final Object lock = new Object();
    private final Map<String, Mirror> mirrors = new TreeMap<>();
    private boolean closed;

    Mirrors(Cluster cluster) {
        this.cluster = cluster;
    }

    /// What is there at a moment.
    final class View {
        private boolean complete = true;

        private List<JsonNode> of(Resource kind, String selector, String group, String value) {
            var seen =
                    mirrors.computeIfAbsent(
                                    kind.plural(),
                                    _ -> new Mirror(cluster, kind, selector, group, lock))
                            .of(value);
            complete &= seen.isPresent();
            return seen.orElse(List.of());
        }

        List<JsonNode> pods(String component) {
            return of(Resource.PODS, OURS, Labels.COMPONENT, component);
        }

        List<JsonNode> deployments(String component) {
            return of(Resource.DEPLOYMENTS, OURS, Labels.COMPONENT, component);
        }

        List<JsonNode> jobs(String component) {
            return of(Resource.JOBS, OURS, Labels.COMPONENT, component);
        }

        List<JsonNode> routes(String component, ClusterVersion version) {
            var kind = new Resource(version.routes(), GatewayRoutes.PLURAL);
            return of(kind, OURS, Labels.COMPONENT, component);
        }

        List<JsonNode> slices(String service, ClusterVersion version) {
            return of(Resource.slices(version), SERVICE, SERVICE, service);
        }
    }

    /// Asks of each state of things until time is over.
    interface Question {
        boolean holds(View view);
    }

    /// @return whether it came to hold
    /// @throws IOException when nothing could be seen in that time
    boolean await(Deadline deadline, Question question) throws IOException {
        synchronized (lock) {
            while (!closed) {
                var view = new View();
                boolean holds = question.holds(view);
                if (view.complete && holds) {
                    return true;
                }
                long left = deadline.left().toMillis();
                if (left <= 0) {
                    if (!view.complete) {
                        throw new IOException(troubles());
                    }
                    return false;
                }
                try {
                    lock.wait(left);
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted while the cluster was waited for");
                }
            }
            throw new IOException("the control plane goes down");
        }
    }

    private String troubles() {
        return mirrors.values().stream()
                .map(Mirror::trouble)
                .filter(said -> !said.isEmpty())
                .findFirst()
                .orElse("the cluster does not answer");
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            mirrors.values().forEach(Mirror::close);
            lock.notifyAll();
        }
    }
}
