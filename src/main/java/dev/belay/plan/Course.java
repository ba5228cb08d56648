package dev.belay.plan;

import dev.belay.manifest.Strategy;
import dev.belay.plan.Drafts.Draft;
import dev.belay.release.Canary;
import dev.belay.release.Launch;
import dev.belay.release.Migrations;
import dev.belay.release.Revision;
import dev.belay.release.SchemaVerdict;
import dev.belay.release.SmokeTest;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Lays the steps of one component, in three stretches: [#prepare] makes the new revision stand,
/// [#cutover] gives it the traffic, [#retire] ends the old ones. Each takes the steps it must wait
/// for and returns the steps that whoever comes next must wait for.
///
/// It keeps count of what exists and who has traffic as it goes, so that every undo restores what
/// was there the moment before: capacity of the old, then its traffic, then the new goes.
final class Course {
    /// More batches than this would make a plan that nobody can read.
    private static final int BATCHES_MAX = 25;

    private final Change change;
    private final Drafts drafts;
    private final boolean smoke;
    private final CanaryCourse canary;
    private final boolean migrates;
    private final boolean schemaBack;
    private final @Nullable SchemaVerdict verdict;
    private final Map<String, Integer> migrated;
    private final Revision goal;
    private final Map<String, Integer> counts;
    private List<Traffic> traffic;
    private Set<Integer> last = Set.of();
    private Set<Integer> entry = Set.of();
    private boolean inPlace;
    private boolean keptOut;

    /// How a release lays its components.
    ///
    /// @param smoke whether they are tested
    /// @param migrates whether the schema may change: not on the way back to an older revision
    /// @param schemaBack whether it goes back, on that way
    /// @param canary how canaries go on
    /// @param counted whether somebody counts what a canary answers
    record Manner(
            boolean smoke, boolean migrates, boolean schemaBack, Canary canary, boolean counted) {}

    /// @param verdict what a rehearsal of its migrations showed
    /// @param migrated by datastore, the last step that changes its schema; added to
    Course(
            Change change,
            Drafts drafts,
            Manner manner,
            @Nullable SchemaVerdict verdict,
            Map<String, Integer> migrated) {
        this.change = change;
        this.drafts = drafts;
        this.smoke = manner.smoke();
        this.migrates = manner.migrates();
        this.schemaBack = manner.schemaBack();
        this.canary = new CanaryCourse(change, manner.canary(), manner.counted());
        this.verdict = verdict;
        this.migrated = migrated;
        this.goal = change.goal().revision();
        this.counts = new TreeMap<>(change.running());
        this.traffic = change.now() == null ? List.of() : change.now().traffic();
    }

    /// Whether it goes on behind a door that is shut.
    boolean keptOut() {
        return keptOut;
    }

    /// Before all else: users are kept out. Even before that comes the way back.
    Set<Integer> keepOut(KeepingOut keepingOut, Set<Integer> after) {
        entry = after;
        keepTheWayBack();
        keepingOut.shut(change).forEach(this::add);
        keptOut = true;
        return end();
    }

    /// Lets users in, and asks as they do what could not be asked before.
    Set<Integer> letIn(KeepingOut keepingOut, Set<Integer> after) {
        entry = after;
        add(keepingOut.open(change));
        smokePublic(change.goal().smoke().stream().filter(t -> !KeepingOut.getsIn(t)).toList());
        return end();
    }

    // --- the three stretches ----------------------------------------------------------------

    Set<Integer> prepare(Set<Integer> after) {
        entry = after;
        if (!keptOut) {
            keepTheWayBack();
        }
        inPlace = replacesInPlace();
        migrate();
        if (migrates) {
            ToolMigration.draft(change).ifPresent(this::add);
        }
        if (change.job() != null) {
            // What ran by the clock until now does so no more.
            stopOthers(Phase.SERVICES);
            runJob();
        } else if (frontend()) {
            if (!change.sameRevision()) {
                publish();
            }
        } else if (!inPlace) {
            takeBack();
            start(canary.first());
        }
        return end();
    }

    Set<Integer> cutover(Set<Integer> after) {
        entry = after;
        if (change.job() != null) {
            return end();
        }
        if (inPlace) {
            if (change.strategy() == Strategy.RECREATE) {
                recreate();
            } else {
                roll();
            }
        } else if (canary.applies()) {
            growCanary();
        }
        route(change.goal().traffic());
        if (count(goal) > change.goal().instances()) {
            if (change.ends() && !traffic.isEmpty()) {
                drain(goal, Phase.RETIRE);
            }
            scale(goal, change.goal().instances(), Phase.RETIRE);
        }
        if (worker()) {
            stopOthers(Phase.SERVICES);
        }
        if (change.ends()) {
            closePorts();
        }
        smokePublic(
                change.goal().smoke().stream()
                        .filter(test -> !keptOut || KeepingOut.getsIn(test))
                        .toList());
        settle(Phase.VERIFY);
        return end();
    }

    /// The old revisions stay warm until here, for the way back.
    Set<Integer> retire(Set<Integer> after) {
        entry = after;
        if (change.job() == null && stopOthers(Phase.RETIRE)) {
            settle(Phase.RETIRE);
        }
        return end();
    }

    /// Whether [#retire] would have something to do.
    boolean retires() {
        return change.job() == null && !others().isEmpty();
    }

    private boolean replacesInPlace() {
        Deployment now = change.now();
        if (now == null) {
            return false;
        }
        boolean old =
                switch (change.strategy()) {
                    // Also what was started again for the way back must not run beside the new.
                    case RECREATE -> count(now.revision()) > 0;
                    case ROLLING -> found(now.revision()) > 0;
                    case BLUE_GREEN, CANARY -> false;
                };
        return old && !change.sameRevision() && change.goal().instances() > 0;
    }

    private boolean frontend() {
        return change.goal().instances() == 0 && !shares(change.goal().traffic()).isEmpty();
    }

    private boolean worker() {
        return change.goal().traffic().isEmpty() && change.job() == null;
    }

    // --- strategies -------------------------------------------------------------------------

    /// Proves the way back before anything is touched: what the release would return to has its
    /// full capacity. When that is not what runs now, the undo of this first step leads there, from
    /// wherever the release fails; going forward it changes nothing, and does not ask whether what
    /// runs now, perhaps broken, is ready.
    private void keepTheWayBack() {
        Deployment back = change.back();
        Deployment now = change.now();
        if (back == null || now == null || change.job() != null) {
            return;
        }
        if (!change.takesOver()) {
            if (count(back.revision()) < back.instances()) {
                scale(back.revision(), back.instances(), Phase.SERVICES);
            }
            return;
        }
        if (back.instances() == 0) {
            add(
                    new Draft(
                            change.name()
                                    + ": keep the files of "
                                    + back.revision().id()
                                    + ", the last that soaked",
                            Phase.FRONTENDS,
                            new Work.Publish(back.revision()),
                            undoRoute(),
                            Times.PUBLISH_LIMIT,
                            Times.MOMENT));
            return;
        }
        int warm = Math.max(count(back.revision()), back.instances());
        add(
                new Draft(
                        "%s: keep %d × %s warm, the last that soaked"
                                .formatted(change.name(), warm, back.revision().id()),
                        Phase.SERVICES,
                        new Work.Scale(back.revision(), warm),
                        undoRoute(),
                        Times.start(goal.launch()),
                        Times.MOMENT));
        counts.put(back.revision().id(), warm);
    }

    private void start(int wanted) {
        if (count(goal) < wanted) {
            scale(goal, wanted, Phase.SERVICES);
        }
        boolean asBefore = count(goal) == found(goal);
        if (wanted > 0 && !(change.sameRevision() && asBefore)) {
            ready(wanted);
        }
        if (wanted > 0 && !change.sameRevision()) {
            smokePrivate();
        }
    }

    private void recreate() {
        if (change.now() == null) {
            return;
        }
        for (Traffic line : traffic) {
            route(List.of(line.toNobody()));
        }
        stopOthers(Phase.SERVICES);
        takeBack();
        start(change.goal().instances());
    }

    private void growCanary() {
        for (int percent : canary.rule().steps()) {
            grow(canary.instancesAt(percent));
            int made = frontend() ? 0 : count(goal);
            route(List.of(canary.part(percent, made, count(canary.old()))));
            add(canary.judged(percent));
        }
        grow(change.goal().instances());
    }

    private void grow(int instances) {
        if (!frontend() && count(goal) < instances) {
            scale(goal, instances, Phase.SERVICES);
            ready(instances);
        }
    }

    /// A batch of the new stands and has its share of the traffic before as much of the old goes.
    private void roll() {
        if (change.now() == null) {
            return;
        }
        Revision old = change.now().revision();
        int wanted = change.goal().instances();
        int had = found(old);
        int batch = Math.ceilDiv(wanted, BATCHES_MAX);
        for (int made = Math.min(batch, wanted); ; made = Math.min(made + batch, wanted)) {
            boolean first = made == Math.min(batch, wanted);
            int left = Math.ceilDiv(had * (wanted - made), wanted);
            if (count(goal) < made) {
                scale(goal, made, Phase.SERVICES);
            }
            ready(made);
            if (first) {
                smokePrivate();
            }
            for (Traffic line : change.goal().traffic()) {
                route(left == 0 ? List.of(line) : List.of(split(line, made, old, left)));
            }
            if (left < count(old)) {
                if (left == 0) {
                    drain(old, Phase.SERVICES);
                }
                scale(old, left, Phase.SERVICES);
            }
            if (made == wanted) {
                return;
            }
        }
    }

    /// Every instance weighs the same.
    private Traffic split(Traffic line, int made, Revision old, int left) {
        return new Traffic(
                line.port(),
                List.of(
                        new Traffic.Share(goal.id(), made, made),
                        new Traffic.Share(old.id(), left, left)),
                line.rules());
    }

    // --- single steps -----------------------------------------------------------------------

    private void runJob() {
        var job = change.job();
        if (job == null) {
            return;
        }
        add(
                new Draft(
                        change.name() + ": run " + goal.id(),
                        Phase.MIGRATE,
                        new Work.RunJob(goal, job.probe()),
                        new Undo.Nothing("a job is not undone"),
                        job.timeout(),
                        job.timeout().dividedBy(10),
                        job.onUnknown()));
    }

    /// Before anything of the new revision starts. Undone it is after everything of it has ended.
    private void migrate() {
        Migrations to = goalMigrations();
        if (to == null || !migrates || (change.sameRevision() && change.sameSchema())) {
            return;
        }
        String datastore = to.datastore().name();
        Integer before = migrated.get(datastore);
        if (before != null) {
            entry = Drafts.union(entry, Set.of(before));
        }
        add(SchemaReturn.migrating(change, to, verdict));
        if (!change.freshMigrations().isEmpty()) {
            migrated.put(datastore, last.iterator().next());
        }
    }

    /// After everything of the newer revision has ended, and before anything of the older one
    /// starts. Undone it is by applying them again: what they keep then is empty.
    private void takeBack() {
        Migrations from = change.now() == null ? null : change.now().migrations();
        List<Migrations.One> left = change.leftMigrations();
        if (!schemaBack || from == null || left.isEmpty()) {
            return;
        }
        List<String> versions = SchemaReturn.versions(left);
        add(
                new Draft(
                        "%s: take %s back from `%s`"
                                .formatted(change.name(), words(left), from.datastore().name()),
                        Phase.MIGRATE,
                        new Work.TakeBack(from.set(), from.datastore(), versions, true),
                        new Undo.Apply(new Work.Migrate(from, versions), Times.MIGRATE_LIMIT),
                        Times.MIGRATE_LIMIT,
                        Times.SECOND));
    }

    /// `0007 add_total`, `0007 add_total … 0009 drop_sum (3)`.
    static String words(List<Migrations.One> some) {
        return some.size() == 1
                ? some.getFirst().toString()
                : "%s … %s (%d)".formatted(some.getFirst(), some.getLast(), some.size());
    }

    private @Nullable Migrations goalMigrations() {
        return change.ends() ? null : change.goal().migrations();
    }

    private void publish() {
        add(
                new Draft(
                        change.name() + ": publish " + goal.id(),
                        Phase.FRONTENDS,
                        new Work.Publish(goal),
                        new Undo.Nothing("files that nobody is sent to do no harm"),
                        Times.PUBLISH_LIMIT,
                        Times.SECOND));
    }

    private void scale(Revision revision, int instances, Phase phase) {
        int had = count(revision);
        boolean up = instances > had;
        String title =
                up
                        ? "start " + (instances - had) + " × " + revision.id()
                        : "stop " + (had - instances) + " × " + revision.id();
        add(
                new Draft(
                        change.name() + ": " + title,
                        phase,
                        new Work.Scale(revision, instances),
                        undoScale(revision, had, instances),
                        up ? Times.start(revision.launch()) : Times.stop(revision.launch()),
                        up ? Times.MOMENT : Times.SECOND));
        counts.put(revision.id(), instances);
    }

    /// Missing instances of what the release goes back to are no state to go back to.
    private Undo undoScale(Revision revision, int had, int instances) {
        Deployment back = change.back();
        int before = had;
        if (back != null && back.revision().id().equals(revision.id()) && instances > had) {
            before = Math.max(had, Math.min(instances, back.instances()));
        }
        Launch launch = revision.launch();
        Duration limit = before >= instances ? Times.start(launch) : Times.stop(launch);
        return new Undo.Apply(new Work.Scale(revision, before), limit);
    }

    private void ready(int instances) {
        add(
                new Draft(
                        change.name() + ": " + instances + " × " + goal.id() + " ready",
                        Phase.SERVICES,
                        new Work.Ready(goal, instances),
                        Times.ready(goal.launch().readiness()),
                        Times.readyExpected(goal.launch().readiness())));
    }

    private void smokePrivate() {
        List<SmokeTest> tests = change.goal().smoke();
        if (smoke) {
            testers(tests)
                    .forEach(group ->
                            add(
                                    new Draft(
                                            change.name()
                                                    + ": "
                                                    + Testers.count(group.tests())
                                                    + " before traffic",
                                            Phase.VERIFY,
                                            new Work.SmokePrivate(goal, group.tests()),
                                            Times.smoke(group.tests()),
                                            Times.smokeExpected(group.tests())),
                                    group.who()));
        }
    }

    private List<Testers.Group> testers(List<SmokeTest> tests) {
        return Testers.groups(tests, change.testers(), change.responsible());
    }

    private void smokePublic(List<SmokeTest> tests) {
        if (!smoke) {
            return;
        }
        for (Testers.Asking one :
                Testers.through(
                        change.name(),
                        change.goal(),
                        tests,
                        change.testers(),
                        change.responsible())) {
            add(one.draft(), one.who());
        }
    }

    /// Sends the requests there, unless they go there already.
    private void route(List<Traffic> lines) {
        List<Traffic> wanted = lines;
        if (lines.isEmpty()) {
            wanted = traffic.stream().map(Traffic::toNobody).toList();
        }
        if (wanted.equals(traffic) || (shares(wanted).isEmpty() && shares(traffic).isEmpty())) {
            return;
        }
        Traffic to = wanted.getFirst();
        if (traffic.isEmpty()) {
            traffic = List.of(to.before());
        }
        add(
                new Draft(
                        change.name() + ": " + words(to),
                        Phase.TRAFFIC,
                        routeTo(to),
                        undoRoute(),
                        Times.route(goal.launch()),
                        Times.MOMENT));
        traffic = wanted;
    }

    /// Last of all: until then, requests are answered that nobody is there.
    private void closePorts() {
        for (Traffic line : traffic) {
            if (line.port() == 0) {
                // Whoever has the requests there never listened here.
                continue;
            }
            add(
                    new Draft(
                            change.name() + ": port " + line.port() + " is closed",
                            Phase.RETIRE,
                            routeTo(Traffic.NOWHERE),
                            new Undo.Apply(routeTo(line.toNobody()), Times.ROUTE_LIMIT),
                            Times.ROUTE_LIMIT,
                            Times.MOMENT));
        }
        traffic = List.of();
    }

    private Undo undoRoute() {
        Deployment back = change.back();
        Deployment now = change.now();
        List<Traffic> before =
                change.takesOver() && back != null
                        ? back.traffic()
                        : canary.applies() && now != null ? now.traffic() : traffic;
        boolean hadNoPort = change.now() == null || change.now().isEnded();
        if (hadNoPort && shares(before).isEmpty()) {
            // Listened on no more, or nobody else could ever have the port.
            before = List.of(Traffic.NOWHERE);
        }
        Duration limit =
                back == null
                        ? Times.route(goal.launch())
                        : Times.routeBack(back.revision().launch().readiness());
        return new Undo.Apply(routeTo(before.getFirst()), limit);
    }

    private Work.Route routeTo(Traffic line) {
        List<Revision> named =
                line.shares().stream()
                        .map(share -> change.known().get(share.revision()))
                        .filter(Objects::nonNull)
                        .toList();
        return new Work.Route(change.name(), line, named);
    }

    private void drain(Revision revision, Phase phase) {
        add(
                new Draft(
                        change.name() + ": " + revision.id() + " drained",
                        phase,
                        new Work.Drained(revision),
                        Times.drain(revision.launch()),
                        Times.SECOND));
    }

    /// Stops everything but the goal; says whether there was anything.
    private boolean stopOthers(Phase phase) {
        List<Revision> others = others();
        for (Revision other : others) {
            if (isCurrent(other)) {
                drain(other, phase);
            }
            scale(other, 0, phase);
        }
        return !others.isEmpty();
    }

    /// Everything that runs but the goal, what has the traffic first.
    private List<Revision> others() {
        var others = new ArrayList<Revision>();
        for (Map.Entry<String, Integer> each : counts.entrySet()) {
            Revision revision = change.known().get(each.getKey());
            if (each.getValue() > 0 && revision != null && !each.getKey().equals(goal.id())) {
                others.add(isCurrent(revision) ? 0 : others.size(), revision);
            }
        }
        return others;
    }

    private boolean isCurrent(Revision revision) {
        return change.now() != null && change.now().revision().id().equals(revision.id());
    }

    private void settle(Phase phase) {
        var instances = new TreeMap<>(counts);
        instances.keySet().retainAll(change.known().keySet());
        instances.putIfAbsent(goal.id(), 0);
        add(
                new Draft(
                        change.name() + ": seen to be so",
                        phase,
                        new Work.Settled(change.name(), instances, change.goal().traffic()),
                        Times.CHECK_LIMIT,
                        Times.MOMENT));
    }

    // --- small things -----------------------------------------------------------------------

    private void add(Draft draft) {
        add(draft, change.responsible());
    }

    private void add(Draft draft, Responsible who) {
        int number = drafts.add(draft, change.scope(), who, Drafts.union(last, entry));
        last = Set.of(number);
        entry = Set.of();
    }

    /// What comes next waits for this stretch, or, when it was empty, for what it waited for.
    private Set<Integer> end() {
        return Drafts.union(last, entry);
    }

    private int count(Revision revision) {
        return counts.getOrDefault(revision.id(), 0);
    }

    /// What was there before this release began to add to it.
    private int found(Revision revision) {
        return change.running().getOrDefault(revision.id(), 0);
    }

    private static List<Traffic.Share> shares(List<Traffic> traffic) {
        return traffic.stream().flatMap(line -> line.shares().stream()).toList();
    }

    static String words(Traffic to) {
        List<String> addresses =
                to.rules().at().stream().flatMap(at -> at.addresses().stream()).toList();
        return shares(to) + (addresses.isEmpty() ? "" : ", at " + String.join(", ", addresses));
    }

    private static String shares(Traffic to) {
        if (to.shares().isEmpty()) {
            return "no traffic";
        }
        if (to.shares().size() == 1) {
            return "all traffic to " + to.shares().getFirst().revision();
        }
        int total = to.shares().stream().mapToInt(Traffic.Share::weight).sum();
        return "traffic "
                + String.join(
                        ", ",
                        to.shares().stream()
                                .map(s -> s.weight() * 100 / total + " % to " + s.revision())
                                .toList());
    }
}
