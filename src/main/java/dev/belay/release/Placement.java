package dev.belay.release;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Where an environment lives in a Kubernetes cluster, and how it is reached from outside of it.
///
/// @param platform whose it is: what runs in a cluster has to say so by itself
/// @param kubeconfig absolute; empty for what `KUBECONFIG` names, or the service account that the
///   control plane runs as
/// @param context of the kubeconfig; empty for its current one
/// @param labels that every object of it gets besides ours
/// @param pullSecrets names of secrets by which images are pulled
/// @param user the number that programs run as; never 0
/// @param entry how requests from outside come in
public record Placement(
        String platform,
        String kubeconfig,
        String context,
        String namespace,
        SortedMap<String, String> labels,
        List<String> pullSecrets,
        long user,
        Entry entry) {
    /// Who programs run as where nobody said: nobody.
    public static final long NOBODY = 65_534;

    public Placement {
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
        pullSecrets = List.copyOf(pullSecrets);
        if (user <= 0) {
            throw new IllegalArgumentException("programs do not run as root");
        }
    }

    /// One of which nothing but its namespace is said.
    public static Placement in(String platform, String namespace) {
        return new Placement(
                platform, "", "", namespace, new TreeMap<>(), List.of(), NOBODY, new Inside());
    }

    /// The same with another entry.
    public Placement with(Entry other) {
        return new Placement(
                platform, kubeconfig, context, namespace, labels, pullSecrets, user, other);
    }

    /// How requests from outside of the cluster get to components that are to have them.
    public sealed interface Entry {
        /// The namespace of what passes them on; empty where nobody said which.
        String controller();
    }

    /// Not at all.
    public record Inside() implements Entry {
        @Override
        public String controller() {
            return "";
        }
    }

    /// By an Ingress of its own for each component.
    ///
    /// @param className empty for the cluster's default
    /// @param annotations for the controller, as it documents them
    public record Ingress(
            String className,
            Certified certified,
            SortedMap<String, String> annotations,
            String controller)
            implements Entry {
        public Ingress {
            annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
        }
    }

    /// By routes (Gateway API) of a gateway that somebody else looks after, and its certificates.
    ///
    /// @param namespace of the gateway; empty for the environment's own
    /// @param listener of the gateway; empty for all of them
    public record Gateway(String name, String namespace, String listener, String controller)
            implements Entry {}

    /// Where the certificates of hosts come from.
    public sealed interface Certified {}

    /// A secret of type `kubernetes.io/tls` that somebody else keeps.
    public record Kept(String secret) implements Certified {}

    /// cert-manager orders them.
    ///
    /// @param ofCluster whether it is an issuer of the cluster, and not of the namespace
    public record Issued(String issuer, boolean ofCluster) implements Certified {}

    /// There are none: requests come in the clear.
    public record Uncertified() implements Certified {}
}
