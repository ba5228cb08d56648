package dev.belay.driver.kubernetes;

import dev.belay.cluster.ClusterObject;
import dev.belay.cluster.ClusterVersion;
import dev.belay.cluster.Labels;
import dev.belay.cluster.RevisionObjects;
import dev.belay.cluster.Workload;
import dev.belay.driver.host.Deadline;
import dev.belay.release.Placement;
import dev.belay.release.Scope;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Lets the number of a revision's instances follow their load, and never while a release has to do
/// with their component: each order that says a number holds the autoscaler at exactly that, and it
/// is let go when nothing of the component is under way any more.
///
/// An autoscaler goes with its revision's Deployment. It is made such that it scales nothing, and
/// what it is to be is written over that.
final class ClusterAutoscaling {
    /// Between how many, when it is let go: `2 12 api`, with the component.
    private static final String SCALE = "belay.dev/scale";

    private static final String PLURAL = "horizontalpodautoscalers";
    private static final Logger LOG = LoggerFactory.getLogger(ClusterAutoscaling.class);
    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final Duration LOOK_WITHIN = Duration.ofSeconds(10);

    private final Clusters clusters;
    private final Predicate<Scope> busy;
    private final List<String> said = new ArrayList<>();
    private Deadline next = Deadline.in(Duration.ZERO);
    private boolean looking;

    /// @param busy whether a release has to do with a component now
    ClusterAutoscaling(Clusters clusters, Predicate<Scope> busy) {
        this.clusters = clusters;
        this.busy = busy;
    }

    static Resource kind(ClusterVersion version) {
        return new Resource(version.autoscalers(), PLURAL);
    }

    // --- orders -------------------------------------------------------------------------------

    /// What holds the number of a revision's instances, once it is written.
    ///
    /// @param over what it goes over
    record Hold(Resource kind, ObjectNode wanted, JsonNode over) {
        void write(Bounds bounds) throws IOException {
            bounds.cluster()
                    .apply(kind, Bounds.over(wanted, over), Cluster.MANAGER, bounds.deadline());
        }
    }

    /// Makes ready to hold the number of a revision's instances; empty where it is fixed anyway.
    /// Whether the order still counts is to be asked before that is written.
    ///
    /// @param owner its Deployment
    /// @param fresh whether that was just made, so that it has no autoscaler; if there is one all
    ///   the same, that is a conflict
    static Optional<Hold> reserve(
            Bounds bounds, Workload workload, JsonNode owner, int count, boolean fresh)
            throws IOException {
        ClusterVersion version = bounds.cluster().version(bounds.deadline());
        Optional<ClusterObject> free = RevisionObjects.autoscaler(workload, version);
        if (free.isEmpty()) {
            return Optional.empty();
        }
        ObjectNode wanted = bounds.written(free.get(), Map.of());
        ObjectNode spec = Trees.in(wanted, "spec");
        Trees.in(wanted, "metadata", "annotations")
                .put(
                        SCALE,
                        "%d %d %s"
                                .formatted(
                                        Trees.number(spec, "minReplicas"),
                                        Trees.number(spec, "maxReplicas"),
                                        bounds.order().scope().name()));
        spec.put("minReplicas", count).put("maxReplicas", count);
        Trees.own(wanted, owner, Resource.DEPLOYMENTS, "Deployment");
        Optional<JsonNode> there =
                fresh ? Optional.empty() : bounds.find(kind(version), Trees.name(wanted));
        ObjectNode idle = wanted.deepCopy();
        Trees.in(idle, "spec", "scaleTargetRef").put("name", "nobody");
        JsonNode over =
                there.isPresent()
                        ? there.get()
                        : bounds.cluster().create(kind(version), idle, bounds.deadline());
        return Optional.of(new Hold(kind(version), wanted, over));
    }

    /// Makes sure that what is on its way to a revision's autoscaler comes to nothing. To be called
    /// after the record was sealed.
    ///
    /// @return whether its number is held
    static boolean seal(Bounds bounds, Workload workload, long seals) throws IOException {
        ClusterVersion version = bounds.cluster().version(bounds.deadline());
        Optional<ClusterObject> free = RevisionObjects.autoscaler(workload, version);
        if (free.isEmpty()) {
            return true;
        }
        return bounds.touch(kind(version), free.get().name(), seals)
                .filter(ClusterAutoscaling::isHeld)
                .isPresent();
    }

    private static boolean isHeld(JsonNode autoscaler) {
        return Trees.number(autoscaler, "spec", "minReplicas")
                        == Trees.number(autoscaler, "spec", "maxReplicas")
                && !Trees.text(autoscaler, "spec", "scaleTargetRef", "name").equals("nobody");
    }

    // --- between releases ---------------------------------------------------------------------

    /// Looks now and then, on a thread of its own, which ones can be let go.
    ///
    /// @return what became of it since it was asked last, for people
    synchronized List<String> letGo() {
        List<String> news = List.copyOf(said);
        said.clear();
        if (!looking && next.over() && !environments().isEmpty()) {
            looking = true;
            Thread.ofVirtual().name("autoscalers").start(this::look);
        }
        return news;
    }

    private List<String> environments() {
        try {
            return List.copyOf(clusters.environments());
        } catch (IOException e) {
            return List.of();
        }
    }

    private void look() {
        var news = new ArrayList<String>();
        try {
            for (String environment : environments()) {
                look(environment, news);
            }
        } finally {
            synchronized (this) {
                said.addAll(news);
                next = Deadline.in(EVERY);
                looking = false;
            }
        }
    }

    private void look(String environment, List<String> news) {
        try {
            Placement placement = clusters.of(environment).orElseThrow();
            Cluster cluster = clusters.at(placement).cluster();
            Deadline deadline = Deadline.in(LOOK_WITHIN);
            Resource kind = kind(cluster.version(deadline));
            String ours = ScopeRecord.selector(Labels.ofEnvironment(placement, environment));
            for (JsonNode one : cluster.list(kind, ours, deadline)) {
                letGo(environment, cluster, kind, one, news);
            }
        } catch (IOException | ClusterFailure e) {
            LOG.debug("autoscalers of `{}`: {}", environment, e.getMessage());
        }
    }

    /// What was seen is older than what is known of releases: an order that came since has written
    /// over it, and this comes to nothing.
    private void letGo(
            String environment, Cluster cluster, Resource kind, JsonNode seen, List<String> news)
            throws IOException {
        String[] wanted = Trees.annotation(seen, SCALE).split(" ", -1);
        if (wanted.length != 3
                || Trees.isLeaving(seen)
                || Trees.text(seen, "spec", "scaleTargetRef", "name").equals("nobody")
                || busy.test(Scope.component(environment, wanted[2]))) {
            return;
        }
        int least = Integer.parseInt(wanted[0]);
        int most = Integer.parseInt(wanted[1]);
        if (Trees.number(seen, "spec", "minReplicas") == least
                && Trees.number(seen, "spec", "maxReplicas") == most) {
            return;
        }
        ObjectNode free = (ObjectNode) seen.deepCopy();
        // Items of a list do not say what they are.
        free.put("apiVersion", kind.apiVersion()).put("kind", "HorizontalPodAutoscaler");
        Trees.in(free, "spec").put("minReplicas", least).put("maxReplicas", most);
        try {
            cluster.replace(kind, free, Deadline.in(LOOK_WITHIN));
            news.add(
                    "`%s` of `%s` has from %d to %d instances by its load"
                            .formatted(Trees.name(seen), wanted[2], least, most));
        } catch (ClusterFailure e) {
            if (!e.isConflict() && !e.isMissing()) {
                throw e;
            }
        }
    }
}
