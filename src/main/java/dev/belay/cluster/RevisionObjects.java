package dev.belay.cluster;

import dev.belay.release.Scaling;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// The objects that a revision has for itself: all of them have its name.
public final class RevisionObjects {
    /// A Deployment that makes no way in that time says so.
    private static final int PATIENCE_SECONDS = 60;

    private RevisionObjects() {}

    /// Exactly that many instances. None of them takes another's place: a revision never changes,
    /// and its pods are those of one template for good.
    public static ClusterObject deployment(
            Workload workload, ClusterVersion version, int instances) {
        long within = Probes.seconds(workload.launch().readiness().within());
        Part spec =
                new Part()
                        .put("replicas", instances)
                        .put("revisionHistoryLimit", 1)
                        .put("progressDeadlineSeconds", within + PATIENCE_SECONDS)
                        .put("selector", new Part().put("matchLabels", workload.selector()))
                        .put(
                                "strategy",
                                new Part()
                                        .put("type", "RollingUpdate")
                                        .put(
                                                "rollingUpdate",
                                                new Part()
                                                        .put("maxSurge", 1)
                                                        .put("maxUnavailable", 0)))
                        .put("template", new PodTemplate(workload, version).lasting());
        return ClusterObject.of(
                "apps/v1", "Deployment", workload.metadata(), new Part().put("spec", spec).done());
    }

    /// The plain values; empty when there are none. It can not be changed: what other values are is
    /// another revision.
    public static Optional<ClusterObject> settings(Workload workload) {
        SortedMap<String, String> plain = Settings.plain(workload);
        return plain.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        ClusterObject.of(
                                "v1",
                                "ConfigMap",
                                workload.metadata(),
                                new Part().put("immutable", true).put("data", plain).done()));
    }

    /// What the secret is called that a revision's pods wait for.
    public static String secretName(Workload workload) {
        return workload.name();
    }

    /// The secret values; empty when there are none. It can be changed: a value that was rotated
    /// does not go back with the revision.
    ///
    /// @param values of exactly the [Workload#secretVariables]
    /// @throws IllegalArgumentException when one is missing, or there is one too many
    public static Optional<ClusterObject> secret(Workload workload, Map<String, String> values) {
        if (!workload.secretVariables().equals(new TreeSet<>(values.keySet()))) {
            throw new IllegalArgumentException(
                    workload.revision().id() + " needs " + workload.secretVariables());
        }
        var data = new TreeMap<String, String>();
        values.forEach((name, value) ->
                data.put(
                        name,
                        Base64.getEncoder()
                                .encodeToString(value.getBytes(StandardCharsets.UTF_8))));
        return data.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        ClusterObject.of(
                                "v1",
                                "Secret",
                                workload.metadata(),
                                new Part().put("type", "Opaque").put("data", data).done()));
    }

    /// What lets the number of instances follow their load; empty where it is fixed. While it is
    /// there, the Deployment's own number is the cluster's.
    public static Optional<ClusterObject> autoscaler(Workload workload, ClusterVersion version) {
        return Optional.ofNullable(workload.pod().scaling())
                .map(scaling -> autoscaler(workload, version, scaling));
    }

    private static ClusterObject autoscaler(
            Workload workload, ClusterVersion version, Scaling scaling) {
        String measure =
                switch (scaling.on()) {
                    case CPU -> "cpu";
                    case MEMORY -> "memory";
                };
        Part utilization =
                new Part().put("type", "Utilization").put("averageUtilization", scaling.percent());
        Part spec =
                new Part()
                        .put(
                                "scaleTargetRef",
                                new Part()
                                        .put("apiVersion", "apps/v1")
                                        .put("kind", "Deployment")
                                        .put("name", workload.name()))
                        .put("minReplicas", scaling.minimum())
                        .put("maxReplicas", scaling.maximum())
                        .parts(
                                "metrics",
                                List.of(
                                        new Part()
                                                .put("type", "Resource")
                                                .put(
                                                        "resource",
                                                        new Part()
                                                                .put("name", measure)
                                                                .put("target", utilization))));
        return ClusterObject.of(
                version.autoscalers(),
                "HorizontalPodAutoscaler",
                workload.metadata(),
                new Part().put("spec", spec).done());
    }
}
