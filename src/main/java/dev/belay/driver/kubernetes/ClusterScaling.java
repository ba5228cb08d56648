package dev.belay.driver.kubernetes;

import dev.belay.cluster.ClusterObject;
import dev.belay.cluster.ClusterVersion;
import dev.belay.cluster.Components;
import dev.belay.cluster.ObjectName;
import dev.belay.cluster.RevisionObjects;
import dev.belay.cluster.Workload;
import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.host.TrafficGuard;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Makes exactly so many pods of a revision exist: one Deployment for each revision, which never
/// becomes another one's.
///
/// A Deployment is first made with no pods, so that there is a version of it to write over: what is
/// created in one go could be created by an order that arrives when nobody wants it any more.
final class ClusterScaling {
    private static final int TRIES = 8;
    private static final Duration AFTER_GRACE = Duration.ofSeconds(2);
    private static final Duration ROOM = Duration.ofSeconds(20);
    private static final String COST = "controller.kubernetes.io/pod-deletion-cost";

    private final Workloads workloads;
    private final TrafficGuard guard;

    ClusterScaling(Workloads workloads, TrafficGuard guard) {
        this.workloads = workloads;
        this.guard = guard;
    }

    Answer scale(Bounds bounds, Work.Scale work) throws IOException {
        return new Round(bounds, work.revision(), work.instances()).go();
    }

    // --- looking ------------------------------------------------------------------------------

    /// What is there of it. The scope was sealed.
    Finding look(Bounds bounds, Work.Scale work, ScopeRecord.State sealed) throws IOException {
        Revision revision = work.revision();
        Optional<JsonNode> there =
                bounds.touch(
                        Resource.DEPLOYMENTS, ObjectName.revision(revision.id()), sealed.seals());
        List<JsonNode> pods = pods(bounds, revision);
        if (work.instances() == 0) {
            boolean none = there.isEmpty() || replicas(there.get()) == 0;
            boolean leaves = there.isPresent() && Trees.isLeaving(there.get());
            if (none && pods.isEmpty()) {
                return new Finding.Done(describe(revision.id(), 0));
            }
            return none || leaves
                    ? new Finding.InProgress(pods.size() + " are about to end")
                    : new Finding.NotDone();
        }
        boolean held =
                ClusterAutoscaling.seal(
                        bounds,
                        new Workload(bounds.order().scope(), revision, new TreeMap<>()),
                        sealed.seals());
        if (there.isEmpty()
                || Trees.isLeaving(there.get())
                || !held
                || replicas(there.get()) != work.instances()) {
            return new Finding.NotDone();
        }
        if (stand(pods, work.instances())) {
            return new Finding.Done(describe(revision.id(), work.instances()));
        }
        Optional<Troubles.Trouble> trouble = trouble(bounds, there, pods);
        return trouble.<Finding>map(one -> new Finding.Partial(one.reason()))
                .orElseGet(() ->
                        new Finding.InProgress(
                                "%d of %d run".formatted(running(pods), work.instances())));
    }

    private static long replicas(JsonNode deployment) {
        return Trees.number(deployment, "spec", "replicas");
    }

    private static List<JsonNode> pods(Bounds bounds, Revision revision) throws IOException {
        return bounds.cluster()
                .list(
                        Resource.PODS,
                        ScopeRecord.selector(bounds.labels(revision)),
                        bounds.deadline());
    }

    private static boolean stand(List<JsonNode> pods, int count) {
        return pods.size() == count && running(pods) == count;
    }

    private static long running(List<JsonNode> pods) {
        return pods.stream()
                .map(PodView::new)
                .filter(pod -> pod.runs() && !pod.isLeaving())
                .count();
    }

    private Optional<Troubles.Trouble> trouble(
            Bounds bounds, Optional<JsonNode> deployment, List<JsonNode> pods) throws IOException {
        var troubles = new Troubles(bounds.cluster(), workloads::redact);
        Optional<String> refused = deployment.flatMap(Troubles::refused);
        return refused.isPresent()
                ? Optional.of(troubles.ofRefusal(refused.get()))
                : troubles.of(pods, bounds.deadline());
    }

    private static String describe(String revision, int instances) {
        return switch (instances) {
            case 0 -> "no instance of `" + revision + "` is left";
            case 1 -> "1 instance of `" + revision + "` runs";
            default -> instances + " instances of `" + revision + "` run";
        };
    }

    // --- doing --------------------------------------------------------------------------------

    private final class Round {
        private final Bounds bounds;
        private final Revision revision;
        private final String name;
        private final int count;
        private ScopeRecord.State mine = new ScopeRecord.State(0, 0, true);

        Round(Bounds bounds, Revision revision, int count) {
            this.bounds = bounds;
            this.revision = revision;
            this.name = ObjectName.revision(revision.id());
            this.count = count;
        }

        Answer go() throws IOException {
            ScopeRecord.Seen record = bounds.record().look(bounds.deadline());
            ScopeRecord.State before = record.state();
            if (before.refuses(bounds.order().token())) {
                return new Answer.Stale(before.last());
            }
            Workloads.Made made = null;
            Optional<JsonNode> there = Optional.empty();
            if (count > 0) {
                made = workloads.of(bounds.order().scope(), revision);
                if (made instanceof Workloads.Missing(String reason, String hint)) {
                    return new Answer.Failed(
                            "`" + revision.id() + "` cannot be started: " + reason, hint, false);
                }
                // Before anything is accepted: it may be somebody else's.
                there = bounds.find(Resource.DEPLOYMENTS, name);
            }
            List<PodView> surplus = new ArrayList<>();
            // What is not there yet has none too many.
            Optional<Answer> no = count > 0 && there.isEmpty() ? Optional.empty() : letGo(surplus);
            if (no.isPresent()) {
                return no.get();
            }
            switch (bounds.record().accept(bounds.order().token(), record, bounds.deadline())) {
                case ScopeRecord.Stale(long last) -> {
                    return new Answer.Stale(last);
                }
                case ScopeRecord.Written(ScopeRecord.State state) -> mine = state;
            }
            return made instanceof Workloads.Ready ready ? make(ready, surplus, there) : remove();
        }

        /// Those with the highest numbers get no requests any more, and nothing is under way there.
        private Optional<Answer> letGo(List<PodView> surplus) throws IOException {
            var ids = new ArrayList<String>();
            PodView.instances(pods(bounds, revision))
                    .forEach((id, pod) -> {
                        int number = Integer.parseInt(id.substring(id.lastIndexOf('-') + 1));
                        if (number > count && !pod.isLeaving()) {
                            ids.add(id);
                            surplus.add(pod);
                        }
                    });
            if (ids.isEmpty() || !revision.launch().port()) {
                return Optional.empty();
            }
            Duration ending = revision.launch().stop().grace().plus(AFTER_GRACE);
            return guard.drain(
                    bounds.order().scope(),
                    revision.id(),
                    revision.launch().stop(),
                    ids,
                    bounds.deadline().earlier(ending));
        }

        // --- up -------------------------------------------------------------------------------

        /// @param there what was seen of it before; if it is another by now, that is noticed
        private Answer make(Workloads.Ready ready, List<PodView> surplus, Optional<JsonNode> there)
                throws IOException {
            Workload workload = ready.workload();
            ClusterVersion version = bounds.cluster().version(bounds.deadline());
            String prepared = "";
            for (int i = 0; i < TRIES; i++) {
                Optional<JsonNode> seen =
                        i == 0 && surplus.isEmpty()
                                ? there
                                : bounds.find(Resource.DEPLOYMENTS, name);
                if (seen.isPresent() && Trees.isLeaving(seen.get())) {
                    if (!gone()) {
                        return new Answer.NotYet("what was `" + name + "` is about to end");
                    }
                    continue;
                }
                try {
                    JsonNode over = seen.isPresent() ? seen.get() : reserved(workload, version);
                    if (Bounds.token(over) > bounds.order().token()) {
                        return new Answer.Stale(Bounds.token(over));
                    }
                    if (!Trees.uid(over).equals(prepared)) {
                        if (!isReady(ready, over, seen.isEmpty())) {
                            return outdated();
                        }
                        prepared = Trees.uid(over);
                        // The cluster itself has written to what was just made.
                        over =
                                seen.isPresent()
                                        ? over
                                        : bounds.find(Resource.DEPLOYMENTS, name).orElse(over);
                    }
                    if (Bounds.isSealed(over, mine)) {
                        return outdated();
                    }
                    preferToEnd(surplus);
                    bounds.cluster()
                            .apply(
                                    Resource.DEPLOYMENTS,
                                    Bounds.over(deployment(workload, version, count), over),
                                    Cluster.MANAGER,
                                    bounds.deadline());
                    return stands();
                } catch (ClusterFailure e) {
                    if (!e.isConflict() && !e.isMissing()) {
                        throw e;
                    }
                }
            }
            return new Answer.NotYet("others keep writing `" + name + "`");
        }

        /// Gives a Deployment what it needs before it may have pods.
        ///
        /// @param fresh whether it was just made
        /// @return whether the order still counts
        private boolean isReady(Workloads.Ready ready, JsonNode deployment, boolean fresh)
                throws IOException {
            Optional<ClusterAutoscaling.Hold> hold =
                    ClusterAutoscaling.reserve(bounds, ready.workload(), deployment, count, fresh);
            if (!bounds.isCurrent(mine)) {
                return false;
            }
            prepare(ready, deployment);
            if (hold.isPresent()) {
                hold.get().write(bounds);
            }
            return true;
        }

        private JsonNode reserved(Workload workload, ClusterVersion version) throws IOException {
            return bounds.cluster()
                    .create(
                            Resource.DEPLOYMENTS,
                            deployment(workload, version, 0),
                            bounds.deadline());
        }

        private ObjectNode deployment(Workload workload, ClusterVersion version, int instances) {
            return bounds.written(
                    RevisionObjects.deployment(workload, version, instances),
                    Map.of(Bounds.ARTIFACT, revision.artifact().text()));
        }

        /// A newer order or a probe came: what this one reserved is in nobody's way.
        private Answer outdated() throws IOException {
            for (int i = 0; i < TRIES; i++) {
                Optional<JsonNode> left = bounds.find(Resource.DEPLOYMENTS, name);
                boolean ours =
                        left.isPresent()
                                && replicas(left.get()) == 0
                                && Bounds.token(left.get()) == bounds.order().token();
                if (!ours || Trees.isLeaving(left.get())) {
                    break;
                }
                try {
                    bounds.cluster().delete(Resource.DEPLOYMENTS, left.get(), bounds.deadline());
                    break;
                } catch (ClusterFailure e) {
                    // The cluster itself writes to it, too.
                    if (!e.isConflict()) {
                        throw e;
                    }
                }
            }
            return new Answer.Stale(bounds.record().read(bounds.deadline()).last());
        }

        /// What its pods need before they are there; it goes with the Deployment.
        private void prepare(Workloads.Ready ready, JsonNode owner) throws IOException {
            Workload workload = ready.workload();
            apply(
                    Resource.ACCOUNTS,
                    Components.account(workload.placement(), workload.scope()),
                    Optional.empty());
            Optional<ClusterObject> settings = RevisionObjects.settings(workload);
            if (settings.isPresent()) {
                apply(Resource.CONFIG_MAPS, settings.get(), Optional.of(owner));
            }
            Optional<ClusterObject> secret = RevisionObjects.secret(workload, ready.secrets());
            if (secret.isPresent()) {
                apply(Resource.SECRETS, secret.get(), Optional.of(owner));
            }
        }

        private void apply(Resource kind, ClusterObject object, Optional<JsonNode> owner)
                throws IOException {
            ObjectNode tree = Bounds.tree(object);
            owner.ifPresent(of -> Trees.own(tree, of, Resource.DEPLOYMENTS, "Deployment"));
            bounds.cluster().apply(kind, tree, Cluster.MANAGER, bounds.deadline());
        }

        /// Which pods go is the cluster's choice; it hears which ones it is to choose.
        private void preferToEnd(List<PodView> surplus) throws IOException {
            for (PodView pod : surplus) {
                ObjectNode wish = JsonMapper.shared().createObjectNode();
                wish.put("apiVersion", "v1").put("kind", "Pod");
                ObjectNode metadata = Trees.in(wish, "metadata");
                metadata.put("name", pod.name()).put("namespace", bounds.cluster().namespace());
                metadata.put("uid", Trees.uid(pod.pod()));
                Trees.in(metadata, "annotations").put(COST, "-1");
                try {
                    bounds.cluster().apply(Resource.PODS, wish, Cluster.MANAGER, bounds.deadline());
                } catch (ClusterFailure gone) {
                    if (!gone.isConflict() && !gone.isMissing()) {
                        throw gone;
                    }
                }
            }
        }

        /// Waits until they run, or something is known to keep them from it.
        private Answer stands() throws IOException {
            Duration third = bounds.order().within().dividedBy(3);
            var patient = bounds.deadline().orIn(third.compareTo(ROOM) < 0 ? third : ROOM);
            boolean told = bounds.mirrors().await(patient, view -> isDecided(view, false));
            if (!told) {
                bounds.mirrors()
                        .await(
                                bounds.deadline().earlier(AFTER_GRACE),
                                view -> isDecided(view, true));
            }
            List<JsonNode> pods = pods(bounds, revision);
            if (stand(pods, count)) {
                return new Answer.Done(describe(revision.id(), count));
            }
            Optional<JsonNode> deployment = bounds.find(Resource.DEPLOYMENTS, name);
            Optional<Troubles.Trouble> trouble = trouble(bounds, deployment, pods);
            return trouble.<Answer>map(
                            one -> new Answer.Failed(one.reason(), one.hint(), one.passing()))
                    .orElseGet(() ->
                            new Answer.Failed(
                                    standing(pods),
                                    "the cluster takes its time: see `belay logs %s`"
                                            .formatted(bounds.order().scope().name()),
                                    true));
        }

        private String standing(List<JsonNode> pods) {
            List<String> ending =
                    pods.stream()
                            .map(PodView::new)
                            .filter(PodView::isLeaving)
                            .map(pod -> "`" + pod.name() + "`")
                            .toList();
            return "%d of %d instances of `%s` run by now%s"
                    .formatted(
                            running(pods),
                            count,
                            revision.id(),
                            ending.isEmpty()
                                    ? ""
                                    : ", and %s has not ended yet"
                                            .formatted(String.join(", ", ending)));
        }

        private boolean isDecided(Mirrors.View view, boolean impatient) {
            List<JsonNode> pods = bounds.ofRevision(view.pods(bounds.component()), revision);
            boolean refused =
                    view.deployments(bounds.component()).stream()
                            .filter(one -> Trees.name(one).equals(name))
                            .anyMatch(one -> Troubles.refused(one).isPresent());
            return stand(pods, count)
                    || refused
                    || pods.stream().anyMatch(Troubles::isIn)
                    || (impatient && pods.stream().anyMatch(Troubles::isUnschedulable));
        }

        // --- down -----------------------------------------------------------------------------

        private Answer remove() throws IOException {
            for (int i = 0; i < TRIES; i++) {
                Optional<JsonNode> seen =
                        bounds.cluster()
                                .find(Resource.DEPLOYMENTS, name, bounds.deadline())
                                .filter(bounds::isOurs);
                if (seen.isEmpty() || Trees.isLeaving(seen.get())) {
                    break;
                }
                if (Bounds.token(seen.get()) > bounds.order().token()) {
                    return new Answer.Stale(Bounds.token(seen.get()));
                }
                if (!bounds.isCurrent(mine)) {
                    return new Answer.Stale(bounds.record().read(bounds.deadline()).last());
                }
                try {
                    bounds.cluster().delete(Resource.DEPLOYMENTS, seen.get(), bounds.deadline());
                    break;
                } catch (ClusterFailure e) {
                    if (!e.isConflict()) {
                        throw e;
                    }
                }
            }
            if (gone()) {
                return new Answer.Done(describe(revision.id(), 0));
            }
            return new Answer.Failed(
                    "instances of `" + revision.id() + "` did not end yet",
                    "each gets `stop.grace` to end, and the step must allow it",
                    true);
        }

        /// What is watched may be behind: that nothing is there is seen by looking.
        private boolean gone() throws IOException {
            boolean seemsSo =
                    bounds.mirrors()
                            .await(
                                    bounds.deadline(),
                                    view ->
                                            bounds.ofRevision(
                                                                    view.pods(bounds.component()),
                                                                    revision)
                                                            .isEmpty()
                                                    && view.deployments(bounds.component()).stream()
                                                            .noneMatch(this::isIt));
            while (seemsSo && !isGone()) {
                if (bounds.deadline().over()) {
                    return false;
                }
                bounds.deadline().orIn(Duration.ofMillis(100)).await(() -> false);
            }
            return seemsSo;
        }

        private boolean isIt(JsonNode deployment) {
            return Trees.name(deployment).equals(name);
        }

        private boolean isGone() throws IOException {
            return bounds.cluster()
                            .find(Resource.DEPLOYMENTS, name, bounds.deadline())
                            .filter(bounds::isOurs)
                            .isEmpty()
                    && pods(bounds, revision).isEmpty();
        }
    }
}
