package dev.belay.driver.kubernetes;

import dev.belay.cluster.Audience;
import dev.belay.cluster.ClusterObject;
import dev.belay.cluster.Labels;
import dev.belay.cluster.Line;
import dev.belay.cluster.ObjectName;
import dev.belay.cluster.Routes;
import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.driver.host.Deadline;
import dev.belay.release.Launch;
import dev.belay.release.Placement;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A cluster's Services as a router: each component has one, for good, and who is behind it is its
/// selector. One revision is named by itself: a cutover is one write. Of several, those pods are
/// marked that take part, so that their numbers are the shares; where a gateway's routes lead to
/// the component, they carry what numbers cannot.
///
/// A Service counts no requests, knows no visitors and has no doors: what asks for these is told
/// so.
public final class ServiceRouter implements Router {
    private static final Duration LOOK_WITHIN = Duration.ofSeconds(10);

    /// Of a pod that takes part where several revisions do. A pod that the cluster makes in its
    /// place is without.
    private static final String TRAFFIC = "belay.dev/traffic";

    private static final String YES = "yes";
    private static final String MARKER = "belay-traffic";
    private static final int TRIES = 8;

    private final Clusters clusters;

    public ServiceRouter(Clusters clusters) {
        this.clusters = clusters;
    }

    /// Whether it is this router's to send a component's requests somewhere.
    public boolean routes(Work.Route work, Scope scope) {
        return work.revisions().stream().anyMatch(KubernetesTarget::runs)
                || (work.revisions().isEmpty() && knows(scope));
    }

    /// Whether the environment lives in a cluster.
    public boolean knows(Scope scope) {
        try {
            return clusters.of(scope.environment()).isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // --- routing ------------------------------------------------------------------------------

    @Override
    public Answer route(Work.Route work, Order order) {
        Deadline deadline = Deadline.in(order.within());
        return Attempt.answer(order, () -> new Round(work, bounds(work, order, deadline)).go());
    }

    private Bounds bounds(Work.Route work, Order order, Deadline deadline) throws IOException {
        Optional<Placement> named =
                work.revisions().stream()
                        .flatMap(one -> Workloads.placement(one).stream())
                        .findFirst();
        Optional<Placement> placement =
                named.isPresent() ? named : clusters.of(order.scope().environment());
        Placement found =
                placement.orElseThrow(() ->
                        new IOException(
                                "`" + order.scope().environment() + "` lives in no cluster"));
        clusters.note(order.scope().environment(), found);
        return new Bounds(clusters.at(found), found, order, deadline);
    }

    /// What is to be there of a line once it leads where the work says: its Service, and what is
    /// around it.
    static List<ClusterObject> objects(Work.Route work, Bounds bounds) throws IOException {
        var round = new Round(work, bounds);
        var all = new ArrayList<ClusterObject>();
        all.add(Routes.service(round.line(), round.portions.audience()));
        all.addAll(round.wanted());
        return all;
    }

    private static String service(Scope scope) {
        return ObjectName.component(scope.name());
    }

    /// What a Service cannot do, if a line asks for it.
    private static Optional<Answer> beyond(Traffic traffic) {
        if (traffic.rules().sticky()) {
            return no("a Service does not keep visitors with a revision", "leave out `sticky`");
        }
        if (!traffic.rules().slowStart().isZero()) {
            return no(
                    "a Service sends to whoever is ready as much as to anybody",
                    "leave out `slow-start`");
        }
        long files = traffic.shares().stream().filter(one -> one.instances() == 0).count();
        if (files > 0) {
            return no("a Service serves no files", "give the frontend an `image`");
        }
        return Optional.empty();
    }

    private static Optional<Answer> no(String reason, String hint) {
        return Optional.of(new Answer.Failed(reason, hint, false));
    }

    private static final class Round {
        private final Work.Route work;
        private final Traffic traffic;
        private final Bounds bounds;
        private final Portions portions;
        private final Surroundings around;
        private final GatewayRoutes routes;
        private final String name;

        Round(Work.Route work, Bounds bounds) {
            this.work = work;
            this.traffic = work.traffic();
            this.bounds = bounds;
            this.portions = Portions.of(traffic, bounds.placement());
            this.around = new Surroundings(bounds);
            this.routes = new GatewayRoutes(bounds, line());
            this.name = service(bounds.order().scope());
        }

        Answer go() throws IOException {
            ScopeRecord.State before = bounds.record().read(bounds.deadline());
            if (before.refuses(bounds.order().token())) {
                return new Answer.Stale(before.last());
            }
            Optional<Answer> no = beyond(traffic);
            if (no.isEmpty()) {
                no = missing();
            }
            if (no.isPresent()) {
                return no.get();
            }
            ScopeRecord.State mine;
            switch (bounds.record().accept(bounds.order().token(), bounds.deadline())) {
                case ScopeRecord.Stale(long last) -> {
                    return new Answer.Stale(last);
                }
                case ScopeRecord.Written(ScopeRecord.State state) -> mine = state;
            }
            for (int i = 0; i < TRIES; i++) {
                Optional<JsonNode> seen = bounds.find(Resource.SERVICES, name);
                if (seen.isPresent() && Bounds.token(seen.get()) > bounds.order().token()) {
                    return new Answer.Stale(Bounds.token(seen.get()));
                }
                try {
                    Optional<Answer> done = once(seen, mine);
                    if (done.isPresent()) {
                        return done.get();
                    }
                } catch (ClusterFailure e) {
                    if (!e.isConflict() && !e.isMissing()) {
                        throw e;
                    }
                }
            }
            return new Answer.NotYet("others keep writing `" + name + "`");
        }

        private Optional<Answer> once(Optional<JsonNode> seen, ScopeRecord.State mine)
                throws IOException {
            if (traffic.equals(Traffic.NOWHERE)) {
                if (seen.isEmpty()) {
                    return Optional.of(new Answer.Done("it has no Service any more"));
                }
                if (!bounds.isCurrent(mine)) {
                    return Optional.of(outdated());
                }
                // Nothing may lead to a Service that is gone.
                around.remove(around.leftovers(seen.get(), List.of()));
                bounds.cluster().delete(Resource.SERVICES, seen.get(), bounds.deadline());
                return Optional.empty();
            }
            // Nobody is behind it until it is known whether this order still counts.
            JsonNode over =
                    seen.isPresent()
                            ? seen.get()
                            : bounds.cluster()
                                    .create(
                                            Resource.SERVICES,
                                            object(Portions.nobody(), ""),
                                            bounds.deadline());
            if (!bounds.isCurrent(mine)) {
                return Optional.of(outdated());
            }
            Audience audience = portions.audience();
            if (audience instanceof Audience.Instances) {
                mark();
            }
            // What stands may have changed since it was looked at first.
            Optional<Answer> no = missing();
            if (no.isPresent()) {
                return no;
            }
            List<ClusterObject> wanted = wanted();
            List<Surroundings.Spot> leftovers = around.leftovers(over, wanted);
            ObjectNode service = object(audience, portions.written());
            Bounds.over(service, bounds.without(over, service));
            Trees.in(service, "metadata", "annotations")
                    .put(Surroundings.NOTE, Surroundings.note(wanted, leftovers));
            bounds.cluster().apply(Resource.SERVICES, service, Cluster.MANAGER, bounds.deadline());
            around.write(wanted);
            no = lead(wanted, mine);
            if (no.isPresent()) {
                return no;
            }
            around.remove(leftovers);
            return Optional.of(confirmed());
        }

        private List<ClusterObject> wanted() throws IOException {
            int most = traffic.shares().stream().mapToInt(Traffic.Share::instances).max().orElse(0);
            return around.of(line(), most, portions.backends(line()));
        }

        /// Routes lead to nobody who is not there yet.
        private Optional<Answer> lead(List<ClusterObject> wanted, ScopeRecord.State mine)
                throws IOException {
            if (portions.isWeighted()) {
                Optional<Boolean> stand = routes.stand(portions, mine);
                if (stand.isEmpty()) {
                    return Optional.of(outdated());
                }
                if (!stand.get()) {
                    return Optional.of(slow());
                }
            }
            for (ClusterObject route : wanted) {
                if (GatewayRoutes.isRoute(route) && !routes.write(route, mine)) {
                    return Optional.of(outdated());
                }
            }
            return Optional.empty();
        }

        private Answer slow() {
            return new Answer.Failed(
                    "the cluster has not passed on yet who is behind `" + name + "`",
                    "see to its controllers: `kubectl get endpointslices`",
                    true);
        }

        private Line line() {
            Launch.Protocol protocol =
                    work.revisions().stream()
                            .map(one -> one.launch().protocol())
                            .filter(Launch.Protocol.HTTP2::equals)
                            .findFirst()
                            .orElse(Launch.Protocol.HTTP1);
            return new Line(
                    bounds.placement(),
                    bounds.order().scope(),
                    protocol,
                    traffic.port(),
                    traffic.rules());
        }

        private Answer outdated() throws IOException {
            return new Answer.Stale(bounds.record().read(bounds.deadline()).last());
        }

        private ObjectNode object(Audience audience, String shares) {
            ObjectNode service =
                    bounds.written(Routes.service(line(), audience), Map.of(Bounds.SHARES, shares));
            if (audience instanceof Audience.Instances) {
                Trees.in(service, "spec", "selector").put(TRAFFIC, YES);
            }
            return service;
        }

        // --- who is behind it -----------------------------------------------------------------

        private List<JsonNode> ready(String revision) throws IOException {
            return bounds
                    .cluster()
                    .list(
                            Resource.PODS,
                            ScopeRecord.selector(bounds.labels(revision)),
                            bounds.deadline())
                    .stream()
                    .filter(pod -> new PodView(pod).isReady())
                    .toList();
        }

        /// Never to what does not stand.
        private Optional<Answer> missing() throws IOException {
            for (Traffic.Share share : traffic.shares()) {
                int ready =
                        share.weight() == 0 ? share.instances() : ready(share.revision()).size();
                if (ready < share.instances()) {
                    return Optional.of(
                            new Answer.NotYet(
                                    "%d of %d instances of `%s` are ready"
                                            .formatted(
                                                    ready, share.instances(), share.revision())));
                }
            }
            return Optional.empty();
        }

        /// The oldest of each revision that are ready: they are the last to go, too.
        private Set<String> chosen() throws IOException {
            var names = new TreeSet<String>();
            for (var one : portions.numbers().entrySet()) {
                PodView.instances(ready(one.getKey())).values().stream()
                        .sorted(PodView.BY_AGE)
                        .limit(one.getValue())
                        .forEach(pod -> names.add(pod.name()));
            }
            return names;
        }

        /// First those that are to have requests, then the others not any more: in between more
        /// have them, and never none.
        private void mark() throws IOException {
            Set<String> wanted = chosen();
            List<JsonNode> all =
                    bounds.cluster()
                            .list(
                                    Resource.PODS,
                                    ScopeRecord.selector(bounds.labels()) + "," + Labels.REVISION,
                                    bounds.deadline());
            for (JsonNode pod : all) {
                if (wanted.contains(Trees.name(pod)) && !isMarked(pod)) {
                    mark(pod, true);
                }
            }
            for (JsonNode pod : all) {
                if (!wanted.contains(Trees.name(pod)) && isMarked(pod)) {
                    mark(pod, false);
                }
            }
        }

        private static boolean isMarked(JsonNode pod) {
            return YES.equals(Trees.labels(pod).get(TRAFFIC));
        }

        private void mark(JsonNode pod, boolean on) throws IOException {
            ObjectNode wish = JsonMapper.shared().createObjectNode();
            wish.put("apiVersion", "v1").put("kind", "Pod");
            ObjectNode metadata = Trees.in(wish, "metadata");
            metadata.put("name", Trees.name(pod)).put("namespace", bounds.cluster().namespace());
            metadata.put("uid", Trees.uid(pod));
            if (on) {
                Trees.in(metadata, "labels").put(TRAFFIC, YES);
            }
            try {
                bounds.cluster().apply(Resource.PODS, wish, MARKER, bounds.deadline());
            } catch (ClusterFailure gone) {
                if (on || (!gone.isConflict() && !gone.isMissing())) {
                    throw gone;
                }
            }
        }

        // --- whether it is so -----------------------------------------------------------------

        /// Waits until exactly those are behind it who are to be.
        private Answer confirmed() throws IOException {
            var version = bounds.cluster().version(bounds.deadline());
            Map<String, Integer> wanted = new HashMap<>();
            portions.numbers().forEach((revision, pods) -> wanted.put(label(revision), pods));
            boolean exact = portions.isExact();
            boolean so =
                    bounds.mirrors()
                            .await(
                                    bounds.deadline().earlier(Duration.ofMillis(200)),
                                    view -> {
                                        Map<String, Integer> behind =
                                                behind(
                                                        view.slices(name, version),
                                                        view.pods(bounds.component()));
                                        return behind.keySet().equals(wanted.keySet())
                                                && wanted.entrySet().stream()
                                                        .allMatch(one ->
                                                                fits(
                                                                        behind.getOrDefault(
                                                                                one.getKey(), 0),
                                                                        one.getValue(),
                                                                        exact));
                                    });
            return so ? passed() : slow();
        }

        /// Whether the gateway has taken what leads to it.
        private Answer passed() throws IOException {
            if (!portions.routed()) {
                return new Answer.Done(portions.told());
            }
            return switch (routes.passed()) {
                case GatewayRoutes.Taken _ -> new Answer.Done(portions.told());
                case GatewayRoutes.Untold _ ->
                        new Answer.Done(
                                portions.told()
                                        + "; no controller has said what it makes of its routes");
                case GatewayRoutes.NotYet(String which) ->
                        new Answer.Failed(
                                "the gateway has not taken the route `" + which + "` yet",
                                "see to its controller: `kubectl get httproutes`",
                                true);
                case GatewayRoutes.Refused(String why) ->
                        new Answer.Failed(
                                why, "see to the gateway: `kubectl describe httproutes`", true);
            };
        }

        private static boolean fits(int is, int wanted, boolean exact) {
            return exact ? is == wanted : is >= wanted;
        }

        private String label(String revision) {
            return bounds.labels(revision).getOrDefault(Labels.REVISION, revision);
        }

        /// How many of each revision get requests; of one that nobody knows, too.
        private static Map<String, Integer> behind(List<JsonNode> slices, List<JsonNode> pods) {
            Map<String, String> revisions = new HashMap<>();
            pods.forEach(pod ->
                    revisions.put(
                            Trees.name(pod), Trees.labels(pod).getOrDefault(Labels.REVISION, "")));
            var counts = new HashMap<String, Integer>();
            for (JsonNode slice : slices) {
                for (JsonNode endpoint : slice.path("endpoints")) {
                    if (Trees.at(endpoint, "conditions", "ready").asBoolean(true)) {
                        String pod = Trees.text(endpoint, "targetRef", "name");
                        counts.merge(revisions.getOrDefault(pod, "?" + pod), 1, Integer::sum);
                    }
                }
            }
            return counts;
        }
    }

    // --- looking ------------------------------------------------------------------------------

    @Override
    public Finding probe(Work.Route work, Order order) {
        Deadline deadline = Deadline.in(order.within());
        return Attempt.finding(() -> {
            Bounds bounds = bounds(work, order, deadline);
            String name = service(order.scope());
            return switch (bounds.record().seal(order.token(), deadline)) {
                case ScopeRecord.Stale(long last) -> new Finding.Stale(last);
                case ScopeRecord.Written(ScopeRecord.State sealed) -> {
                    var service = bounds.touch(Resource.SERVICES, name, sealed.seals());
                    if (service.isPresent()) {
                        new Surroundings(bounds).seal(service.get(), sealed.seals());
                        new Round(work, bounds).routes.seal(work.traffic(), sealed.seals());
                    }
                    yield found(work, bounds, service);
                }
            };
        });
    }

    private static Finding found(Work.Route work, Bounds bounds, Optional<JsonNode> service)
            throws IOException {
        if (work.traffic().equals(Traffic.NOWHERE)) {
            return service.isEmpty()
                    ? new Finding.Done("it has no Service")
                    : new Finding.NotDone();
        }
        if (service.isEmpty() || Trees.isLeaving(service.get())) {
            return new Finding.NotDone();
        }
        var round = new Round(work, bounds);
        JsonNode is = service.get();
        ObjectNode wanted = round.object(round.portions.audience(), round.portions.written());
        boolean same =
                Trees.annotation(is, Bounds.SHARES).equals(round.portions.written())
                        && Trees.texts(Trees.at(is, "spec", "selector"))
                                .equals(Trees.texts(Trees.at(wanted, "spec", "selector")))
                        && Trees.number(Trees.at(is, "spec", "ports").path(0), "port")
                                == work.traffic().port();
        List<ClusterObject> routes =
                round.wanted().stream().filter(GatewayRoutes::isRoute).toList();
        if (!same || !round.routes.lead(routes)) {
            return new Finding.NotDone();
        }
        return round.confirmed() instanceof Answer.Done(String detail)
                ? new Finding.Done(detail)
                : new Finding.InProgress("the cluster has not passed it on yet");
    }

    @Override
    public Optional<Observed> observe(Scope scope) {
        Deadline deadline = Deadline.in(LOOK_WITHIN);
        try {
            Optional<Placement> placement = clusters.of(scope.environment());
            if (placement.isEmpty()) {
                return Optional.empty();
            }
            Map<String, String> labels = Labels.ofComponent(placement.get(), scope);
            Cluster cluster = clusters.at(placement.get()).cluster();
            Optional<JsonNode> service =
                    cluster.find(Resource.SERVICES, service(scope), deadline)
                            .filter(one ->
                                    Trees.labels(one).entrySet().containsAll(labels.entrySet()));
            if (service.isEmpty()) {
                return Optional.empty();
            }
            List<JsonNode> pods =
                    cluster.list(
                            Resource.PODS,
                            ScopeRecord.selector(labels) + "," + Labels.REVISION,
                            deadline);
            var routes = new ArrayList<JsonNode>();
            for (Surroundings.Spot spot : Surroundings.noted(service.get())) {
                if (spot.kind().plural().equals(GatewayRoutes.PLURAL)) {
                    cluster.find(spot.kind(), spot.name(), deadline).ifPresent(routes::add);
                }
            }
            return Optional.of(new Seen(service.get(), routes, pods).observed());
        } catch (ClusterFailure e) {
            throw new UncheckedIOException(new IOException(e.said(), e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean counts(Scope scope) {
        return false;
    }

    /// Nobody counts what is under way: pods end what they hold by themselves.
    @Override
    public void closeLongLived(Scope scope, String revision, List<String> instances) {
        // A Service cannot tell anybody anything.
    }

    /// A Service listens in its cluster, and on no port of this host.
    @Override
    public boolean listens(int port) {
        return false;
    }
}
