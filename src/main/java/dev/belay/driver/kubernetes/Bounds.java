package dev.belay.driver.kubernetes;

import dev.belay.cluster.ClusterObject;
import dev.belay.cluster.Labels;
import dev.belay.driver.Order;
import dev.belay.driver.host.Deadline;
import dev.belay.release.Placement;
import dev.belay.release.Revision;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// One order in a cluster: what it may touch, and whether it still may. Everything that orders
/// write goes through here.
final class Bounds {
    static final String ARTIFACT = "belay.dev/artifact";
    static final String RELEASE = "belay.dev/release";
    static final String STEP = "belay.dev/step";

    /// Of a Service: who is to get which part.
    static final String SHARES = "belay.dev/shares";

    private static final String SEALED = "belay.dev/sealed";
    private static final String SEALER = "belay-seal";
    private static final int TRIES = 8;

    private final Clusters.Place place;
    private final Placement placement;
    private final ScopeRecord record;
    private final Map<String, String> marks;
    private final Order order;
    private final Deadline deadline;

    Bounds(Clusters.Place place, Placement placement, Order order, Deadline deadline) {
        this(place, placement, order, deadline, false);
    }

    /// @param scheduled whether the component may have something that runs by the clock
    Bounds(
            Clusters.Place place,
            Placement placement,
            Order order,
            Deadline deadline,
            boolean scheduled) {
        this.place = place;
        this.placement = placement;
        this.record = new ScopeRecord(place.cluster(), placement, order.scope(), scheduled);
        this.marks = Map.copyOf(Labels.ofComponent(placement, order.scope()));
        this.order = order;
        this.deadline = deadline;
    }

    Cluster cluster() {
        return place.cluster();
    }

    Mirrors mirrors() {
        return place.mirrors();
    }

    ScopeRecord record() {
        return record;
    }

    Order order() {
        return order;
    }

    Deadline deadline() {
        return deadline;
    }

    /// The component as labels have it.
    String component() {
        return marks.getOrDefault(Labels.COMPONENT, "");
    }

    /// Labels of all that is the component's.
    Map<String, String> labels() {
        return marks;
    }

    /// Labels of all that is a revision's.
    Map<String, String> labels(Revision revision) {
        return labels(revision.id());
    }

    Map<String, String> labels(String revision) {
        return Labels.ofRevision(placement, order.scope(), revision);
    }

    Placement placement() {
        return placement;
    }

    List<JsonNode> ofRevision(List<JsonNode> objects, Revision revision) {
        Map<String, String> wanted = labels(revision);
        return objects.stream()
                .filter(one -> Trees.labels(one).entrySet().containsAll(wanted.entrySet()))
                .toList();
    }

    /// Whether it is ours, and the component's.
    boolean isOurs(JsonNode object) {
        return Trees.labels(object).entrySet().containsAll(marks.entrySet());
    }

    /// The last token that an object was written with.
    static long token(JsonNode object) {
        String text = Trees.annotation(object, Labels.OP_TOKEN);
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    /// Whether a probe has touched it since the record was as this order left it: then it counts no
    /// more. Whoever touches sealed the record before.
    static boolean isSealed(JsonNode object, ScopeRecord.State mine) {
        String text = Trees.annotation(object, SEALED);
        return text.matches("[0-9]{1,18}") && Long.parseLong(text) > mine.seals();
    }

    /// The object of that name, if it is ours.
    ///
    /// @throws ScopeRecord.Foreign when somebody else has one of that name
    Optional<JsonNode> find(Resource kind, String name) throws IOException {
        Optional<JsonNode> found = cluster().find(kind, name, deadline);
        if (found.isPresent() && !isOurs(found.get())) {
            throw foreign(kind, name);
        }
        return found;
    }

    private ScopeRecord.Foreign foreign(Resource kind, String name) {
        return new ScopeRecord.Foreign(
                "somebody else has `%s` among the %s of the namespace `%s`"
                        .formatted(name, kind.plural(), cluster().namespace()));
    }

    /// What an object is to be, with this order's token on it.
    ObjectNode written(ClusterObject object, Map<String, String> more) {
        var annotations = new TreeMap<>(more);
        annotations.put(Labels.OP_TOKEN, Long.toString(order.token()));
        annotations.put(RELEASE, order.release());
        annotations.put(STEP, Integer.toString(order.step()));
        return tree(object.annotated(annotations));
    }

    static ObjectNode tree(ClusterObject object) {
        return (ObjectNode) JsonMapper.shared().readTree(object.json());
    }

    /// That it goes to exactly what was seen, or nowhere.
    static ObjectNode over(ObjectNode object, JsonNode seen) {
        Trees.in(object, "metadata")
                .put("uid", Trees.uid(seen))
                .put("resourceVersion", Trees.version(seen));
        return object;
    }

    /// A Service without ports that it is not to have any more. What was created has its ports by
    /// its creator for good: to apply others leaves these where they are.
    ///
    /// @param wanted what it is to be
    /// @return what is there afterwards
    JsonNode without(JsonNode seen, ObjectNode wanted) throws IOException {
        JsonNode ports = Trees.at(wanted, "spec", "ports");
        boolean same =
                Trees.each(Trees.at(seen, "spec", "ports"))
                        .allMatch(port ->
                                Trees.number(port, "port") == Trees.number(ports.path(0), "port"));
        if (same) {
            return seen;
        }
        ObjectNode whole = (ObjectNode) seen.deepCopy();
        Trees.in(whole, "spec").set("ports", ports.deepCopy());
        return cluster().replace(Resource.SERVICES, whole, deadline);
    }

    /// Whether no other order and no probe has come since this one was accepted.
    boolean isCurrent(ScopeRecord.State mine) throws IOException {
        return record.read(deadline).equals(mine);
    }

    /// Makes sure that what is on its way to an object by the version of it that is there now comes
    /// to nothing. To be called after the record was sealed.
    ///
    /// @return what is there afterwards
    Optional<JsonNode> touch(Resource kind, String name, long seals) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            Optional<JsonNode> seen = find(kind, name);
            if (seen.isEmpty() || Trees.isLeaving(seen.get())) {
                return seen;
            }
            ObjectNode seal = JsonMapper.shared().createObjectNode();
            seal.put("apiVersion", kind.apiVersion());
            seal.put("kind", Trees.text(seen.get(), "kind"));
            ObjectNode metadata = Trees.in(seal, "metadata");
            metadata.put("name", name).put("namespace", cluster().namespace());
            Trees.in(metadata, "annotations").put(SEALED, Long.toString(seals));
            try {
                return Optional.of(cluster().apply(kind, over(seal, seen.get()), SEALER, deadline));
            } catch (ClusterFailure e) {
                if (!e.isConflict() && !e.isMissing()) {
                    throw e;
                }
            }
        }
        throw new IOException("others keep writing `" + name + "`");
    }
}
