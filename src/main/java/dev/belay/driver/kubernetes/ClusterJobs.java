package dev.belay.driver.kubernetes;

import dev.belay.cluster.ClusterObject;
import dev.belay.cluster.Components;
import dev.belay.cluster.Jobs;
import dev.belay.cluster.ObjectName;
import dev.belay.cluster.RevisionObjects;
import dev.belay.cluster.Workload;
import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.release.Direction;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Runs commands to their end as Jobs, each at most once per token: a Job is named after its step
/// and its token. It is first made without a pod; that it may begin is one write over exactly that,
/// so that none begins after a probe has said that it did not.
final class ClusterJobs {
    /// Who has the fields of what both a Job and a Deployment may need.
    private static final String MANAGER = "belay-job";

    /// Of a job that only asks something.
    static final String QUESTION = "belay.dev/question";

    private static final String WAY = "belay.dev/way";
    private static final String PARALLELISM = "parallelism";
    private static final int KEPT = 20;
    private static final Duration TO_END = Duration.ofSeconds(2);

    private final Workloads workloads;
    private final ClusterQuestions questions;

    ClusterJobs(Workloads workloads, ClusterQuestions questions) {
        this.workloads = workloads;
        this.questions = questions;
    }

    Answer run(Bounds bounds, Work.RunJob work) throws IOException {
        ClusterCommand command = ClusterCommand.of(work);
        return run(bounds, work.revision(), _ -> new ClusterCommand.Begin(command, same -> same));
    }

    /// Decides whether there is anything to run, and what.
    interface Opener {
        ClusterCommand.Opening open(ScopeRecord.State before) throws IOException;
    }

    /// Runs what is decided when it is known that no other job of the scope runs.
    Answer run(Bounds bounds, Revision revision, Opener opener) throws IOException {
        Order order = bounds.order();
        ScopeRecord.State before = bounds.record().read(bounds.deadline());
        if (before.refuses(order.token())) {
            return new Answer.Stale(before.last());
        }
        Workloads.Made made = workloads.of(order.scope(), revision);
        if (made instanceof Workloads.Missing(String reason, String hint)) {
            return new Answer.Failed(
                    "`" + revision.id() + "` cannot be run: " + reason, hint, false);
        }
        Optional<JsonNode> other = running(bounds);
        if (other.isPresent()) {
            String runs = "`" + Trees.name(other.get()) + "` still runs";
            return isOf(other.get(), order) ? new Answer.InDoubt(runs) : new Answer.NotYet(runs);
        }
        return switch (opener.open(before)) {
            case ClusterCommand.Answered(Answer answer, boolean settled) ->
                    settled ? settled(bounds, answer) : answer;
            case ClusterCommand.Begin(ClusterCommand command, var note) ->
                    switch (bounds.record().accept(order.token(), note, bounds.deadline())) {
                        case ScopeRecord.Stale(long last) -> new Answer.Stale(last);
                        case ScopeRecord.Written(ScopeRecord.State mine) ->
                                begin(bounds, command, (Workloads.Ready) made, mine);
                    };
        };
    }

    private static Answer settled(Bounds bounds, Answer answer) throws IOException {
        return switch (bounds.record().accept(bounds.order().token(), bounds.deadline())) {
            case ScopeRecord.Stale(long last) -> new Answer.Stale(last);
            case ScopeRecord.Written _ -> answer;
        };
    }

    private static Optional<JsonNode> running(Bounds bounds) throws IOException {
        return jobs(bounds).stream().filter(job -> !isOver(job) && !isReserved(job)).findFirst();
    }

    /// The name of a job of the scope that runs.
    Optional<String> runs(Bounds bounds) throws IOException {
        return running(bounds).map(Trees::name);
    }

    private Answer begin(
            Bounds bounds, ClusterCommand command, Workloads.Ready ready, ScopeRecord.State mine)
            throws IOException {
        ObjectNode wanted = wanted(bounds, command, ready.workload());
        JsonNode reserved;
        try {
            reserved =
                    bounds.cluster().create(Resource.JOBS, withoutPod(wanted), bounds.deadline());
        } catch (ClusterFailure e) {
            if (e.isConflict()) {
                return new Answer.InDoubt("there is a `" + name(bounds.order()) + "` already");
            }
            throw e;
        }
        if (!bounds.isCurrent(mine)) {
            forget(bounds, reserved);
            return new Answer.Stale(bounds.record().read(bounds.deadline()).last());
        }
        try {
            prepare(bounds, ready, reserved);
            bounds.cluster()
                    .apply(
                            Resource.JOBS,
                            Bounds.over(wanted, reserved),
                            Cluster.MANAGER,
                            bounds.deadline());
        } catch (ClusterFailure e) {
            forget(bounds, reserved);
            if (e.isConflict()) {
                return new Answer.Stale(bounds.record().read(bounds.deadline()).last());
            }
            throw e;
        }
        return await(bounds, Trees.name(reserved));
    }

    /// The same, before it begins.
    static ObjectNode withoutPod(ObjectNode job) {
        ObjectNode empty = job.deepCopy();
        Trees.in(empty, "spec").put(PARALLELISM, 0);
        return empty;
    }

    private static ObjectNode wanted(Bounds bounds, ClusterCommand command, Workload workload)
            throws IOException {
        var annotations = new TreeMap<String, String>();
        annotations.put(Bounds.ARTIFACT, command.revision().artifact().text());
        annotations.put(WAY, command.way().name());
        ObjectNode job =
                bounds.written(
                        Jobs.job(
                                workload,
                                bounds.cluster().version(bounds.deadline()),
                                name(bounds.order()),
                                command.command(),
                                limit(bounds, workload.launch()),
                                grace(bounds.order(), workload.launch())),
                        annotations);
        if (command.changesSchema()) {
            // How it ended is asked for as long as its release can be taken back.
            Trees.in(job, "spec").remove("ttlSecondsAfterFinished");
            forgetOld(bounds);
        }
        JsonNode container = Trees.at(job, "spec", "template", "spec", "containers").path(0);
        var given = ((ObjectNode) container).withArray("env");
        command.variables()
                .forEach((name, value) ->
                        given.addObject()
                                .put("name", name)
                                .put("value", value.replace("$(", "$$(")));
        return job;
    }

    private static void forgetOld(Bounds bounds) throws IOException {
        List<JsonNode> over =
                jobs(bounds).stream()
                        .filter(ClusterJobs::isOver)
                        .sorted(Comparator.comparingLong(Bounds::token).reversed())
                        .toList();
        for (JsonNode old : over.subList(Math.min(KEPT, over.size()), over.size())) {
            forget(bounds, old);
        }
    }

    private static String name(Order order) {
        return ObjectName.fit(
                "%s-s%d-%d".formatted(order.scope().name(), order.step(), order.token()),
                ObjectName.LABEL_MAX);
    }

    /// The cluster ends it before the caller has stopped waiting: of the time that is left by now,
    /// without what its end is allowed. It counts in whole seconds.
    private static Duration limit(Bounds bounds, Launch launch) {
        Duration end = grace(bounds.order(), launch).plus(TO_END);
        return Duration.ofSeconds(Math.max(1, bounds.deadline().left().minus(end).toSeconds()));
    }

    /// One that is told to end gets about a quarter of the caller's time for that at most, in whole
    /// seconds.
    private static Duration grace(Order order, Launch launch) {
        Duration grace = shorter(launch.stop().grace(), order.within().dividedBy(4));
        return Duration.ofSeconds(grace.plusMillis(999).toSeconds());
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /// Gives a job what its pod needs.
    static void prepare(Bounds bounds, Workloads.Ready ready, JsonNode job) throws IOException {
        Workload workload = ready.workload();
        apply(
                bounds,
                Resource.ACCOUNTS,
                Components.account(workload.placement(), workload.scope()));
        Optional<ClusterObject> settings = RevisionObjects.settings(workload);
        if (settings.isPresent()) {
            apply(bounds, Resource.CONFIG_MAPS, owned(settings.get(), job));
        }
        Optional<ClusterObject> secret = RevisionObjects.secret(workload, ready.secrets());
        if (secret.isPresent()) {
            apply(bounds, Resource.SECRETS, owned(secret.get(), job));
        }
    }

    private static void apply(Bounds bounds, Resource kind, ClusterObject object)
            throws IOException {
        apply(bounds, kind, Bounds.tree(object));
    }

    private static void apply(Bounds bounds, Resource kind, ObjectNode object) throws IOException {
        bounds.cluster().apply(kind, object, MANAGER, bounds.deadline());
    }

    private static ObjectNode owned(ClusterObject object, JsonNode job) {
        ObjectNode tree = Bounds.tree(object);
        Trees.own(tree, job, Resource.JOBS, "Job");
        return tree;
    }

    /// Takes it away, unless it has become something else.
    static void forget(Bounds bounds, JsonNode reserved) throws IOException {
        try {
            bounds.cluster().delete(Resource.JOBS, reserved, bounds.deadline());
        } catch (ClusterFailure e) {
            if (!e.isConflict()) {
                throw e;
            }
        }
    }

    /// From here it has begun, whatever cannot be read about it.
    private Answer await(Bounds bounds, String name) {
        try {
            bounds.mirrors().await(bounds.deadline(), view -> isDecided(view, bounds, name));
            Optional<JsonNode> job = bounds.find(Resource.JOBS, name);
            if (job.isEmpty()) {
                return new Answer.InDoubt("`" + name + "` is gone");
            }
            if (isOver(job.get())) {
                if (runs(podsOf(bounds, name))) {
                    return new Answer.InDoubt("`" + name + "` was told to end, and runs still");
                }
                return Trees.holds(job.get(), "Complete")
                        ? new Answer.Done("`" + name + "` ended with status 0")
                        : new Answer.Failed(how(bounds, job.get()), seeLog(bounds), false);
            }
            Optional<Troubles.Trouble> trouble = trouble(bounds, name);
            if (trouble.isPresent()) {
                forget(bounds, job.get());
                return new Answer.Failed(
                        trouble.get().reason(), trouble.get().hint(), trouble.get().passing());
            }
            return new Answer.InDoubt("`" + name + "` runs still");
        } catch (IOException | ClusterFailure e) {
            return new Answer.InDoubt("`" + name + "` began, and then: " + e.getMessage());
        }
    }

    /// Whether nothing more is to come of it.
    static boolean isDecided(Mirrors.View view, Bounds bounds, String name) {
        return isOver(view, bounds, name)
                || pods(view.pods(bounds.component()), name).stream()
                        .anyMatch(ClusterJobs::cannotBegin);
    }

    /// A job counts as failed from when it is told to end, and its program goes on for a while.
    private static boolean isOver(Mirrors.View view, Bounds bounds, String name) {
        return view.jobs(bounds.component()).stream()
                        .anyMatch(job -> isIt(job, name) && isOver(job))
                && !runs(pods(view.pods(bounds.component()), name));
    }

    private static boolean runs(List<JsonNode> pods) {
        return pods.stream().anyMatch(pod -> new PodView(pod).runs());
    }

    static boolean cannotBegin(JsonNode pod) {
        var view = new PodView(pod);
        return !view.isOver() && !view.hasJustEnded() && Troubles.isIn(pod);
    }

    private Optional<Troubles.Trouble> trouble(Bounds bounds, String name) throws IOException {
        List<JsonNode> pods = podsOf(bounds, name);
        return pods.stream().anyMatch(ClusterJobs::cannotBegin)
                ? new Troubles(bounds.cluster(), workloads::redact)
                        .ofJob(name, pods.getFirst(), bounds.deadline())
                : Optional.empty();
    }

    private static List<JsonNode> pods(List<JsonNode> all, String job) {
        return all.stream().filter(pod -> job.equals(Trees.labels(pod).get("job-name"))).toList();
    }

    static List<JsonNode> podsOf(Bounds bounds, String job) throws IOException {
        return bounds.cluster().list(Resource.PODS, "job-name=" + job, bounds.deadline());
    }

    private static boolean isIt(JsonNode job, String name) {
        return Trees.name(job).equals(name);
    }

    private static boolean isOver(JsonNode job) {
        return Trees.holds(job, "Complete") || Trees.holds(job, "Failed");
    }

    /// Made, and never let begin.
    private static boolean isReserved(JsonNode job) {
        return !isOver(job) && Trees.at(job, "spec", PARALLELISM).asInt(1) == 0;
    }

    private String how(Bounds bounds, JsonNode job) throws IOException {
        String name = Trees.name(job);
        JsonNode failed = Trees.condition(job, "Failed");
        boolean late = Trees.text(failed, "reason").equals("DeadlineExceeded");
        List<JsonNode> pods = podsOf(bounds, name);
        String status =
                late
                        ? " was ended: it took too long"
                        : " ended with status "
                                + pods.stream()
                                        .flatMap(pod -> new PodView(pod).exit().stream())
                                        .reduce((_, last) -> last)
                                        .map(String::valueOf)
                                        .orElse("that nobody saw");
        String lines = "";
        if (!pods.isEmpty()) {
            var troubles = new Troubles(bounds.cluster(), workloads::redact);
            List<String> log = troubles.log(new PodView(pods.getLast()), bounds.deadline());
            lines =
                    log.isEmpty()
                            ? "; it wrote nothing"
                            : "; the last it wrote:\n" + String.join("\n", log);
        }
        return workloads.redact("`" + name + "`" + status + lines);
    }

    private static String seeLog(Bounds bounds) {
        return "see `belay logs " + bounds.order().scope().name() + "`";
    }

    // --- looking ------------------------------------------------------------------------------

    /// What became of it. The scope was sealed.
    Finding look(Bounds bounds, ClusterCommand command, ScopeRecord.State sealed)
            throws IOException {
        for (JsonNode job : jobs(bounds)) {
            if (isReserved(job)) {
                forget(bounds, job);
            }
        }
        List<JsonNode> attempts =
                attempts(bounds, command.way()).stream()
                        .filter(job -> Bounds.token(job) < bounds.order().token())
                        .toList();
        if (jobs(bounds).stream().anyMatch(ClusterJobs::isReserved)) {
            return new Finding.Unknown("a job is just being written");
        }
        if (attempts.isEmpty()) {
            if (sealed.known()) {
                return new Finding.NotDone();
            }
            return command.probe().isEmpty()
                    ? new Finding.Unknowable("nothing is known of jobs that may have run before")
                    : byProbe(bounds, command);
        }
        JsonNode job = attempts.getLast();
        if (Trees.holds(job, "Complete")) {
            return new Finding.Done("`" + Trees.name(job) + "` ended with status 0");
        }
        return isOver(job) && !runs(podsOf(bounds, Trees.name(job)))
                ? new Finding.Failed(how(bounds, job), seeLog(bounds))
                : new Finding.InProgress("`" + Trees.name(job) + "` runs");
    }

    private Finding byProbe(Bounds bounds, ClusterCommand command) throws IOException {
        Duration within = bounds.deadline().left();
        return switch (questions.ask(bounds, command.revision(), command.probe(), within)) {
            case ClusterQuestions.Impossible(String reason, String _) ->
                    new Finding.Unknown(reason);
            case ClusterQuestions.Late _ -> new Finding.Unknown("the probe did not end in time");
            case ClusterQuestions.Ended(int status, String _) -> Finding.ofProbe(status);
        };
    }

    /// Whether a job of this step that went that way ended well.
    boolean endedWell(Bounds bounds, Direction way) throws IOException {
        return attempts(bounds, way).stream().anyMatch(job -> Trees.holds(job, "Complete"));
    }

    /// Of exactly this step, the latest last.
    private static List<JsonNode> attempts(Bounds bounds, Direction way) throws IOException {
        return jobs(bounds).stream()
                .filter(job -> isOf(job, bounds.order()))
                .filter(job -> Trees.annotation(job, WAY).equals(way.name()))
                .filter(job -> !isReserved(job))
                .sorted(Comparator.comparingLong(Bounds::token))
                .toList();
    }

    private static List<JsonNode> jobs(Bounds bounds) throws IOException {
        return all(bounds).stream().filter(job -> !isQuestion(job)).toList();
    }

    /// Jobs that only ask.
    static List<JsonNode> questions(Bounds bounds) throws IOException {
        return all(bounds).stream().filter(ClusterJobs::isQuestion).toList();
    }

    private static boolean isQuestion(JsonNode job) {
        return !Trees.annotation(job, QUESTION).isEmpty();
    }

    private static List<JsonNode> all(Bounds bounds) throws IOException {
        return bounds.cluster()
                .list(Resource.JOBS, ScopeRecord.selector(bounds.labels()), bounds.deadline());
    }

    private static boolean isOf(JsonNode job, Order order) {
        return Trees.annotation(job, Bounds.RELEASE).equals(order.release())
                && Trees.annotation(job, Bounds.STEP).equals(Integer.toString(order.step()));
    }
}
