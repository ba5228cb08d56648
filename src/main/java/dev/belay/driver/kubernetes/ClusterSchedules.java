package dev.belay.driver.kubernetes;

import dev.belay.cluster.ClusterObject;
import dev.belay.cluster.ClusterVersion;
import dev.belay.cluster.Components;
import dev.belay.cluster.Jobs;
import dev.belay.cluster.Labels;
import dev.belay.cluster.ObjectName;
import dev.belay.cluster.RevisionObjects;
import dev.belay.cluster.Workload;
import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Instance;
import dev.belay.driver.Look;
import dev.belay.driver.host.Deadline;
import dev.belay.release.CronSchedule;
import dev.belay.release.Placement;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Lets a revision's command run by the clock, or ends that: one CronJob for each revision, which
/// counts as its one instance.
///
/// It is made suspended, and let run by one write over exactly that, after the record was read once
/// more, and while nothing of another revision can run. It ends the other way round: suspended,
/// then what runs may finish for as long as `stop.drain` says, then all of it goes.
final class ClusterSchedules {
    private static final String PLURAL = "cronjobs";
    private static final String SUSPEND = "suspend";
    private static final int TRIES = 8;
    private static final Duration SOON = Duration.ofMillis(200);

    private final Clusters clusters;
    private final Workloads workloads;

    ClusterSchedules(Clusters clusters, Workloads workloads) {
        this.clusters = clusters;
        this.workloads = workloads;
    }

    static Resource kind(ClusterVersion version) {
        return new Resource(version.cronJobs(), PLURAL);
    }

    private static Resource kind(Bounds bounds) throws IOException {
        return kind(bounds.cluster().version(bounds.deadline()));
    }

    private static String name(Revision revision) {
        return ObjectName.scheduleOf(revision.id());
    }

    private static CronSchedule schedule(Revision revision) {
        return Objects.requireNonNull(revision.launch().schedule());
    }

    /// Hours of a zone that a cluster does not know would be hours of another one.
    static Optional<Answer.Failed> withoutZone(Revision revision, ClusterVersion version) {
        CronSchedule schedule = revision.launch().schedule();
        return schedule == null || version.knowsZones() || schedule.saysUtc()
                ? Optional.empty()
                : Optional.of(
                        new Answer.Failed(
                                "Kubernetes %s knows no time zones of what runs by the clock, and would not run `%s` at the hours of `%s`"
                                        .formatted(version, revision.component(), schedule.zone()),
                                "leave `zone` out and write the hours of UTC; 1.25 and newer know"
                                        + " zones",
                                false));
    }

    Answer scale(Bounds bounds, Work.Scale work) throws IOException {
        var round = new Round(bounds, work.revision(), kind(bounds));
        return work.instances() > 0 ? round.begin() : round.end();
    }

    // --- looking ------------------------------------------------------------------------------

    /// What is there of it. The scope was sealed.
    Finding look(Bounds bounds, Work.Scale work, ScopeRecord.State sealed) throws IOException {
        Optional<JsonNode> there =
                bounds.touch(kind(bounds), name(work.revision()), sealed.seals());
        boolean leaves = there.isPresent() && Trees.isLeaving(there.get());
        if (work.instances() > 0) {
            return there.isPresent() && !leaves && !isSuspended(there.get())
                    ? new Finding.Done(describe(work.revision()))
                    : new Finding.NotDone();
        }
        if (there.isEmpty() && runs(bounds, work.revision()).isEmpty()) {
            return new Finding.Done(describeEnd(work.revision()));
        }
        return there.isEmpty() || leaves
                ? new Finding.InProgress("its last run is about to end")
                : new Finding.NotDone();
    }

    /// That it runs by the clock is all that can be waited for.
    Look ready(Bounds bounds, Work.Ready work) throws IOException {
        Optional<JsonNode> there = bounds.find(kind(bounds), name(work.revision()));
        return there.isPresent() && !Trees.isLeaving(there.get()) && !isSuspended(there.get())
                ? new Look.Done(describe(work.revision()))
                : new Look.Waiting(SOON, "`%s` is suspended".formatted(name(work.revision())));
    }

    /// What runs by the clock in a scope, each as the one instance of its revision.
    List<Instance> instances(Scope scope, Deadline deadline) throws IOException {
        if (!clusters.scheduled(scope.environment()).contains(scope.name())) {
            return List.of();
        }
        Placement placement = clusters.of(scope.environment()).orElseThrow();
        Cluster cluster = clusters.at(placement).cluster();
        String selector = ScopeRecord.selector(Labels.ofComponent(placement, scope));
        List<JsonNode> all = cluster.list(kind(cluster.version(deadline)), selector, deadline);
        if (all.isEmpty()) {
            return List.of();
        }
        List<JsonNode> jobs = cluster.list(Resource.JOBS, selector, deadline);
        return all.stream().map(one -> new ScheduleView(one, jobs).instance()).toList();
    }

    static boolean isSuspended(JsonNode schedule) {
        return Trees.at(schedule, "spec", SUSPEND).asBoolean(false);
    }

    private static List<JsonNode> runs(Bounds bounds, Revision revision) throws IOException {
        return bounds.cluster()
                .list(
                        Resource.JOBS,
                        ScopeRecord.selector(bounds.labels(revision)),
                        bounds.deadline());
    }

    private static String describe(Revision revision) {
        return "`%s` runs by the clock: %s".formatted(revision.id(), schedule(revision));
    }

    private static String describeEnd(Revision revision) {
        return "`%s` runs by the clock no more, and nothing of it runs".formatted(revision.id());
    }

    // --- doing --------------------------------------------------------------------------------

    private final class Round {
        private final Bounds bounds;
        private final Revision revision;
        private final Resource kind;
        private final String name;
        private ScopeRecord.State mine = new ScopeRecord.State(0, 0, true);

        Round(Bounds bounds, Revision revision, Resource kind) {
            this.bounds = bounds;
            this.revision = revision;
            this.kind = kind;
            this.name = name(revision);
        }

        private Answer stale() throws IOException {
            return new Answer.Stale(bounds.record().read(bounds.deadline()).last());
        }

        /// Makes the order's token durable.
        ///
        /// @return what keeps it from that
        private Optional<Answer> accept() throws IOException {
            return switch (bounds.record().accept(bounds.order().token(), bounds.deadline())) {
                case ScopeRecord.Stale(long last) -> Optional.of(new Answer.Stale(last));
                case ScopeRecord.Written(ScopeRecord.State state) -> {
                    mine = state;
                    yield Optional.empty();
                }
            };
        }

        // --- begin ----------------------------------------------------------------------------

        Answer begin() throws IOException {
            ScopeRecord.State before = bounds.record().read(bounds.deadline());
            if (before.refuses(bounds.order().token())) {
                return new Answer.Stale(before.last());
            }
            Workloads.Made made = workloads.of(bounds.order().scope(), revision);
            if (made instanceof Workloads.Missing(String reason, String hint)) {
                return new Answer.Failed(
                        "`" + revision.id() + "` cannot be run: " + reason, hint, false);
            }
            ClusterVersion version = bounds.cluster().version(bounds.deadline());
            // Before anything is accepted: it may be somebody else's.
            bounds.find(kind, name);
            Optional<Answer> no = withoutZone(revision, version).map(one -> one);
            if (no.isEmpty()) {
                no = other();
            }
            if (no.isEmpty()) {
                no = accept();
            }
            return no.isPresent() ? no.get() : make((Workloads.Ready) made, version);
        }

        /// Two revisions' runs never meet, whoever let the other one run.
        private Optional<Answer> other() throws IOException {
            String all = ScopeRecord.selector(bounds.labels());
            for (JsonNode one : bounds.cluster().list(kind, all, bounds.deadline())) {
                if (!Trees.name(one).equals(name) && !isSuspended(one)) {
                    return Optional.of(
                            new Answer.NotYet(
                                    "`%s` still runs by the clock".formatted(Trees.name(one))));
                }
            }
            List<JsonNode> jobs = bounds.cluster().list(Resource.JOBS, all, bounds.deadline());
            List<JsonNode> own = bounds.ofRevision(jobs, revision);
            return jobs.stream()
                    .filter(job -> !own.contains(job) && ScheduleView.isUnderWay(job))
                    .findFirst()
                    .map(job -> new Answer.NotYet("`%s` still runs".formatted(Trees.name(job))));
        }

        private Answer make(Workloads.Ready ready, ClusterVersion version) throws IOException {
            ObjectNode wanted = wanted(ready.workload(), version);
            for (int i = 0; i < TRIES; i++) {
                Optional<JsonNode> seen = bounds.find(kind, name);
                if (seen.isPresent() && Trees.isLeaving(seen.get())) {
                    if (!isGoneInTime()) {
                        return new Answer.NotYet("what was `" + name + "` is about to end");
                    }
                    continue;
                }
                try {
                    JsonNode over = seen.isPresent() ? seen.get() : reserved(wanted);
                    if (Bounds.token(over) > bounds.order().token()) {
                        return new Answer.Stale(Bounds.token(over));
                    }
                    if (!bounds.isCurrent(mine)) {
                        return outdated();
                    }
                    prepare(ready, over);
                    bounds.cluster()
                            .apply(
                                    kind,
                                    Bounds.over(wanted.deepCopy(), over),
                                    Cluster.MANAGER,
                                    bounds.deadline());
                    return new Answer.Done(describe(revision));
                } catch (ClusterFailure e) {
                    if (!e.isConflict() && !e.isMissing()) {
                        throw e;
                    }
                }
            }
            return new Answer.NotYet("others keep writing `" + name + "`");
        }

        private ObjectNode wanted(Workload workload, ClusterVersion version) {
            ObjectNode wanted =
                    bounds.written(
                            Jobs.scheduledOfRevision(workload, version),
                            Map.of(Bounds.ARTIFACT, revision.artifact().text()));
            Trees.in(wanted, "spec").put(SUSPEND, false);
            return wanted;
        }

        private JsonNode reserved(ObjectNode wanted) throws IOException {
            ObjectNode suspended = wanted.deepCopy();
            Trees.in(suspended, "spec").put(SUSPEND, true);
            return bounds.cluster().create(kind, suspended, bounds.deadline());
        }

        /// A newer order or a probe came: what this one reserved is in nobody's way.
        private Answer outdated() throws IOException {
            Optional<JsonNode> left = bounds.find(kind, name);
            if (left.isPresent()
                    && isSuspended(left.get())
                    && Bounds.token(left.get()) == bounds.order().token()) {
                try {
                    bounds.cluster().delete(kind, left.get(), bounds.deadline());
                } catch (ClusterFailure e) {
                    if (!e.isConflict()) {
                        throw e;
                    }
                }
            }
            return stale();
        }

        /// What its pods need before they are there; it goes with the CronJob.
        private void prepare(Workloads.Ready ready, JsonNode owner) throws IOException {
            Workload workload = ready.workload();
            var objects = new ArrayList<ClusterObject>();
            RevisionObjects.settings(workload).ifPresent(objects::add);
            RevisionObjects.secret(workload, ready.secrets()).ifPresent(objects::add);
            apply(
                    Bounds.tree(Components.account(workload.placement(), workload.scope())),
                    Resource.ACCOUNTS);
            for (ClusterObject object : objects) {
                ObjectNode tree = Bounds.tree(object);
                Trees.own(tree, owner, kind, "CronJob");
                apply(tree, Resource.of(object));
            }
        }

        private void apply(ObjectNode object, Resource of) throws IOException {
            bounds.cluster().apply(of, object, Cluster.MANAGER, bounds.deadline());
        }

        // --- end ------------------------------------------------------------------------------

        Answer end() throws IOException {
            ScopeRecord.State before = bounds.record().read(bounds.deadline());
            if (before.refuses(bounds.order().token())) {
                return new Answer.Stale(before.last());
            }
            Optional<Answer> no = accept();
            if (no.isPresent()) {
                return no.get();
            }
            no = suspend();
            if (no.isPresent()) {
                return no.get();
            }
            Duration grace = revision.launch().stop().drain();
            bounds.mirrors()
                    .await(
                            bounds.deadline().orIn(grace),
                            view ->
                                    bounds
                                            .ofRevision(view.jobs(bounds.component()), revision)
                                            .stream()
                                            .noneMatch(ScheduleView::isUnderWay));
            no = remove();
            if (no.isPresent()) {
                return no.get();
            }
            return isGoneInTime()
                    ? new Answer.Done(describeEnd(revision))
                    : new Answer.Failed(
                            "a run of `" + revision.id() + "` did not end yet",
                            "each gets `stop.grace` to end, and the step must allow it",
                            true);
        }

        /// What is there of ours, unless it is about to go.
        private Optional<JsonNode> ours() throws IOException {
            return bounds.cluster()
                    .find(kind, name, bounds.deadline())
                    .filter(bounds::isOurs)
                    .filter(one -> !Trees.isLeaving(one));
        }

        private interface Write {
            void to(JsonNode seen) throws IOException;
        }

        /// Writes to what is there, as long as this order counts.
        ///
        /// @return what keeps it from that
        private Optional<Answer> write(Write write) throws IOException {
            for (int i = 0; i < TRIES; i++) {
                Optional<JsonNode> seen = ours();
                if (seen.isEmpty()) {
                    return Optional.empty();
                }
                if (Bounds.token(seen.get()) > bounds.order().token()) {
                    return Optional.of(new Answer.Stale(Bounds.token(seen.get())));
                }
                if (!bounds.isCurrent(mine)) {
                    return Optional.of(stale());
                }
                try {
                    write.to(seen.get());
                    return Optional.empty();
                } catch (ClusterFailure e) {
                    // The cluster itself writes to it, too: when it last ran.
                    if (!e.isConflict() && !e.isMissing()) {
                        throw e;
                    }
                }
            }
            return Optional.of(new Answer.NotYet("others keep writing `" + name + "`"));
        }

        private Optional<Answer> suspend() throws IOException {
            return write(seen -> {
                if (!isSuspended(seen)) {
                    ObjectNode suspended = (ObjectNode) seen.deepCopy();
                    Trees.in(suspended, "spec").put(SUSPEND, true);
                    bounds.cluster().replace(kind, suspended, bounds.deadline());
                }
            });
        }

        private Optional<Answer> remove() throws IOException {
            return write(seen -> bounds.cluster().delete(kind, seen, bounds.deadline()));
        }

        /// What is watched may be behind: that nothing is there is seen by looking.
        private boolean isGoneInTime() throws IOException {
            bounds.mirrors()
                    .await(
                            bounds.deadline(),
                            view ->
                                    bounds.ofRevision(view.jobs(bounds.component()), revision)
                                            .isEmpty());
            while (!isGone()) {
                if (bounds.deadline().over()) {
                    return false;
                }
                bounds.deadline().orIn(Duration.ofMillis(100)).await(() -> false);
            }
            return true;
        }

        private boolean isGone() throws IOException {
            return bounds.cluster()
                            .find(kind, name, bounds.deadline())
                            .filter(bounds::isOurs)
                            .isEmpty()
                    && runs(bounds, revision).isEmpty();
        }
    }
}
