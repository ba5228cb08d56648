package dev.belay.cluster;

import dev.belay.release.Placement;
import dev.belay.release.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// What a component has in a cluster besides its revisions, whether or not it has a port.
public final class Components {
    /// Has the names of namespaces as their label, since 1.21; elsewhere somebody puts it on.
    private static final String NAMESPACE = "kubernetes.io/metadata.name";

    private Components() {}

    /// The namespace itself, which may be there.
    public static ClusterObject namespace(Placement placement) {
        return ClusterObject.of(
                "v1",
                "Namespace",
                new ClusterObject.Metadata("", placement.namespace(), Map.of()),
                new Part().done());
    }

    /// Whom its pods are to the cluster: somebody who may do nothing, and gets no token.
    public static ClusterObject account(Placement placement, Scope scope) {
        return ClusterObject.of(
                "v1",
                "ServiceAccount",
                metadata(placement, scope),
                new Part().put("automountServiceAccountToken", false).done());
    }

    /// Who may open connections to pods of an environment: nobody, where nothing else says so.
    public static ClusterObject closed(Placement placement, String environment) {
        SortedMap<String, String> labels = Labels.ofEnvironment(placement, environment);
        String name = ObjectName.environment("closed", placement.platform(), environment);
        return policy(
                new ClusterObject.Metadata(
                        placement.namespace(), name, Labels.all(placement, labels)),
                labels,
                null);
    }

    /// Who may open connections to a component's pods: components that call it, and the entry where
    /// it is open to the world; empty for a component that has no port.
    public static Optional<ClusterObject> policy(Line line) {
        if (line.port() == 0) {
            return Optional.empty();
        }
        List<Part> from = new ArrayList<>();
        for (String label : List.of(Labels.CALLS_ANYBODY, Labels.mayCall(line.scope().name()))) {
            SortedMap<String, String> callers =
                    Labels.ofEnvironment(line.placement(), line.scope().environment());
            callers.put(label, Labels.YES);
            from.add(selects("podSelector", callers));
        }
        String controller = line.placement().entry().controller();
        boolean anybody = line.isOpen() && controller.isEmpty();
        if (line.isOpen() && !anybody) {
            from.add(selects("namespaceSelector", Map.of(NAMESPACE, controller)));
        }
        Part rule = new Part();
        if (!anybody) {
            rule.parts("from", from);
        }
        rule.parts(
                "ports", List.of(new Part().put("port", PodTemplate.PORT).put("protocol", "TCP")));
        return Optional.of(policy(line.metadata(line.name()), line.selector(), rule));
    }

    private static Part selects(String selector, Map<String, String> labels) {
        return new Part().put(selector, new Part().put("matchLabels", labels));
    }

    private static ClusterObject policy(
            ClusterObject.Metadata metadata,
            SortedMap<String, String> pods,
            @Nullable Part ingress) {
        Part spec =
                new Part()
                        .put("podSelector", new Part().put("matchLabels", pods))
                        .texts("policyTypes", List.of("Ingress"));
        if (ingress != null) {
            spec.parts("ingress", List.of(ingress));
        }
        return ClusterObject.of(
                "networking.k8s.io/v1",
                "NetworkPolicy",
                metadata,
                new Part().put("spec", spec).done());
    }

    /// How many instances may be taken away at once when a node is emptied: one. Empty for a
    /// component with fewer than two, of which one can not be spared: a budget would only keep the
    /// node from being emptied.
    ///
    /// @param fewest instances that there are
    public static Optional<ClusterObject> budget(
            Placement placement, Scope scope, ClusterVersion version, int fewest) {
        if (fewest < 2) {
            return Optional.empty();
        }
        SortedMap<String, String> instances = Labels.ofInstances(placement, scope);
        Part spec =
                new Part()
                        .put("maxUnavailable", 1)
                        .put("selector", new Part().put("matchLabels", instances));
        if (version.evictsUnready()) {
            spec.put("unhealthyPodEvictionPolicy", "AlwaysAllow");
        }
        return Optional.of(
                ClusterObject.of(
                        version.disruptionBudgets(),
                        "PodDisruptionBudget",
                        metadata(placement, scope),
                        new Part().put("spec", spec).done()));
    }

    private static ClusterObject.Metadata metadata(Placement placement, Scope scope) {
        return new ClusterObject.Metadata(
                placement.namespace(),
                ObjectName.component(scope.name()),
                Labels.all(placement, Labels.ofComponent(placement, scope)));
    }
}
