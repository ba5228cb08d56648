package dev.belay.driver.kubernetes;

import dev.belay.cluster.ClusterVersion;
import dev.belay.driver.Target;
import dev.belay.driver.host.Deadline;
import dev.belay.release.Placement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /// What is around a Service is made, changed, and taken away with it.
    private static final List<String> AROUND = List.of("get", "create", "patch", "delete");

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
        switch (entry) {
            case Placement.Inside _ -> {
                // Nothing leads in.
            }
            case Placement.Ingress _ -> needed.put(Resource.INGRESSES, AROUND);
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
        var unmet = new ArrayList<Target.Unmet>();
        forbidden(needed(version), deadline)
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
        usedUp(deadline).ifPresent(unmet::add);
        return unmet;
    }

    private Map<String, List<String>> forbidden(
            Map<Resource, List<String>> needed, Deadline deadline) throws IOException {
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
