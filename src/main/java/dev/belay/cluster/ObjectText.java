package dev.belay.cluster;

import java.util.Comparator;
import java.util.List;

/// Objects as text, for people and for `kubectl apply -f -`.
public final class ObjectText {
    /// In this order nothing waits for what comes later.
    private static final List<String> KINDS =
            List.of(
                    "Namespace",
                    "ServiceAccount",
                    "NetworkPolicy",
                    "ConfigMap",
                    "Secret",
                    "Service",
                    "PodDisruptionBudget",
                    "Job",
                    "Deployment",
                    "HorizontalPodAutoscaler",
                    "CronJob",
                    "Certificate",
                    "Ingress",
                    "HTTPRoute");

    private ObjectText() {}

    /// The same objects as somebody would apply them one after the other: by kind, in each kind as
    /// they were. What is there several times, as what components share, is there once.
    ///
    /// @throws IllegalArgumentException when two have one name and are not the same
    public static List<ClusterObject> inOrder(List<ClusterObject> objects) {
        List<ClusterObject> once = objects.stream().distinct().toList();
        long names =
                once.stream()
                        .map(object -> object.kind() + "/" + object.namespace() + object.name())
                        .distinct()
                        .count();
        if (names != once.size()) {
            throw new IllegalArgumentException("two objects have one name: " + once);
        }
        return once.stream().sorted(Comparator.comparingInt(ObjectText::rank)).toList();
    }

    /// Which of the kinds comes when; lower ones first.
    public static int rank(ClusterObject object) {
        return KINDS.indexOf(object.kind());
    }

    /// One document of several, with the line that begins it.
    public static String yaml(ClusterObject object) {
        return "---\n" + YamlText.of(object);
    }
}
