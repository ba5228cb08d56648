package dev.belay.simulation;

import dev.belay.plan.Deployment;
import dev.belay.plan.Phase;
import dev.belay.plan.Plan;
import dev.belay.plan.PlanJson;
import dev.belay.plan.Responsible;
import dev.belay.plan.Step;
import dev.belay.plan.Undo;
import dev.belay.release.Baseline;
import dev.belay.release.Digest;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Maintenance;
import dev.belay.release.MigrationCommands;
import dev.belay.release.OnUnknown;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.StepClass;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Plans in the shapes that the planner makes, written by hand: the smallest ones that hold every
/// class of step.
final class SimPlans {
    static final String ENVIRONMENT = "sim";
    private static final int PORT = 80;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Launch LAUNCH =
            new Launch(
                    List.of("serve"),
                    Set.of(),
                    Set.of(),
                    true,
                    new Launch.Stop("TERM", MINUTE, MINUTE),
                    Launch.Limits.NONE,
                    health(),
                    health());

    /// How one component changes.
    ///
    /// @param now what gets its traffic
    /// @param back where a rollback leads; differs from `now` when that has not soaked
    /// @param keepsOut whether users are kept out of what runs until the new one is served
    record Change(
            String component,
            Deployment goal,
            Optional<Deployment> now,
            Optional<Deployment> back,
            Job job,
            boolean rolling,
            boolean keepsOut) {}

    /// What runs before the component starts.
    enum Job {
        NONE,
        PROBED,
        HELD_IN_DOUBT,
        ASSUMED_IN_DOUBT,

        /// Changes a schema, which is taken back when the release falls.
        MIGRATES,
        MIGRATES_PROBED
    }

    private final List<Step> steps = new ArrayList<>();
    private final Duration soak;

    private SimPlans(Duration soak) {
        this.soak = soak;
    }

    private static Health health() {
        return new Health(new Health.Alive(), 1, Duration.ZERO, MINUTE, MINUTE);
    }

    static Deployment deployment(String component, int number, int instances) {
        var revision =
                new Revision(
                        component + "-" + number,
                        component,
                        Digest.of(component + number),
                        "c1",
                        LAUNCH);
        var share = new Traffic.Share(revision.id(), 100, instances);
        return new Deployment(revision, instances, List.of(new Traffic(PORT, List.of(share))));
    }

    /// @param joined whether each component waits for the one before
    static Plan plan(List<Change> changes, boolean joined, Duration soak) {
        var made = new SimPlans(soak);
        Scope first = scope(changes.getFirst().component());
        int preflight = made.check("preflight", Phase.PREFLIGHT, first, nothingToFind(), Set.of());
        var served = new ArrayList<Integer>();
        Set<Integer> after = Set.of(preflight);
        for (Change change : changes) {
            int last =
                    change.keepsOut() && change.now().isPresent()
                            ? made.behindADoor(change, after)
                            : made.serve(change, after);
            served.add(last);
            after = joined ? Set.of(last) : Set.of(preflight);
        }
        int soaked = made.soak(changes, new TreeSet<>(served));
        for (Change change : changes) {
            made.retire(change, soaked);
        }
        return made.whole(changes);
    }

    private static Work.Preflight nothingToFind() {
        return new Work.Preflight(Set.of(), Map.of(), Set.of(), Set.of());
    }

    private static Scope scope(String component) {
        return Scope.component(ENVIRONMENT, component);
    }

    private int behindADoor(Change change, Set<Integer> after) {
        Scope scope = scope(change.component());
        var shut = new Work.Shut(change.component(), "sim", new Maintenance("", MINUTE));
        var open = new Work.Open(change.component());
        int first = effect(scope, StepClass.IDEMPOTENT, shut, new Undo.Apply(open, MINUTE), after);
        int served = serve(change, Set.of(first));
        return effect(
                scope, StepClass.IDEMPOTENT, open, new Undo.Apply(shut, MINUTE), Set.of(served));
    }

    private int serve(Change change, Set<Integer> after) {
        Scope scope = scope(change.component());
        Revision revision = change.goal().revision();
        int instances = change.goal().instances();
        int last = job(change, scope, after);
        if (change.rolling() && change.now().isPresent()) {
            return roll(change, scope, last);
        }
        last = keepTheWayBack(change, scope, last);
        last =
                effect(
                        scope,
                        StepClass.IDEMPOTENT,
                        new Work.Scale(revision, instances),
                        new Undo.Apply(new Work.Scale(revision, 0), MINUTE),
                        Set.of(last));
        last =
                check(
                        "ready",
                        Phase.SERVICES,
                        scope,
                        new Work.Ready(revision, instances),
                        Set.of(last));
        last =
                check(
                        "smoke",
                        Phase.VERIFY,
                        scope,
                        new Work.SmokePrivate(revision, List.of()),
                        Set.of(last));
        Traffic back = change.back().map(d -> d.traffic().getFirst()).orElse(Traffic.none(PORT));
        last =
                effect(
                        scope,
                        StepClass.IDEMPOTENT,
                        route(change, change.goal().traffic().getFirst()),
                        new Undo.Apply(route(change, back), MINUTE),
                        Set.of(last));
        return check(
                "public smoke",
                Phase.VERIFY,
                scope,
                new Work.SmokePublic(PORT, null, List.of()),
                Set.of(last));
    }

    private static Work.Route route(Change change, Traffic traffic) {
        return new Work.Route(change.component(), traffic, List.of());
    }

    /// What traffic would go back to, when it is not what has it now, may have been thinned out by
    /// a release that this one takes over from: it is made whole before anything moves.
    private int keepTheWayBack(Change change, Scope scope, int after) {
        Deployment back = change.back().orElse(change.goal());
        if (change.back().isEmpty() || change.now().stream().anyMatch(back::equals)) {
            return after;
        }
        int whole =
                effect(
                        scope,
                        StepClass.IDEMPOTENT,
                        new Work.Scale(back.revision(), back.instances()),
                        new Undo.Nothing("the way back stays"),
                        Set.of(after));
        var ready = new Work.Ready(back.revision(), back.instances());
        return check("way back ready", Phase.SERVICES, scope, ready, Set.of(whole));
    }

    private int job(Change change, Scope scope, Set<Integer> after) {
        List<String> probe = change.job() == Job.PROBED ? List.of("./done") : List.of();
        var work = new Work.RunJob(change.goal().revision(), probe);
        var nothing = new Undo.Nothing("a job is not undone");
        boolean probed = change.job() == Job.MIGRATES_PROBED;
        return switch (change.job()) {
            case NONE -> check("nothing", Phase.MIGRATE, scope, nothingToFind(), after);
            case PROBED -> effect(scope, StepClass.VERIFIABLE, work, nothing, after);
            case MIGRATES, MIGRATES_PROBED -> migrate(change, scope, probed, after);
            case HELD_IN_DOUBT -> effect(scope, StepClass.ONCE_ONLY, work, nothing, after);
            case ASSUMED_IN_DOUBT -> {
                int number = effect(scope, StepClass.ONCE_ONLY, work, nothing, after);
                Step step = steps.removeLast();
                steps.add(
                        new Step(
                                number,
                                step.title(),
                                step.phase(),
                                scope,
                                step.stepClass(),
                                work,
                                nothing,
                                step.after(),
                                step.deadline(),
                                step.expected(),
                                OnUnknown.ASSUME_DONE,
                                Responsible.NOBODY));
                yield number;
            }
        };
    }

    private int migrate(Change change, Scope scope, boolean probed, Set<Integer> after) {
        Revision revision = change.goal().revision();
        List<String> probe = probed ? List.of("./done") : List.of();
        var by =
                new MigrationCommands(
                        List.of("./up"), List.of("./down"), List.of("./at"), probe, MINUTE);
        return effect(
                scope,
                probed ? StepClass.VERIFIABLE : StepClass.ONCE_ONLY,
                new Work.MigrateByCommand(revision, "db", by),
                new Undo.Apply(new Work.TakeBackByCommand(revision, "db", by), MINUTE),
                after);
    }

    /// One instance after the other.
    private int roll(Change change, Scope scope, int after) {
        Revision young = change.goal().revision();
        Deployment now = change.now().orElseThrow();
        Revision old = now.revision();
        int count = change.goal().instances();
        int last = after;
        Traffic before = now.traffic().getFirst();
        for (int i = 1; i <= count; i++) {
            int rest = Math.max(0, now.instances() - i);
            last =
                    effect(
                            scope,
                            StepClass.IDEMPOTENT,
                            new Work.Scale(young, i),
                            new Undo.Apply(new Work.Scale(young, i - 1), MINUTE),
                            Set.of(last));
            last = check("ready", Phase.SERVICES, scope, new Work.Ready(young, i), Set.of(last));
            Traffic mixed = mixed(young, i, old, rest);
            last =
                    effect(
                            scope,
                            StepClass.IDEMPOTENT,
                            route(change, mixed),
                            new Undo.Apply(route(change, before), MINUTE),
                            Set.of(last));
            before = mixed;
            int stays = Math.max(0, now.instances() - i + 1);
            last =
                    effect(
                            scope,
                            StepClass.IDEMPOTENT,
                            new Work.Scale(old, rest),
                            new Undo.Apply(new Work.Scale(old, stays), MINUTE),
                            Set.of(last));
        }
        return last;
    }

    private static Traffic mixed(Revision young, int many, Revision old, int few) {
        var shares = new ArrayList<Traffic.Share>();
        shares.add(new Traffic.Share(young.id(), few == 0 ? 100 : many, many));
        if (few > 0) {
            shares.add(new Traffic.Share(old.id(), few, few));
        }
        return new Traffic(PORT, shares);
    }

    private int soak(List<Change> changes, Set<Integer> after) {
        Scope scope = scope(changes.getFirst().component());
        List<Revision> revisions = changes.stream().map(c -> c.goal().revision()).toList();
        if (soak.isZero()) {
            return check("served", Phase.SOAK, scope, nothingToFind(), after);
        }
        return check("soak", Phase.SOAK, scope, new Work.Soak(revisions, soak), after);
    }

    private void retire(Change change, int soaked) {
        Scope scope = scope(change.component());
        int last = soaked;
        for (Deployment old : olds(change)) {
            last =
                    check(
                            "drain",
                            Phase.RETIRE,
                            scope,
                            new Work.Drained(old.revision()),
                            Set.of(last));
            last =
                    effect(
                            scope,
                            StepClass.IDEMPOTENT,
                            new Work.Scale(old.revision(), 0),
                            new Undo.Apply(new Work.Scale(old.revision(), old.instances()), MINUTE),
                            Set.of(last));
        }
        var wanted = new TreeMap<String, Integer>();
        wanted.put(change.goal().revision().id(), change.goal().instances());
        olds(change).forEach(old -> wanted.put(old.revision().id(), 0));
        check(
                "settled",
                Phase.RETIRE,
                scope,
                new Work.Settled(change.component(), wanted, change.goal().traffic()),
                Set.of(last));
    }

    private static Baseline baseline(Deployment now) {
        String digest = Digest.of(PlanJson.encode(now)).text();
        return new Baseline(now.revision().id(), digest);
    }

    private static List<Deployment> olds(Change change) {
        var olds = new ArrayList<Deployment>();
        if (!change.rolling()) {
            change.now().ifPresent(olds::add);
        }
        change.back()
                .filter(back -> change.now().stream().noneMatch(back::equals))
                .ifPresent(olds::add);
        return olds;
    }

    private Plan whole(List<Change> changes) {
        var desired = new TreeMap<String, Deployment>();
        var fallback = new TreeMap<String, Deployment>();
        var scopes = new TreeSet<Scope>();
        var baseline = new TreeMap<Scope, Baseline>();
        var before = new ArrayList<Work.Check>();
        for (Change change : changes) {
            Scope scope = scope(change.component());
            scopes.add(scope);
            baseline.put(scope, change.now().map(SimPlans::baseline).orElse(Baseline.NOTHING));
            desired.put(change.component(), change.goal());
            change.back().ifPresent(back -> fallback.put(change.component(), back));
            var instances = new TreeMap<String, Integer>();
            instances.put(change.goal().revision().id(), 0);
            change.back().ifPresent(b -> instances.put(b.revision().id(), b.instances()));
            List<Traffic> traffic =
                    change.back().map(Deployment::traffic).orElse(List.of(Traffic.none(PORT)));
            before.add(new Work.Settled(change.component(), instances, traffic));
        }
        return new Plan(
                Plan.FORMAT,
                "sim",
                ENVIRONMENT,
                Plan.Kind.DEPLOY,
                "sim",
                scopes,
                baseline,
                steps,
                desired,
                fallback,
                before,
                List.of(),
                0,
                List.of(),
                List.of(),
                "");
    }

    private int check(String title, Phase phase, Scope scope, Work.Check work, Set<Integer> after) {
        boolean waits =
                work instanceof Work.Ready
                        || work instanceof Work.Soak
                        || work instanceof Work.Drained
                        || work instanceof Work.Settled;
        StepClass promise = waits ? StepClass.WAIT : StepClass.PURE;
        return add(title, phase, scope, promise, work, new Undo.Nothing("it only looks"), after);
    }

    private int effect(Scope scope, StepClass promise, Work work, Undo undo, Set<Integer> after) {
        String title = work.getClass().getSimpleName() + " " + scope.name();
        return add(title, Phase.SERVICES, scope, promise, work, undo, after);
    }

    private int add(
            String title,
            Phase phase,
            Scope scope,
            StepClass promise,
            Work work,
            Undo undo,
            Set<Integer> after) {
        int number = steps.size() + 1;
        Duration deadline = work instanceof Work.Soak(var _, var time) ? time.plus(MINUTE) : MINUTE;
        steps.add(
                new Step(
                        number,
                        title,
                        phase,
                        scope,
                        promise,
                        work,
                        undo,
                        after,
                        deadline,
                        MINUTE,
                        OnUnknown.HOLD,
                        Responsible.NOBODY));
        return number;
    }
}
