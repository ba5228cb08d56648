package dev.belay.plan;

import dev.belay.manifest.Component;
import dev.belay.plan.Drafts.Draft;
import dev.belay.release.Baseline;
import dev.belay.release.ConsentRule;
import dev.belay.release.ContractRule;
import dev.belay.release.Digest;
import dev.belay.release.Launch;
import dev.belay.release.ReleaseWindow;
import dev.belay.release.Revision;
import dev.belay.release.SchemaVerdict;
import dev.belay.release.Scope;
import dev.belay.release.SecretsRule;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Makes one release's plan of its outline: what is once per release, and around that the courses
/// of its components, each waiting for no more than it must.
///
/// ```
/// preflight ─► dependencies ─► schemas ─► level 1 ─► level 2 ─► … ─► platform's tests ─► soak ─► retire
///                                         └ each component: prepare ─► cutover
/// ```
final class Assembly {
    private final Outline outline;
    private final Work.@Nullable Policed policed;
    private final List<Change> changes;
    private final Drafts drafts = new Drafts();
    private final Map<String, Course> courses = new LinkedHashMap<>();
    private final Scope lead;
    private final KeepingOut keepingOut;

    /// By datastore, the last step that changes its schema: sets are carried out one after the
    /// other, as they were rehearsed.
    private final Map<String, Integer> migrated = new HashMap<>();

    private Assembly(Outline outline, Work.@Nullable Policed policed) {
        this.outline = outline;
        this.policed = policed;
        this.changes = outline.changes();
        this.keepingOut = new KeepingOut(outline);
        this.lead = (changes.isEmpty() ? outline.all() : changes).getFirst().scope();
    }

    /// Policies see what is planned, and what they make of it is part of the plan.
    static Plan plan(Outline outline) {
        Plan bare = new Assembly(outline, null).plan();
        return outline.policies()
                .judge(bare, verdicts(outline))
                .map(policed -> new Assembly(outline, policed).plan())
                .orElse(bare);
    }

    private static Map<String, SchemaVerdict> verdicts(Outline outline) {
        var verdicts = new TreeMap<String, SchemaVerdict>();
        for (Change change : outline.all()) {
            SchemaVerdict verdict = outline.verdict(change);
            if (verdict != null) {
                verdicts.put(change.name(), verdict);
            }
        }
        return verdicts;
    }

    private Plan plan() {
        Set<Integer> safe =
                consent(
                        new DataSafety(outline, drafts, lead),
                        dependencies(contracts(evidence(policies(secrets(hosted(preflight())))))));
        Set<Integer> gate = schemas(keepOut(window(safe)));
        for (List<Change> level : outline.levels()) {
            gate = level.isEmpty() ? gate : level(level, gate);
        }
        if (outline.view().trafficTogether()) {
            gate = cutoverTogether(gate);
        }
        retire(soak(letIn(platformTests(usersTests(gate), this::getsIn))));
        return frame(drafts.steps());
    }

    // --- once per release -------------------------------------------------------------------

    private Set<Integer> preflight() {
        if (!outline.has(Phase.PREFLIGHT)) {
            return Set.of();
        }
        var variables = new TreeSet<String>();
        var ports = new TreeSet<Integer>();
        var artifacts = new TreeSet<Digest>();
        for (Change change : outline.all()) {
            // What ends needs no value any more, and may have none.
            if (!change.ends()) {
                variables.addAll(change.goal().revision().launch().required());
                variables.addAll(change.goal().revision().launch().secrets());
            }
            change.goal().traffic().forEach(line -> ports.addAll(line.ports()));
            artifacts.add(change.goal().revision().artifact());
            if (change.back() != null) {
                artifacts.add(change.back().revision().artifact());
            }
        }
        boolean starts = !changes.stream().allMatch(Change::ends);
        SortedMap<String, String> tools = starts ? outline.view().requires() : new TreeMap<>();
        var work = new Work.Preflight(variables, tools, ports, artifacts, sources(variables));
        return check(
                new Draft(
                        "check variables, tools, ports and artifacts",
                        Phase.PREFLIGHT,
                        work,
                        Times.CHECK_LIMIT,
                        Times.SECOND),
                Set.of());
    }

    /// What runs in plain processes needs nothing but this host. Of a cluster the first step asks
    /// for what everything there needs. Commands are asked whether they can be started.
    private Set<Integer> hosted(Set<Integer> after) {
        List<Revision> contained =
                outline.all().stream()
                        .filter(change -> !change.ends() || isPod(change.goal().revision()))
                        .map(change -> change.goal().revision())
                        .filter(Assembly::isAsked)
                        .toList();
        if (!outline.has(Phase.PREFLIGHT) || contained.isEmpty()) {
            return after;
        }
        return check(
                new Draft(
                        hostedTitle(contained),
                        Phase.PREFLIGHT,
                        new Work.Hosted(contained),
                        Times.FETCH_LIMIT,
                        Times.SECOND),
                after);
    }

    private static String hostedTitle(List<Revision> contained) {
        if (contained.stream().allMatch(Assembly::isPod)) {
            return "the cluster can scale them, and run them by the clock";
        }
        return contained.stream().allMatch(one -> one.launch().commands() != null)
                ? "the commands that bring them can be started"
                : "what they run in takes them, and has the images";
    }

    private static boolean isPod(Revision revision) {
        Launch.Container container = revision.launch().container();
        return container != null && container.pod() != null;
    }

    private static boolean isAsked(Revision revision) {
        Launch launch = revision.launch();
        return isPod(revision)
                ? launch.scaling() != null || launch.schedule() != null
                : launch.commands() != null || launch.container() != null;
    }

    /// On a rollback nobody asked for the versions: what is there when it begins is what counts.
    private SortedMap<String, String> sources(Set<String> variables) {
        var sources = new TreeMap<String, String>();
        for (String variable : variables) {
            outline.view()
                    .secretsOf(variable)
                    .ifPresent(from ->
                            sources.put(
                                    variable,
                                    outline.sources()
                                            .getOrDefault(
                                                    variable,
                                                    "%s (%s)"
                                                            .formatted(
                                                                    from.name(),
                                                                    from.store().word()))));
        }
        return sources;
    }

    /// Before anything else is looked at: what they forbid is not begun.
    private Set<Integer> policies(Set<Integer> after) {
        if (policed == null) {
            return after;
        }
        return check(
                new Draft(
                        Policing.title(policed),
                        Phase.POLICY,
                        policed,
                        Times.CHECK_LIMIT,
                        Times.SECOND),
                after);
    }

    /// With the first step: what was current when it was planned may have grown old since.
    private Set<Integer> secrets(Set<Integer> after) {
        SecretsRule rule = outline.view().gates().secrets();
        if (outline.kind() != Plan.Kind.DEPLOY || !outline.has(Phase.SECRETS) || !rule.asks()) {
            return after;
        }
        var required = new TreeSet<String>();
        var secrets = new TreeSet<String>();
        for (Change change : changes) {
            if (!change.ends()) {
                required.addAll(change.goal().revision().launch().required());
                secrets.addAll(change.goal().revision().launch().secrets());
            }
        }
        if (required.isEmpty()) {
            return after;
        }
        return check(
                new Draft(
                        "its secrets are current",
                        Phase.SECRETS,
                        new Work.SecretsCurrent(
                                required, secrets, rule.youngerThan(), rule.shared()),
                        Times.CHECK_LIMIT,
                        Times.SECOND),
                after);
    }

    /// Before anything else is looked at: what was shown when it was planned may have been taken
    /// back, or have grown old, while the release waited.
    private Set<Integer> evidence(Set<Integer> after) {
        if (outline.kind() != Plan.Kind.DEPLOY || !outline.has(Phase.EVIDENCE)) {
            return after;
        }
        var ends = new TreeSet<Integer>();
        for (Change change : changes) {
            PlanRequest.Shown shown = change.ends() ? null : outline.evidence().get(change.name());
            if (shown != null) {
                ends.addAll(
                        check(
                                new Draft(
                                        Showing.title(change.name(), shown),
                                        Phase.EVIDENCE,
                                        Showing.work(change, shown),
                                        Times.CHECK_LIMIT,
                                        Times.SECOND),
                                change.responsible(),
                                after));
            }
        }
        return ends.isEmpty() ? after : ends;
    }

    /// By what is kept: who builds differently from what was planned is found out here.
    private Set<Integer> contracts(Set<Integer> after) {
        ContractRule rule = outline.view().gates().contracts();
        if (outline.kind() != Plan.Kind.DEPLOY || !outline.has(Phase.CONTRACTS) || !rule.asked()) {
            return after;
        }
        var ends = new TreeSet<Integer>();
        for (Change change : changes) {
            PlanRequest.Promised promised =
                    change.ends() ? null : outline.contracts().get(change.name());
            if (promised != null && !change.sameRevision()) {
                ends.addAll(
                        check(
                                new Draft(
                                        Promising.title(change.name(), promised),
                                        Phase.CONTRACTS,
                                        Promising.work(change, promised, rule),
                                        Times.CHECK_LIMIT,
                                        Times.SECOND),
                                change.responsible(),
                                after));
            }
        }
        return ends.isEmpty() ? after : ends;
    }

    /// With the backup and the rehearsal at hand; and the backup once more, as people take their
    /// time.
    private Set<Integer> consent(DataSafety safety, Set<Integer> after) {
        Set<Integer> safe = safety.lay(after);
        ConsentRule rule = outline.view().gates().consent();
        if (outline.kind() != Plan.Kind.DEPLOY || !rule.asks() || !outline.has(Phase.APPROVE)) {
            return safe;
        }
        return safety.again(
                check(
                        new Draft(
                                title(rule),
                                Phase.APPROVE,
                                new Work.Consented(rule),
                                Times.CONSENT_LIMIT,
                                Times.SECOND),
                        safe));
    }

    private static String title(ConsentRule rule) {
        var wanted = new ArrayList<String>();
        if (rule.wantsApprovals()) {
            wanted.add("approval by " + rule.approvers());
        }
        if (!rule.checklist().isEmpty()) {
            wanted.add("checklist: " + String.join(", ", rule.checklist()));
        }
        return String.join("; ", wanted);
    }

    /// Last before anything changes: by then a release may have queued, and waited for data to be
    /// safe or for people, until nobody is there any more to look after it.
    private Set<Integer> window(Set<Integer> after) {
        if (outline.kind() != Plan.Kind.DEPLOY) {
            return after;
        }
        List<ReleaseWindow> windows =
                outline.has(Phase.WINDOW) ? outline.view().gates().windows() : List.of();
        // Else the first step asks whether somebody has frozen the environment.
        if (windows.isEmpty() && outline.has(Phase.PREFLIGHT)) {
            return after;
        }
        String hours = String.join(" or ", windows.stream().map(ReleaseWindow::text).toList());
        return check(
                new Draft(
                        windows.isEmpty() ? "it may begin now" : "it may begin now: " + hours,
                        Phase.WINDOW,
                        new Work.InWindow(windows),
                        Times.CHECK_LIMIT,
                        Times.MOMENT),
                after);
    }

    /// With the first change: until here users notice nothing, however long it takes.
    private Set<Integer> keepOut(Set<Integer> after) {
        List<Change> covered = changes.stream().filter(keepingOut::covers).toList();
        Set<Integer> start = drafts.meet("it may begin", after, covered.size(), lead);
        var ends = new TreeSet<Integer>();
        for (Change change : covered) {
            ends.addAll(course(change).keepOut(keepingOut, start));
        }
        return ends.isEmpty() ? after : ends;
    }

    /// Before the soak, which is of what users do.
    private Set<Integer> letIn(Set<Integer> gate) {
        List<Course> waiting = courses.values().stream().filter(Course::keptOut).toList();
        Set<Integer> start = drafts.meet("all of it is tested", gate, waiting.size(), lead);
        var ends = new TreeSet<Integer>();
        for (Course course : waiting) {
            ends.addAll(course.letIn(keepingOut, start));
        }
        return waiting.isEmpty() ? gate : platformTests(ends, test -> !getsIn(test));
    }

    private boolean getsIn(Outline.Tested one) {
        Course course = courses.get(one.test().component());
        return course == null || !course.keptOut() || KeepingOut.getsIn(one.test().owned().test());
    }

    private Set<Integer> dependencies(Set<Integer> after) {
        if (!outline.has(Phase.DEPENDENCIES)) {
            return after;
        }
        var ends = new TreeSet<Integer>();
        outline.needs()
                .forEach((name, probe) ->
                        ends.addAll(
                                check(
                                        new Draft(
                                                "`" + name + "` answers",
                                                Phase.DEPENDENCIES,
                                                probe,
                                                Times.CHECK_LIMIT,
                                                Times.MOMENT),
                                        outline.keeper(name),
                                        after)));
        return ends.isEmpty() ? after : ends;
    }

    /// Those that are shared change before anything of a component does, whether it uses them or
    /// not: when they are refused, nothing else was touched.
    private Set<Integer> schemas(Set<Integer> after) {
        if (outline.kind() != Plan.Kind.DEPLOY || !outline.has(Phase.MIGRATE)) {
            return after;
        }
        List<Change> all = outline.schemas();
        Set<Integer> start = drafts.meet("the data are safe", after, all.size(), lead);
        var ends = new TreeSet<Integer>();
        for (Change schema : all) {
            Draft draft =
                    SchemaReturn.migrating(
                            schema,
                            Objects.requireNonNull(schema.goal().migrations()),
                            outline.verdict(schema));
            ends.add(drafts.add(draft, schema.scope(), schema.responsible(), start));
        }
        return ends.isEmpty() ? after : ends;
    }

    /// Of those that run on schemas which changed under them.
    private Set<Integer> usersTests(Set<Integer> gate) {
        List<Outline.User> users =
                outline.users().stream()
                        .filter(user -> outline.has(Phase.VERIFY) && !user.now().smoke().isEmpty())
                        .toList();
        Set<Integer> start =
                drafts.meet("the schemas are as they will be", gate, users.size(), lead);
        var ends = new TreeSet<Integer>();
        for (Outline.User user : users) {
            Set<Integer> last = start;
            for (Testers.Asking one :
                    Testers.through(user.name(), user.now(), user.testers(), user.responsible())) {
                last = check(one.draft(), one.who(), last);
            }
            ends.addAll(last);
        }
        return ends.isEmpty() ? gate : ends;
    }

    private Set<Integer> platformTests(Set<Integer> gate, Predicate<Outline.Tested> which) {
        var tests = new TreeMap<String, List<Outline.Tested>>();
        if (outline.has(Phase.VERIFY)) {
            for (Outline.Tested one : outline.platform()) {
                if (which.test(one)) {
                    tests.computeIfAbsent(one.test().component(), _ -> new ArrayList<>()).add(one);
                }
            }
        }
        Set<Integer> start = drafts.meet("all of it stands", gate, tests.size(), lead);
        var ends = new TreeSet<Integer>();
        tests.forEach((name, list) -> {
            Set<Integer> last = start;
            for (Testers.Group group : Testers.groups(list)) {
                last =
                        check(
                                new Draft(
                                        "the platform's smoke tests through " + name,
                                        Phase.VERIFY,
                                        new Work.SmokePublic(
                                                port(name), list.getFirst().runs(), group.tests()),
                                        Times.smoke(group.tests()),
                                        Times.smokeExpected(group.tests())),
                                group.who(),
                                last);
            }
            ends.addAll(last);
        });
        return ends.isEmpty() ? gate : ends;
    }

    private Set<Integer> soak(Set<Integer> gate) {
        List<Revision> revisions =
                changes.stream()
                        .filter(change -> change.goal().instances() > 0)
                        .map(change -> change.goal().revision())
                        .toList();
        List<Revision> watched =
                Stream.concat(
                                revisions.stream(),
                                outline.users().stream()
                                        .filter(user -> user.now().instances() > 0)
                                        .map(user -> user.now().revision()))
                        .toList();
        if (outline.soak().isZero()) {
            return gate;
        }
        return check(
                new Draft(
                        "soak for " + Times.text(outline.soak()),
                        Phase.SOAK,
                        new Work.Soak(watched, outline.soak()),
                        Times.soak(outline.soak()),
                        outline.soak()),
                gate);
    }

    private void retire(Set<Integer> gate) {
        if (!outline.has(Phase.RETIRE)) {
            return;
        }
        List<Course> retiring = courses.values().stream().filter(Course::retires).toList();
        Set<Integer> start =
                drafts.meet("the release stands; old revisions go", gate, retiring.size(), lead);
        retiring.forEach(course -> course.retire(start));
    }

    private Set<Integer> check(Draft draft, Set<Integer> after) {
        return check(draft, Responsible.of(outline.view().responsible()), after);
    }

    private Set<Integer> check(Draft draft, Responsible who, Set<Integer> after) {
        return Set.of(drafts.add(draft, lead, who, after));
    }

    // --- the components ---------------------------------------------------------------------

    /// Lays one level and returns what the next one waits for.
    private Set<Integer> level(List<Change> level, Set<Integer> gate) {
        List<Change> sorted = outline.inOrder(level);
        List<Change> roots = roots(level);
        List<Change> jobs =
                outline.ordered()
                        ? roots.stream().filter(change -> change.job() != null).toList()
                        : List.of();
        int first = jobs.isEmpty() ? roots.size() : jobs.size();
        Set<Integer> start = drafts.meet("everything before this is in order", gate, first, lead);
        var ends = new HashMap<String, Set<Integer>>();
        jobs.forEach(job -> ends.put(job.name(), lay(job, start)));
        Set<Integer> open = start;
        if (!jobs.isEmpty()) {
            Set<Integer> done = all(ends, jobs);
            open = drafts.meet("the jobs are done", done, roots.size() - jobs.size(), lead);
        }
        for (Change change : sorted) {
            if (!ends.containsKey(change.name())) {
                var after = new TreeSet<Integer>();
                for (String before : outline.before(change)) {
                    after.addAll(ends.getOrDefault(before, Set.of()));
                }
                ends.put(change.name(), lay(change, after.isEmpty() ? open : after));
            }
        }
        return all(ends, leaves(level, jobs));
    }

    private Course course(Change change) {
        return courses.computeIfAbsent(
                change.name(),
                _ ->
                        new Course(
                                change,
                                drafts,
                                new Course.Manner(
                                        outline.has(Phase.VERIFY),
                                        outline.kind() == Plan.Kind.DEPLOY
                                                && outline.has(Phase.MIGRATE),
                                        outline.schemaBack(),
                                        outline.canary(change),
                                        outline.counts(change)),
                                outline.verdict(change),
                                migrated));
    }

    private Set<Integer> lay(Change change, Set<Integer> after) {
        Course course = course(change);
        Set<Integer> prepared = course.prepare(after);
        return outline.view().trafficTogether() ? prepared : course.cutover(prepared);
    }

    private Set<Integer> cutoverTogether(Set<Integer> gate) {
        Set<Integer> start =
                drafts.meet("all of it stands without traffic", gate, courses.size(), lead);
        var ends = new TreeSet<Integer>();
        courses.values().forEach(course -> ends.addAll(course.cutover(start)));
        return ends;
    }

    private static Set<Integer> all(Map<String, Set<Integer>> ends, List<Change> of) {
        var all = new TreeSet<Integer>();
        of.forEach(change -> all.addAll(ends.getOrDefault(change.name(), Set.of())));
        return all;
    }

    private List<Change> roots(List<Change> level) {
        return level.stream().filter(change -> outline.before(change).isEmpty()).toList();
    }

    /// Those that no other of the level waits for.
    private List<Change> leaves(List<Change> level, List<Change> jobs) {
        var waitedFor = new TreeSet<String>();
        level.forEach(change -> waitedFor.addAll(outline.before(change)));
        if (jobs.size() < level.size()) {
            jobs.forEach(job -> waitedFor.add(job.name()));
        }
        return level.stream().filter(change -> !waitedFor.contains(change.name())).toList();
    }

    // --- the frame --------------------------------------------------------------------------

    private Plan frame(List<Step> steps) {
        var scopes = new TreeSet<Scope>();
        var baseline = new TreeMap<Scope, Baseline>();
        var desired = new TreeMap<String, Deployment>();
        var fallback = new TreeMap<String, Deployment>();
        for (Change change : outline.all()) {
            scopes.add(change.scope());
            baseline.put(change.scope(), change.baseline());
            desired.put(change.name(), change.goal());
            Deployment back = change.back();
            if (back != null) {
                fallback.put(change.name(), back);
            }
        }
        return new Plan(
                Plan.FORMAT,
                outline.view().platform(),
                outline.view().environment(),
                outline.kind(),
                title(),
                scopes,
                baseline,
                steps,
                desired,
                fallback,
                before(),
                changes.stream().flatMap(change -> change.targets().stream()).toList(),
                pointOfNoReturn(steps),
                skipped(pointOfNoReturn(steps)),
                Policing.warned(policed, Warnings.of(outline, steps, pointOfNoReturn(steps))),
                outline.manifestDigest());
    }

    /// What nobody has to accept, nobody has accepted.
    private List<Plan.Skip> skipped(int pointOfNoReturn) {
        var skipped = new ArrayList<>(outline.skipped());
        Plan.Skip accepted = outline.accepted();
        if (pointOfNoReturn > 0 && accepted != null) {
            skipped.add(accepted);
        }
        return skipped;
    }

    private String title() {
        boolean deploys = outline.kind() == Plan.Kind.DEPLOY;
        var parts = new ArrayList<String>();
        parts.add(
                title(
                        deploys ? "deploy " : "roll back ",
                        changes.stream().filter(change -> !(deploys && isRemoval(change)))));
        parts.addFirst(title("migrate ", outline.schemas().stream()));
        parts.add(
                title("remove ", changes.stream().filter(change -> deploys && isRemoval(change))));
        parts.removeIf(String::isEmpty);
        return String.join("; ", parts);
    }

    /// A worker of which the manifest wants none at the moment ends, too, and is still there.
    private boolean isRemoval(Change change) {
        return change.ends() && !outline.view().components().containsKey(change.name());
    }

    private static String title(String verb, Stream<Change> some) {
        List<String> names = some.map(Change::name).toList();
        if (names.size() <= 4) {
            return names.isEmpty() ? "" : verb + String.join(", ", names);
        }
        return verb
                + String.join(", ", names.subList(0, 3))
                + " and "
                + (names.size() - 3)
                + " more";
    }

    private List<Work.Check> before() {
        var before = new ArrayList<Work.Check>();
        for (Change change : changes) {
            if (change.job() == null) {
                Deployment back = change.back();
                List<Traffic> traffic = back == null ? List.of() : back.traffic();
                before.add(new Work.Settled(change.name(), change.undone(), traffic));
            }
        }
        for (Change change : changes) {
            Deployment back = change.back();
            if (back != null && !back.smoke().isEmpty() && outline.has(Phase.VERIFY)) {
                for (Traffic line : back.traffic()) {
                    before.add(new Work.SmokePublic(line.port(), back.revision(), back.smoke()));
                }
            }
        }
        return before;
    }

    private static int pointOfNoReturn(List<Step> steps) {
        for (Step step : steps) {
            if (step.undo() instanceof Undo.Impossible) {
                return step.number();
            }
        }
        return 0;
    }

    private int port(String component) {
        var declared = Objects.requireNonNull(outline.view().components().get(component));
        return switch (declared.kind()) {
            case Component.Service service -> service.port();
            case Component.Frontend frontend -> frontend.port();
            case Component.Worker _, Component.Job _, Component.Contract _ -> 0;
        };
    }
}
