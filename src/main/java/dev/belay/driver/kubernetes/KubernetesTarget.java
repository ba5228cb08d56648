package dev.belay.driver.kubernetes;

import dev.belay.cluster.Labels;
import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Foreshown;
import dev.belay.driver.Foretold;
import dev.belay.driver.Instance;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.driver.Target;
import dev.belay.driver.configuration.ConfigurationStore;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.driver.host.Deadline;
import dev.belay.driver.host.TrafficGuard;
import dev.belay.release.Digest;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Placement;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Runs revisions in Kubernetes clusters: a Deployment for each, a Job for each command that ends.
/// Where that is, the revision says. The cluster keeps alive what runs; nothing here does.
public final class KubernetesTarget implements Target {
    private static final Duration LOOK_WITHIN = Duration.ofSeconds(10);
    private static final Duration SOON = Duration.ofMillis(200);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

    private final Clusters clusters;
    private final Function<String, Optional<Placement>> places;
    private final Workloads workloads;
    private final ClusterScaling scaling;
    private final ClusterSchedules schedules;
    private final ClusterAutoscaling autoscaling;
    private final ClusterJobs jobs;
    private final ClusterMigrations migrations;

    /// @param places where environments live, by what is written of them; empty for one that does
    ///   not live in a cluster
    public KubernetesTarget(
            Clusters clusters,
            Function<String, Optional<Placement>> places,
            ConfigurationStore configurations,
            RuntimeValues values,
            Router router) {
        this(clusters, places, configurations, values, router, _ -> true);
    }

    /// The same, where numbers of instances follow their load between releases.
    ///
    /// @param busy whether a release has to do with a component now
    public KubernetesTarget(
            Clusters clusters,
            Function<String, Optional<Placement>> places,
            ConfigurationStore configurations,
            RuntimeValues values,
            Router router,
            Predicate<Scope> busy) {
        this.clusters = clusters;
        this.places = places;
        workloads = new Workloads(configurations, values);
        scaling = new ClusterScaling(workloads, new TrafficGuard(router));
        schedules = new ClusterSchedules(clusters, workloads);
        autoscaling = new ClusterAutoscaling(clusters, busy);
        var questions = new ClusterQuestions(workloads);
        jobs = new ClusterJobs(workloads, questions);
        migrations = new ClusterMigrations(jobs, questions, workloads);
    }

    /// Whether it is this target's to run a revision.
    public static boolean runs(Revision revision) {
        return Workloads.placement(revision).isPresent();
    }

    private static boolean isScheduled(Revision revision) {
        return revision.launch().schedule() != null;
    }

    @Override
    public Answer scale(Work.Scale work, Order order) {
        return answer(
                order,
                work.revision(),
                bounds ->
                        isScheduled(work.revision())
                                ? schedules.scale(bounds, work)
                                : scaling.scale(bounds, work));
    }

    @Override
    public Answer runJob(Work.RunJob work, Order order) {
        return answer(order, work.revision(), bounds -> jobs.run(bounds, work));
    }

    @Override
    public Answer publish(Work.Publish work, Order order) {
        return refused(
                order,
                work.revision(),
                "a cluster serves no files",
                "give the frontend an `image` that serves them");
    }

    @Override
    public Answer migrate(Work.MigrateByCommand work, Order order) {
        return answer(order, work.revision(), bounds -> migrations.up(bounds, work));
    }

    @Override
    public Answer takeBack(Work.TakeBackByCommand work, Order order) {
        return answer(order, work.revision(), bounds -> migrations.down(bounds, work));
    }

    private Answer refused(Order order, Revision revision, String reason, String hint) {
        return answer(
                order,
                revision,
                bounds -> {
                    ScopeRecord.State before = bounds.record().read(bounds.deadline());
                    return before.refuses(order.token())
                            ? new Answer.Stale(before.last())
                            : new Answer.Refused(reason, hint, true);
                });
    }

    @Override
    public Look foreseen(Work.Foreseen work, Order order) {
        return foretold(order, work.revision(), work.by()).against(work.printed());
    }

    @Override
    public Foretold foretell(
            String environment, Revision revision, MigrationCommands by, Duration within) {
        var scope = Scope.component(environment, revision.component());
        return foretold(new Order(scope, 0, "plan", 0, within), revision, by);
    }

    private Foretold foretold(Order order, Revision revision, MigrationCommands by) {
        try {
            return migrations.foretell(
                    bounds(order, revision, Deadline.in(order.within())), revision, by);
        } catch (ClusterFailure e) {
            return new Foretold.Nothing("`plan` cannot be asked: " + e.said(), e.hint());
        } catch (IOException e) {
            return new Foretold.Nothing("`plan` cannot be asked: " + e.getMessage(), "");
        }
    }

    @Override
    public Finding probe(Work.Effect work, Order order) {
        return Attempt.finding(() -> found(work, order));
    }

    private Finding found(Work.Effect work, Order order) throws IOException {
        Deadline deadline = Deadline.in(order.within());
        Bounds bounds = bounds(order, revision(work), deadline);
        return switch (bounds.record().seal(order.token(), deadline)) {
            case ScopeRecord.Stale(long last) -> new Finding.Stale(last);
            case ScopeRecord.Written(ScopeRecord.State sealed) ->
                    switch (work) {
                        case Work.Scale scale when isScheduled(scale.revision()) ->
                                schedules.look(bounds, scale, sealed);
                        case Work.Scale scale -> scaling.look(bounds, scale, sealed);
                        case Work.RunJob job -> jobs.look(bounds, ClusterCommand.of(job), sealed);
                        case Work.MigrateByCommand up -> migrations.look(bounds, up, sealed);
                        case Work.TakeBackByCommand down -> migrations.look(bounds, down, sealed);
                        case Work.Publish _ -> new Finding.NotDone();
                        case Work.Route _,
                                Work.Shut _,
                                Work.Open _,
                                Work.Migrate _,
                                Work.TakeBack _ ->
                                throw new IllegalArgumentException("no work of a target");
                    };
        };
    }

    private static Revision revision(Work.Effect work) {
        return switch (work) {
            case Work.Scale scale -> scale.revision();
            case Work.RunJob job -> job.revision();
            case Work.Publish publish -> publish.revision();
            case Work.MigrateByCommand up -> up.revision();
            case Work.TakeBackByCommand down -> down.revision();
            case Work.Route _, Work.Shut _, Work.Open _, Work.Migrate _, Work.TakeBack _ ->
                    throw new IllegalArgumentException("no work of a target");
        };
    }

    @Override
    public Optional<Foreshown> foreshow(
            String environment, List<Foreshown.Goal> goals, Duration within) {
        List<Foreshown.Goal> here = goals.stream().filter(goal -> runs(goal.revision())).toList();
        if (here.isEmpty()) {
            return Optional.empty();
        }
        Placement placement = Workloads.placement(here.getFirst().revision()).orElseThrow();
        try {
            boolean scheduled =
                    here.stream().anyMatch(goal -> isScheduled(goal.revision()))
                            || !clusters.scheduled(environment).isEmpty();
            return Optional.of(
                    new ClusterForesight(
                                    clusters.at(placement),
                                    placement,
                                    workloads,
                                    Deadline.in(within))
                            .of(environment, here, scheduled));
        } catch (ClusterFailure e) {
            return Optional.of(unseen(e.said()));
        } catch (IOException e) {
            return Optional.of(unseen(String.valueOf(e.getMessage())));
        }
    }

    private static Foreshown unseen(String why) {
        return new Foreshown(
                List.of(), List.of("what changes in the cluster cannot be seen now: " + why));
    }

    @Override
    public Optional<Unmet> barred(String environment) {
        return places.apply(environment)
                .flatMap(placement -> {
                    try {
                        clusters.at(placement);
                        return Optional.empty();
                    } catch (NoWayIn e) {
                        return Optional.of(new Unmet(String.valueOf(e.getMessage()), e.hint()));
                    } catch (IOException e) {
                        // Whoever goes there says so.
                        return Optional.empty();
                    }
                });
    }

    // --- before anything ----------------------------------------------------------------------

    @Override
    public Optional<List<Unmet>> preflight(String environment, Duration within) {
        return places.apply(environment)
                .map(placement -> {
                    try {
                        Cluster cluster = clusters.at(placement).cluster();
                        return new ClusterPreflight(cluster, placement.entry())
                                .unmet(Deadline.in(within));
                    } catch (ClusterFailure e) {
                        return List.of(new Unmet(e.said(), e.hint()));
                    } catch (NoWayIn e) {
                        return List.of(new Unmet(String.valueOf(e.getMessage()), e.hint()));
                    } catch (IOException e) {
                        return List.of(
                                new Unmet(
                                        String.valueOf(e.getMessage()),
                                        "see to the kubeconfig and to the cluster's API server"));
                    }
                });
    }

    /// That the cluster lets be done what these revisions need and others do not.
    @Override
    public Look hosted(Work.Hosted work, Order order) {
        try {
            Placement placement = Workloads.placement(work.revisions().getFirst()).orElseThrow();
            Cluster cluster = clusters.at(placement).cluster();
            List<Unmet> unmet =
                    new ClusterPreflight(cluster, placement.entry())
                            .unmet(work.revisions(), Deadline.in(order.within()).orIn(LOOK_WITHIN));
            return unmet.isEmpty()
                    ? new Look.Done("it can")
                    : new Look.Failed(
                            String.join("; ", unmet.stream().map(Unmet::reason).toList()),
                            unmet.getFirst().hint(),
                            "");
        } catch (ClusterFailure e) {
            return new Look.Failed(e.said(), e.hint(), "");
        } catch (IOException e) {
            return new Look.Waiting(SOON, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public boolean asksInstances(Revision revision) {
        return runs(revision);
    }

    @Override
    public Optional<Look> ready(Work.Ready work, Order order) {
        Deadline deadline = Deadline.in(order.within());
        try {
            Bounds bounds = bounds(order, work.revision(), deadline);
            if (isScheduled(work.revision())) {
                return Optional.of(schedules.ready(bounds, work));
            }
            return Optional.of(new Readiness(bounds, workloads::redact).look(work));
        } catch (ClusterFailure e) {
            return Optional.of(new Look.Waiting(SOON, e.said()));
        } catch (IOException e) {
            return Optional.of(new Look.Waiting(SOON, String.valueOf(e.getMessage())));
        }
    }

    // --- looking ------------------------------------------------------------------------------

    @Override
    public List<Instance> instances(Scope scope) {
        Instant now = Instant.now();
        var all = new ArrayList<Instance>();
        pods(scope).forEach((id, pod) -> all.add(pod.instance(id, now)));
        all.addAll(seen(() -> schedules.instances(scope, Deadline.in(LOOK_WITHIN))));
        return all;
    }

    /// Looking takes one request, whether or not anything is on record.
    @Override
    public List<Instance> recorded(Scope scope) {
        return instances(scope);
    }

    @Override
    public boolean lives(Scope scope, Instance instance) {
        return instances(scope).stream()
                .anyMatch(one ->
                        one.pid() == instance.pid()
                                && one.revision().equals(instance.revision())
                                && (one.state() == Instance.State.RUNNING
                                        || one.state() == Instance.State.STARTING
                                        || one.state() == Instance.State.CRASH_LOOP));
    }

    /// The cluster's own liveness probes end what hangs, and nobody else has to.
    @Override
    public boolean end(Scope scope, Instance instance) {
        return false;
    }

    @Override
    public List<String> supervise() {
        return autoscaling.letGo();
    }

    private Map<String, PodView> pods(Scope scope) {
        return seen(() -> {
            Optional<Placement> placement = clusters.of(scope.environment());
            if (placement.isEmpty()) {
                return Map.of();
            }
            return PodView.instances(
                    clusters.at(placement.get())
                            .cluster()
                            .list(
                                    Resource.PODS,
                                    ScopeRecord.selector(Labels.ofComponent(placement.get(), scope))
                                            + ","
                                            + Labels.REVISION,
                                    Deadline.in(LOOK_WITHIN)));
        });
    }

    private static <T> T seen(Attempt<T> look) {
        try {
            return look.go();
        } catch (ClusterFailure e) {
            throw new UncheckedIOException(new IOException(e.said(), e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// By way of the API server, to the oldest pod of the revision that is ready: neither what
    /// leads into the cluster nor its Service is on that way.
    @Override
    public Optional<Reach> reach(Scope scope, String revision, boolean open) {
        Optional<Map.Entry<String, PodView>> first =
                pods(scope).entrySet().stream()
                        .filter(one -> one.getValue().revision().equals(revision))
                        .filter(one -> one.getValue().isReady())
                        .findFirst();
        if (first.isEmpty()) {
            return Optional.empty();
        }
        PodView pod = first.get().getValue();
        try {
            Cluster cluster = clusters.at(clusters.of(scope.environment()).orElseThrow()).cluster();
            int port = pod.instance(first.get().getKey(), Instant.now()).port();
            return Optional.of(new PortForward(cluster, pod.name(), port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<String> lastLines(Scope scope, String revision, int lines) {
        var all = new ArrayList<String>();
        for (Map.Entry<String, PodView> one : pods(scope).entrySet()) {
            if (one.getValue().revision().equals(revision)) {
                String pod = one.getValue().name();
                seen(() ->
                                clusters.at(clusters.of(scope.environment()).orElseThrow())
                                        .cluster()
                                        .log(pod, lines, false, Deadline.in(LOOK_WITHIN)))
                        .forEach(line -> all.add(one.getKey() + " | " + workloads.redact(line)));
            }
        }
        return all;
    }

    @Override
    public Set<Digest> artifactsInUse() throws IOException {
        Set<Digest> digests = new HashSet<>();
        for (String environment : clusters.environments()) {
            Placement placement = clusters.of(environment).orElseThrow();
            String selector = ScopeRecord.selector(Labels.ofEnvironment(placement, environment));
            try {
                Cluster cluster = clusters.at(placement).cluster();
                Deadline deadline = Deadline.in(LOOK_WITHIN);
                var all = new ArrayList<>(cluster.list(Resource.DEPLOYMENTS, selector, deadline));
                if (!clusters.scheduled(environment).isEmpty()) {
                    Resource kind = ClusterSchedules.kind(cluster.version(deadline));
                    all.addAll(cluster.list(kind, selector, deadline));
                }
                for (JsonNode one : all) {
                    String artifact = Trees.annotation(one, Bounds.ARTIFACT);
                    if (!artifact.isEmpty()) {
                        digests.add(new Digest(artifact));
                    }
                }
            } catch (ClusterFailure e) {
                throw new IOException(e.said(), e);
            }
        }
        return digests;
    }

    @Override
    public Set<String> environments() throws IOException {
        return clusters.environments();
    }

    // --- rounds -------------------------------------------------------------------------------

    private interface Round {
        Answer go(Bounds bounds) throws IOException;
    }

    private Bounds bounds(Order order, Revision revision, Deadline deadline) throws IOException {
        for (String name :
                List.of(order.scope().environment(), order.scope().name(), revision.id())) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("not a name: " + name);
            }
        }
        Placement placement =
                Workloads.placement(revision)
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        revision.id() + " is not for a cluster"));
        clusters.note(order.scope().environment(), placement);
        if (isScheduled(revision)) {
            clusters.noteScheduled(order.scope());
        }
        return new Bounds(
                clusters.at(placement),
                placement,
                order,
                deadline,
                clusters.scheduled(order.scope().environment()).contains(order.scope().name()));
    }

    private Answer answer(Order order, Revision revision, Round round) {
        return Attempt.answer(
                order, () -> round.go(bounds(order, revision, Deadline.in(order.within()))));
    }
}
