package dev.belay.driver.kubernetes;

import dev.belay.cluster.Backend;
import dev.belay.cluster.ClusterObject;
import dev.belay.cluster.ClusterVersion;
import dev.belay.cluster.Components;
import dev.belay.cluster.Labels;
import dev.belay.cluster.Line;
import dev.belay.cluster.Routes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// What is around a component's Service: what leads to it from outside, and who may get to its
/// pods. The Service itself says which these are, written before they are made, so that none stays
/// that nobody wants any more.
final class Surroundings {
    /// Of a Service: what is around it, or was and may still be.
    static final String NOTE = "belay.dev/around";

    private final Bounds bounds;

    Surroundings(Bounds bounds) {
        this.bounds = bounds;
    }

    /// Something by where the API has it.
    record Spot(Resource kind, String name) {
        static Spot of(ClusterObject object) {
            return new Spot(Resource.of(object), object.name());
        }

        /// The other way round than [#toString].
        static Optional<Spot> read(String text) {
            int name = text.lastIndexOf('/');
            int plural = text.lastIndexOf('/', name - 1);
            return plural < 0
                    ? Optional.empty()
                    : Optional.of(
                            new Spot(
                                    new Resource(
                                            text.substring(0, plural),
                                            text.substring(plural + 1, name)),
                                    text.substring(name + 1)));
        }

        /// Whether it is the same object, in whichever version of its group it was written.
        boolean is(Spot other) {
            return kind.group().equals(other.kind.group())
                    && kind.plural().equals(other.kind.plural())
                    && name.equals(other.name);
        }

        @Override
        public String toString() {
            return kind.apiVersion() + "/" + kind.plural() + "/" + name;
        }
    }

    /// All that is to be there, with what its environment shares.
    ///
    /// @param instances as many as there are at most of a revision
    /// @param backends to whom routes lead
    List<ClusterObject> of(Line line, int instances, List<Backend> backends) throws IOException {
        ClusterVersion version = bounds.cluster().version(bounds.deadline());
        var objects = new ArrayList<ClusterObject>();
        objects.add(Components.closed(bounds.placement(), bounds.order().scope().environment()));
        Components.policy(line).ifPresent(objects::add);
        Components.budget(bounds.placement(), bounds.order().scope(), version, instances)
                .ifPresent(objects::add);
        Routes.ingress(line).ifPresent(objects::add);
        objects.addAll(Routes.certificates(line));
        objects.addAll(Routes.httpRoutes(line, version, backends));
        return objects;
    }

    /// What the Service has around it that is not to be there, as far as it still is.
    List<Spot> leftovers(JsonNode service, List<ClusterObject> wanted) throws IOException {
        List<Spot> kept = own(wanted).toList();
        var left = new ArrayList<Spot>();
        for (Spot spot : noted(service)) {
            if (kept.stream().noneMatch(spot::is) && seen(spot).isPresent()) {
                left.add(spot);
            }
        }
        return left;
    }

    static List<Spot> noted(JsonNode service) {
        return Stream.of(Trees.annotation(service, NOTE).split(",", -1))
                .flatMap(text -> Spot.read(text).stream())
                .toList();
    }

    /// Makes sure that what is on its way to take some of it away comes to nothing. To be called
    /// after the record was sealed.
    void seal(JsonNode service, long seals) throws IOException {
        for (Spot spot : noted(service)) {
            if (seen(spot).isPresent()) {
                bounds.touch(spot.kind(), spot.name(), seals);
            }
        }
    }

    /// What is to be written down of both.
    static String note(List<ClusterObject> wanted, List<Spot> leftovers) {
        var all = new TreeSet<String>();
        Stream.concat(own(wanted), leftovers.stream()).map(Spot::toString).forEach(all::add);
        return String.join(",", all);
    }

    /// What other components of the environment share is not the component's to take away.
    private static Stream<Spot> own(List<ClusterObject> objects) {
        return objects.stream()
                .filter(one -> Trees.labels(Bounds.tree(one)).containsKey(Labels.COMPONENT))
                .map(Spot::of);
    }

    /// Writes what leads nowhere by itself: all but routes.
    void write(List<ClusterObject> objects) throws IOException {
        for (ClusterObject object : objects) {
            if (GatewayRoutes.isRoute(object)) {
                continue;
            }
            bounds.cluster()
                    .apply(
                            Resource.of(object),
                            Bounds.tree(object),
                            Cluster.MANAGER,
                            bounds.deadline());
        }
    }

    void remove(List<Spot> leftovers) throws IOException {
        for (Spot spot : leftovers) {
            Optional<JsonNode> there = seen(spot);
            if (there.isPresent()) {
                bounds.cluster().delete(spot.kind(), there.get(), bounds.deadline());
            }
        }
    }

    /// Somebody else's of that name is none of ours.
    private Optional<JsonNode> seen(Spot spot) throws IOException {
        return bounds.cluster()
                .find(spot.kind(), spot.name(), bounds.deadline())
                .filter(bounds::isOurs);
    }
}
