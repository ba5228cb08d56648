package dev.belay.driver.kubernetes;

import dev.belay.cluster.ObjectName;
import dev.belay.driver.Router;
import dev.belay.release.Traffic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// A component's line as its cluster has it: what its Service and routes say, and not what anybody
/// wanted of them.
///
/// @param routes of a gateway that lead to it
/// @param pods of all its revisions
record Seen(JsonNode service, List<JsonNode> routes, List<JsonNode> pods) {
    Router.Observed observed() {
        List<Traffic.Share> shares = Portions.read(service);
        Map<String, Integer> routed = routed(shares);
        Map<String, String> selector = Trees.texts(Trees.at(service, "spec", "selector"));
        var members = new HashMap<String, List<String>>();
        shares.forEach(share -> members.put(share.revision(), new ArrayList<>()));
        PodView.instances(pods)
                .forEach((id, pod) -> {
                    boolean selected =
                            routed.getOrDefault(pod.revision(), 0) > 0
                                    || Trees.labels(pod.pod())
                                            .entrySet()
                                            .containsAll(selector.entrySet());
                    if (selected && isShared(id, pod, shares) && !pod.isLeaving()) {
                        members.computeIfAbsent(pod.revision(), _ -> new ArrayList<>()).add(id);
                    }
                });
        members.replaceAll((_, ids) -> List.copyOf(ids));
        return new Router.Observed(
                Trees.number(service, "metadata", "resourceVersion"),
                (int) Trees.number(Trees.at(service, "spec", "ports").path(0), "port"),
                routed.isEmpty() ? byNumbers(shares, members) : routed,
                Map.copyOf(members),
                Map.of(),
                Map.of());
    }

    private static boolean isShared(String id, PodView pod, List<Traffic.Share> shares) {
        int number = Integer.parseInt(id.substring(id.lastIndexOf('-') + 1));
        return shares.stream()
                .anyMatch(
                        one -> one.revision().equals(pod.revision()) && number <= one.instances());
    }

    /// Where routes give weights, these, also of a revision that nobody asked to be led to any
    /// more; of routes that differ, a revision has the most that one of them gives it.
    private Map<String, Integer> routed(List<Traffic.Share> shares) {
        var revisions = new TreeSet<String>();
        shares.forEach(share -> revisions.add(share.revision()));
        pods.forEach(pod -> revisions.add(new PodView(pod).revision()));
        var weights = new HashMap<String, Integer>();
        for (JsonNode route : routes) {
            Map<String, Integer> to = GatewayRoutes.weights(route);
            for (String revision : revisions) {
                Integer weight = to.get(ObjectName.revision(revision));
                if (weight != null) {
                    weights.merge(revision, weight, Math::max);
                }
            }
        }
        if (!weights.isEmpty()) {
            shares.forEach(share -> weights.putIfAbsent(share.revision(), 0));
        }
        return Map.copyOf(weights);
    }

    /// Without routes a weight is a number of pods: the one that was asked for where it is that,
    /// and what there is where it is not.
    private static Map<String, Integer> byNumbers(
            List<Traffic.Share> shares, Map<String, List<String>> members) {
        var asked = new HashMap<String, Integer>();
        shares.forEach(share -> asked.put(share.revision(), share.weight()));
        boolean even = new Portions(new Traffic(0, shares), false).isEven();
        if (even) {
            return Map.copyOf(asked);
        }
        var numbers = new HashMap<String, Integer>();
        asked.forEach((revision, weight) ->
                numbers.put(
                        revision,
                        weight == 0 ? 0 : members.getOrDefault(revision, List.of()).size()));
        return Map.copyOf(numbers);
    }
}
