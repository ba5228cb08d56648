package dev.belay.driver.kubernetes;

import dev.belay.cluster.ClusterObject;
import dev.belay.cluster.ClusterVersion;
import dev.belay.cluster.Line;
import dev.belay.cluster.ObjectName;
import dev.belay.cluster.Routes;
import dev.belay.release.Placement;
import dev.belay.release.Traffic;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Routes of a cluster's gateway that lead to a component, and the Services of its revisions that
/// they give weights to. Each is written over the version of it that was seen, and made such that
/// nothing comes of it before that.
///
/// A Service of a revision goes with the revision's Deployment, and no sooner: whoever carries
/// requests may know an older route for a moment.
final class GatewayRoutes {
    static final String PLURAL = "httproutes";
    private static final Duration FIRST_WORD = Duration.ofSeconds(3);
    private static final Duration MARGIN = Duration.ofMillis(200);

    private final Bounds bounds;
    private final Line line;
    private final Map<String, Long> generations = new HashMap<>();

    GatewayRoutes(Bounds bounds, Line line) {
        this.bounds = bounds;
        this.line = line;
    }

    static boolean isRoute(ClusterObject object) {
        return object.kind().equals("HTTPRoute");
    }

    // --- writing ------------------------------------------------------------------------------

    /// Makes the Services of revisions be there, and waits until they lead to enough of each.
    ///
    /// @return whether they do; empty when the order is outdated
    Optional<Boolean> stand(Portions portions, ScopeRecord.State mine) throws IOException {
        for (Traffic.Share share : portions.some()) {
            if (!stand(share.revision(), mine)) {
                return Optional.empty();
            }
        }
        ClusterVersion version = bounds.cluster().version(bounds.deadline());
        return Optional.of(
                bounds.mirrors()
                        .await(
                                bounds.deadline().earlier(MARGIN),
                                view ->
                                        portions.some().stream()
                                                .allMatch(share -> leads(share, view, version))));
    }

    private static boolean leads(Traffic.Share share, Mirrors.View view, ClusterVersion version) {
        long ready =
                view.slices(ObjectName.revision(share.revision()), version).stream()
                        .flatMap(slice -> Trees.each(slice.path("endpoints")))
                        .filter(one -> Trees.at(one, "conditions", "ready").asBoolean(true))
                        .count();
        return ready >= share.instances();
    }

    private boolean stand(String revision, ScopeRecord.State mine) throws IOException {
        String name = ObjectName.revision(revision);
        JsonNode owner =
                bounds.find(Resource.DEPLOYMENTS, name)
                        .orElseThrow(() ->
                                new ClusterFailure(
                                        0, "", "`" + revision + "` has no Deployment any more"));
        ObjectNode wanted = bounds.written(Routes.service(line, revision), Map.of());
        Trees.own(wanted, owner, Resource.DEPLOYMENTS, "Deployment");
        Optional<JsonNode> there = bounds.find(Resource.SERVICES, name);
        ObjectNode empty = wanted.deepCopy();
        Trees.in(empty, "spec").set("selector", ofNobody());
        JsonNode over =
                there.isPresent()
                        ? there.get()
                        : bounds.cluster().create(Resource.SERVICES, empty, bounds.deadline());
        if (!bounds.isCurrent(mine)) {
            return false;
        }
        bounds.cluster()
                .apply(
                        Resource.SERVICES,
                        Bounds.over(wanted, bounds.without(over, wanted)),
                        Cluster.MANAGER,
                        bounds.deadline());
        return true;
    }

    private ObjectNode ofNobody() {
        ClusterObject nobody = Routes.service(line, Portions.nobody());
        return (ObjectNode) Trees.at(Bounds.tree(nobody), "spec", "selector");
    }

    /// Leads requests as the route says.
    ///
    /// @return whether the order still counted
    boolean write(ClusterObject route, ScopeRecord.State mine) throws IOException {
        Resource kind = Resource.of(route);
        ObjectNode wanted = bounds.written(route, Map.of());
        Optional<JsonNode> there = bounds.find(kind, route.name());
        ObjectNode empty = wanted.deepCopy();
        // Without a gateway, nobody is led anywhere by it.
        Trees.in(empty, "spec").remove("parentRefs");
        JsonNode over =
                there.isPresent()
                        ? there.get()
                        : bounds.cluster().create(kind, empty, bounds.deadline());
        if (!bounds.isCurrent(mine)) {
            return false;
        }
        JsonNode now =
                bounds.cluster()
                        .apply(kind, Bounds.over(wanted, over), Cluster.MANAGER, bounds.deadline());
        generations.put(route.name(), Trees.number(now, "metadata", "generation"));
        return true;
    }

    /// Makes sure that what is on its way to a revision's Service comes to nothing. To be called
    /// after the record was sealed.
    void seal(Traffic traffic, long seals) throws IOException {
        for (Traffic.Share share : traffic.shares()) {
            bounds.touch(Resource.SERVICES, ObjectName.revision(share.revision()), seals);
        }
    }

    // --- looking ------------------------------------------------------------------------------

    /// Whether routes are there that lead so.
    boolean lead(List<ClusterObject> routes) throws IOException {
        for (ClusterObject route : routes) {
            Optional<JsonNode> there = bounds.find(Resource.of(route), route.name());
            if (there.isEmpty()
                    || Trees.isLeaving(there.get())
                    || !to(there.get()).equals(to(Bounds.tree(route)))
                    || Trees.at(there.get(), "spec", "parentRefs").isEmpty()) {
                return false;
            }
            generations.put(route.name(), Trees.number(there.get(), "metadata", "generation"));
        }
        return true;
    }

    /// For each rule, who gets how much of it.
    private static List<Map<String, Long>> to(JsonNode route) {
        var rules = new ArrayList<Map<String, Long>>();
        for (JsonNode rule : Trees.at(route, "spec", "rules")) {
            var weights = new TreeMap<String, Long>();
            for (JsonNode backend : rule.path("backendRefs")) {
                weights.put(
                        Trees.text(backend, "name") + ":" + Trees.number(backend, "port"),
                        backend.path("weight").asLong(1));
            }
            rules.add(weights);
        }
        return rules;
    }

    /// Who gets how much by a route, by names of Services.
    static Map<String, Integer> weights(JsonNode route) {
        var weights = new TreeMap<String, Integer>();
        for (JsonNode backend : Trees.at(route, "spec", "rules").path(0).path("backendRefs")) {
            weights.put(Trees.text(backend, "name"), backend.path("weight").asInt(1));
        }
        return weights;
    }

    /// Whether a gateway has taken what was written.
    sealed interface Passed {}

    record Taken() implements Passed {}

    /// No controller says anything of the routes.
    record Untold() implements Passed {}

    record NotYet(String which) implements Passed {}

    record Refused(String why) implements Passed {}

    /// Waits until the gateway's controller has said of each route what it makes of it.
    Passed passed() throws IOException {
        ClusterVersion version = bounds.cluster().version(bounds.deadline());
        var last = new ArrayList<Passed>();
        Mirrors.Question decided =
                view -> {
                    Passed now = judged(view.routes(bounds.component(), version));
                    last.clear();
                    last.add(now);
                    return now instanceof Taken || now instanceof Refused;
                };
        var whole = bounds.deadline().earlier(MARGIN);
        var first = whole.orIn(FIRST_WORD);
        if (!bounds.mirrors().await(first, decided) && last.getLast() instanceof NotYet) {
            bounds.mirrors().await(whole, decided);
        }
        return last.getLast();
    }

    private Passed judged(List<JsonNode> routes) {
        var byName = new HashMap<String, JsonNode>();
        routes.forEach(route -> byName.put(Trees.name(route), route));
        Passed worst = new Taken();
        for (var one : generations.entrySet()) {
            JsonNode route = byName.get(one.getKey());
            Passed now =
                    route == null || Trees.number(route, "metadata", "generation") < one.getValue()
                            ? new NotYet(one.getKey())
                            : judged(route);
            switch (now) {
                case Refused _ -> {
                    return now;
                }
                case NotYet _ -> worst = now;
                case Untold _ -> worst = worst instanceof Taken ? now : worst;
                case Taken _ -> {
                    // As well as the others.
                }
            }
        }
        return worst;
    }

    private Passed judged(JsonNode route) {
        List<JsonNode> ours =
                Trees.each(Trees.at(route, "status", "parents")).filter(this::isOurs).toList();
        if (ours.isEmpty()) {
            return new Untold();
        }
        long generation = Trees.number(route, "metadata", "generation");
        for (JsonNode parent : ours) {
            for (String type : List.of("Accepted", "ResolvedRefs")) {
                Optional<JsonNode> said =
                        Trees.each(parent.path("conditions"))
                                .filter(one -> Trees.text(one, "type").equals(type))
                                .findFirst();
                boolean old =
                        said.isEmpty()
                                || said.get().path("observedGeneration").asLong(generation)
                                        < generation;
                if (old) {
                    return new NotYet(Trees.name(route));
                }
                if (Trees.text(said.get(), "status").equals("False")) {
                    return new Refused(
                            "the gateway does not take the route `%s`: %s %s"
                                    .formatted(
                                            Trees.name(route),
                                            Trees.text(said.get(), "reason"),
                                            Trees.text(said.get(), "message")));
                }
            }
        }
        return new Taken();
    }

    private boolean isOurs(JsonNode parent) {
        return line.placement().entry() instanceof Placement.Gateway gateway
                && Trees.text(parent, "parentRef", "name").equals(gateway.name());
    }
}
