package dev.belay.driver.kubernetes.fake;

import java.util.List;
import java.util.Optional;

/// A kind of object, and by which versions of its group it is served.
///
/// @param from the first minor version of Kubernetes that serves it so
/// @param until the last one
record Kind(
        String group,
        String version,
        String plural,
        String name,
        boolean namespaced,
        int from,
        int until) {
    private static final int ALWAYS = 0;
    private static final int STILL = 99;

    static final List<Kind> ALL =
            List.of(
                    core("namespaces", "Namespace", false),
                    core("nodes", "Node", false),
                    core("configmaps", "ConfigMap", true),
                    core("secrets", "Secret", true),
                    core("services", "Service", true),
                    core("endpoints", "Endpoints", true),
                    core("pods", "Pod", true),
                    core("events", "Event", true),
                    core("serviceaccounts", "ServiceAccount", true),
                    core("resourcequotas", "ResourceQuota", true),
                    core("persistentvolumeclaims", "PersistentVolumeClaim", true),
                    of("apps", "v1", "deployments", "Deployment"),
                    of("apps", "v1", "replicasets", "ReplicaSet"),
                    of("apps", "v1", "statefulsets", "StatefulSet"),
                    of("batch", "v1", "jobs", "Job"),
                    of("batch", "v1", "cronjobs", "CronJob").since(21),
                    of("batch", "v1beta1", "cronjobs", "CronJob").upTo(24),
                    of("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler")
                            .since(23),
                    of(
                                    "autoscaling",
                                    "v2beta2",
                                    "horizontalpodautoscalers",
                                    "HorizontalPodAutoscaler")
                            .upTo(25),
                    of("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget").since(21),
                    of("policy", "v1beta1", "poddisruptionbudgets", "PodDisruptionBudget").upTo(24),
                    of("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice").since(21),
                    of("discovery.k8s.io", "v1beta1", "endpointslices", "EndpointSlice").upTo(24),
                    of("networking.k8s.io", "v1", "ingresses", "Ingress"),
                    of("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy"),
                    of("cert-manager.io", "v1", "certificates", "Certificate"),
                    of("gateway.networking.k8s.io", "v1", "gateways", "Gateway"),
                    of("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute"),
                    of("gateway.networking.k8s.io", "v1beta1", "httproutes", "HTTPRoute"));

    private static Kind core(String plural, String name, boolean namespaced) {
        return new Kind("", "v1", plural, name, namespaced, ALWAYS, STILL);
    }

    private static Kind of(String group, String version, String plural, String name) {
        return new Kind(group, version, plural, name, true, ALWAYS, STILL);
    }

    private Kind since(int minor) {
        return new Kind(group, version, plural, name, namespaced, minor, until);
    }

    private Kind upTo(int minor) {
        return new Kind(group, version, plural, name, namespaced, from, minor);
    }

    static Kind named(String name) {
        return ALL.stream().filter(kind -> kind.name().equals(name)).findFirst().orElseThrow();
    }

    static Optional<Kind> find(String group, String version, String plural, int minor) {
        return ALL.stream()
                .filter(kind -> kind.group().equals(group) && kind.version().equals(version))
                .filter(kind -> kind.plural().equals(plural) && kind.servedBy(minor))
                .findFirst();
    }

    boolean servedBy(int minor) {
        return from <= minor && minor <= until;
    }

    /// What objects of it are kept by, whichever version somebody asks for.
    String stored() {
        return group + "/" + plural;
    }

    String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }
}
