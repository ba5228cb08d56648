package dev.belay.driver.kubernetes;

import dev.belay.cluster.ClusterObject;
import dev.belay.cluster.ClusterVersion;
import java.util.Locale;

/// A kind of object by where the API has it.
///
/// @param apiVersion with its group
/// @param plural as paths have it
record Resource(String apiVersion, String plural) {
    static final Resource CONFIG_MAPS = new Resource("v1", "configmaps");
    static final Resource SECRETS = new Resource("v1", "secrets");
    static final Resource ACCOUNTS = new Resource("v1", "serviceaccounts");
    static final Resource SERVICES = new Resource("v1", "services");
    static final Resource PODS = new Resource("v1", "pods");
    static final Resource EVENTS = new Resource("v1", "events");
    static final Resource QUOTAS = new Resource("v1", "resourcequotas");
    static final Resource DEPLOYMENTS = new Resource("apps/v1", "deployments");
    static final Resource JOBS = new Resource("batch/v1", "jobs");
    static final Resource SLICES = new Resource("discovery.k8s.io/v1", "endpointslices");
    static final Resource POLICIES = new Resource("networking.k8s.io/v1", "networkpolicies");
    static final Resource INGRESSES = new Resource("networking.k8s.io/v1", "ingresses");
    static final Resource OLD_SLICES = new Resource("discovery.k8s.io/v1beta1", "endpointslices");

    static final Resource CERTIFICATES = new Resource("cert-manager.io/v1", "certificates");

    /// Who is behind Services, as a cluster of that version has it.
    static Resource slices(ClusterVersion version) {
        return version.compareTo(new ClusterVersion(1, 21)) < 0 ? OLD_SLICES : SLICES;
    }

    /// Where an object of ours belongs.
    static Resource of(ClusterObject object) {
        String plural =
                switch (object.kind()) {
                    case "NetworkPolicy" -> "networkpolicies";
                    case "Ingress" -> "ingresses";
                    default -> object.kind().toLowerCase(Locale.ROOT) + "s";
                };
        return new Resource(object.apiVersion(), plural);
    }

    /// Empty for the group that has no name.
    String group() {
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }

    String path(String namespace) {
        return (apiVersion.contains("/") ? "/apis/" : "/api/")
                + apiVersion
                + "/namespaces/"
                + namespace
                + "/"
                + plural;
    }
}
