package dev.belay.driver.kubernetes;

import dev.belay.cluster.ClusterVersion;
import dev.belay.driver.Target;
import dev.belay.driver.host.Deadline;
import dev.belay.release.Placement;
import dev.belay.release.Revision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tools.jackson.databind.JsonNode;

/// What can be known to be wrong in a cluster before anything of it is touched: all of it together.
final class ClusterPreflight {
    /// All that orders do, by what they do it to.
    private static final Map<Resource, List<String>> NEEDED =
            Map.of(
                    Resource.CONFIG_MAPS,
                    List.of("get", "create", "update", "patch"),
                    Resource.SECRETS,
                    List.of("create", "patch"),
                    Resource.ACCOUNTS,
                    List.of("create", "patch"),
                    Resource.SERVICES,
                    List.of("get", "list", "create", "update", "patch", "delete"),
                    Resource.PODS,
                    List.of("list", "watch", "patch"),
                    Resource.DEPLOYMENTS,
                    List.of("get", "list", "watch", "create", "patch", "delete"),
                    Resource.JOBS,
                    List.of("get", "list", "watch", "create", "patch", "delete"));

    /// What is no part of a cluster by itself, by its group.
    private static final Map<String, String> BROUGHT =
            Map.of(
                    "gateway.networking.k8s.io", "the Gateway API",
                    "cert-manager.io", "cert-manager");

    /// What is around a Service is made, changed, and taken away with it.
    private static final List<String> AROUND = List.of("get", "create", "patch", "delete");

    /// What orders do to an autoscaler, and the control plane between releases.
    private static final List<String> SCALING = List.of("get", "list", "create", "update", "patch");

    private static final List<String> BY_THE_CLOCK =
            List.of("get", "list", "create", "update", "patch", "delete");

    private final Cluster cluster;
    private final Placement.Entry entry;

    ClusterPreflight(Cluster cluster, Placement.Entry entry) {
        this.cluster = cluster;
        this.entry = entry;
    }

    private Map<Resource, List<String>> needed(ClusterVersion version) {
        var needed = new HashMap<>(NEEDED);
        needed.put(Resource.POLICIES, AROUND);
        needed.put(new Resource(version.disruptionBudgets(), "poddisruptionbudgets"), AROUND);
        needed.put(Resource.slices(version), List.of("list", "watch"));
        switch (entry) {
            case Placement.Inside _ -> {
                // Nothing leads in.
            }
            case Placement.Ingress ingress -> {
                needed.put(Resource.INGRESSES, AROUND);
                if (ingress.certified() instanceof Placement.Issued) {
                    needed.put(Resource.CERTIFICATES, AROUND);
                }
            }
            case Placement.Gateway _ ->
                    needed.put(
                            new Resource(version.routes(), GatewayRoutes.PLURAL),
                            List.of("get", "list", "watch", "create", "patch", "delete"));
        }
        return needed;
    }

    List<Target.Unmet> unmet(Deadline deadline) throws IOException {
        ClusterVersion version = cluster.version(deadline);
        if (!cluster.exists(deadline).orElse(true)) {
            return List.of(
                    new Target.Unmet(
                            "the cluster has no namespace `%s`".formatted(cluster.namespace()),
                            "`kubectl create namespace " + cluster.namespace() + "`"));
        }
        Map<Resource, List<String>> needed = needed(version);
        var unmet = new ArrayList<>(unknown(needed.keySet(), deadline));
        unmet.addAll(forbidden(needed, deadline));
        usedUp(deadline).ifPresent(unmet::add);
        return unmet;
    }

    /// What only some revisions need.
    List<Target.Unmet> unmet(List<Revision> revisions, Deadline deadline) throws IOException {
        ClusterVersion version = cluster.version(deadline);
        var needed = new HashMap<Resource, List<String>>();
        var unmet = new ArrayList<Target.Unmet>();
        for (Revision revision : revisions) {
            if (revision.launch().scaling() != null) {
                needed.put(ClusterAutoscaling.kind(version), SCALING);
            }
            if (revision.launch().schedule() != null) {
                needed.put(ClusterSchedules.kind(version), BY_THE_CLOCK);
            }
            ClusterSchedules.withoutZone(revision, version)
                    .map(no -> new Target.Unmet(no.reason(), no.hint()))
                    .ifPresent(unmet::add);
        }
        unmet.addAll(forbidden(needed, deadline));
        return unmet;
    }

    /// Kinds that a cluster has only where somebody brought them.
    private List<Target.Unmet> unknown(Set<Resource> needed, Deadline deadline) throws IOException {
        var unmet = new ArrayList<Target.Unmet>();
        for (Resource kind : needed) {
            String brought = BROUGHT.get(kind.group());
            List<String> known =
                    brought == null
                            ? List.of(kind.apiVersion())
                            : cluster.versions(kind.group(), deadline)
                                    .orElse(List.of(kind.apiVersion()));
            if (!known.contains(kind.apiVersion())) {
                unmet.add(
                        new Target.Unmet(
                                known.isEmpty()
                                        ? "the cluster has no `%s`: %s is not installed"
                                                .formatted(kind.group(), brought)
                                        : "the cluster has %s as `%s`, and not as `%s`"
                                                .formatted(
                                                        brought,
                                                        String.join("`, `", known),
                                                        kind.apiVersion()),
                                "install it, or let requests come in another way"));
            }
        }
        return unmet;
    }

    private List<Target.Unmet> forbidden(Map<Resource, List<String>> needed, Deadline deadline)
            throws IOException {
        var unmet = new ArrayList<Target.Unmet>();
        denied(needed, deadline)
                .forEach((kind, verbs) ->
                        unmet.add(
                                new Target.Unmet(
                                        "Belay may not `%s` `%s` in the namespace `%s`"
                                                .formatted(
                                                        String.join("`, `", verbs),
                                                        kind,
                                                        cluster.namespace()),
                                        "give the account of the kubeconfig a Role that allows"
                                                + " it")));
        return unmet;
    }

    private Map<String, List<String>> denied(Map<Resource, List<String>> needed, Deadline deadline)
            throws IOException {
        var asked = new TreeMap<String, Map<String, Future<Boolean>>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            needed.forEach((kind, verbs) ->
                    verbs.forEach(verb ->
                            asked.computeIfAbsent(kind.plural(), _ -> new TreeMap<>())
                                    .put(
                                            verb,
                                            threads.submit(
                                                    () -> cluster.mayI(verb, kind, deadline)))));
        }
        var forbidden = new TreeMap<String, List<String>>();
        for (var kind : asked.entrySet()) {
            for (var verb : kind.getValue().entrySet()) {
                if (!answer(verb.getValue())) {
                    forbidden
                            .computeIfAbsent(kind.getKey(), _ -> new ArrayList<>())
                            .add(verb.getKey());
                }
            }
        }
        return forbidden;
    }

    private static boolean answer(Future<Boolean> future) throws IOException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the cluster was asked", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ClusterFailure said) {
                throw said;
            }
            throw new IOException(String.valueOf(e.getCause()), e);
        }
    }

    /// A quota that lets no further pod in.
    private Optional<Target.Unmet> usedUp(Deadline deadline) throws IOException {
        List<JsonNode> quotas;
        try {
            quotas = cluster.list(Resource.QUOTAS, "", deadline);
        } catch (ClusterFailure mayNotBeRead) {
            return Optional.empty();
        }
        for (JsonNode quota : quotas) {
            String hard = Trees.text(quota, "status", "hard", "pods");
            String used = Trees.text(quota, "status", "used", "pods");
            if (!hard.isEmpty() && hard.equals(used)) {
                return Optional.of(
                        new Target.Unmet(
                                "the quota `%s` of the namespace `%s` is used up: %s pods"
                                        .formatted(Trees.name(quota), cluster.namespace(), hard),
                                "raise it, or release with fewer instances"));
            }
        }
        return Optional.empty();
    }
}
