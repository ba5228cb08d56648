package dev.belay.plan;

import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.PlatformTest;
import dev.belay.manifest.PublicValues;
import dev.belay.manifest.Reading;
import dev.belay.manifest.Strategy;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.release.Digest;
import dev.belay.release.Launch;
import dev.belay.release.Migrations;
import dev.belay.release.Revision;
import dev.belay.release.SchemaVerdict;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Makes plans: manifest and inventory in, the whole course of every release out. It decides
/// everything that is to be decided, so that execution has nothing left to choose; it looks at
/// nothing but what it is given.
public final class Planner {
    /// The traffic of a component that only one revision has.
    private static final int ALL = 100;

    private final PlanRequest request;
    private final EnvironmentView view;
    private final List<Problem> problems = new ArrayList<>();
    private final SortedMap<String, String> unchanged = new TreeMap<>();

    /// Component to what is to be said of its contract steps that wait.
    private final Map<String, String> waits = new TreeMap<>();

    private Planner(PlanRequest request) {
        this.request = request;
        this.view = request.view();
    }

    /// Plans a deployment of what is selected.
    public static Planning plan(PlanRequest request) {
        return new Planner(request).plan();
    }

    /// Plans the way back to the last soaked deployment.
    public static Planning rollback(RollbackRequest request) {
        return new Rollback(request).plan();
    }

    /// Which of these components one release would bring, if nothing else changed, and in which
    /// order their schemas would change.
    public static List<List<String>> together(EnvironmentView view, Set<String> components) {
        var names = new LinkedHashSet<>(view.components().keySet());
        names.retainAll(components);
        return Partition.names(view, names);
    }

    /// The tools that a planned release runs and that can say what they would do, by component.
    public static Map<String, Work.MigrateByCommand> toForesee(Submission submission) {
        var tools = new TreeMap<String, Work.MigrateByCommand>();
        for (Plan plan : submission.plans()) {
            for (Step step : plan.steps()) {
                if (step.work() instanceof Work.MigrateByCommand tool
                        && !tool.by().plan().isEmpty()) {
                    tools.put(tool.revision().component(), tool);
                }
            }
        }
        return tools;
    }

    /// The steps that change a schema by what did not end well in the environment that the gates
    /// name, as their titles; none where they name no environment.
    ///
    /// @param below what did
    public static List<String> untried(List<Step> steps, EnvironmentView view, Set<Digest> below) {
        if (view.gates().migratedIn().isEmpty()) {
            return List.of();
        }
        return steps.stream()
                .filter(step ->
                        switch (step.work()) {
                            case Work.Migrate(var to, var fresh) ->
                                    !fresh.isEmpty() && !below.contains(to.files());
                            case Work.MigrateByCommand(var revision, var _, var _) ->
                                    !below.contains(revision.artifact());
                            case Work _ -> false;
                        })
                .map(Step::title)
                .toList();
    }

    private Planning plan() {
        problems.addAll(view.unsupported());
        return switch (request.selection().in(view)) {
            case Reading.Refused<Selection.Chosen>(List<Problem> wrong) -> {
                problems.addAll(wrong);
                yield new Planning.Refused(problems);
            }
            case Reading.Read<Selection.Chosen>(Selection.Chosen chosen) -> plan(chosen);
        };
    }

    private Planning plan(Selection.Chosen chosen) {
        SequencedMap<String, Change> changes = new LinkedHashMap<>();
        for (Component component : view.components().values()) {
            if (!chosen.components().contains(component.name())) {
                unchanged.put(component.name(), "left out on request");
            } else {
                consider(component, chosen, changes);
            }
        }
        keepNobodyOutOfHaproxy(chosen);
        var removal = new Removal(request);
        removal.into(changes, unchanged, problems);
        Addresses.check(changes, request.inventory(), problems);
        unchanged.putAll(removal.left(changes.keySet()));
        if (!problems.isEmpty()) {
            return new Planning.Refused(problems);
        }
        var shared = new SharedSchemas(request, chosen);
        SequencedMap<String, Change> schemas = shared.beside(changes, unchanged, problems);
        if (!problems.isEmpty()) {
            return new Planning.Refused(problems);
        }
        List<Plan> plans =
                Partition.of(view, changes, schemas).stream()
                        .map(part ->
                                Assembly.plan(
                                        outline(part, remarks(part, shared), chosen, changes)))
                        .toList();
        for (Plan plan : plans) {
            PlanLint.demand(plan, request.inventory());
        }
        if (request.selection().maintenance() != null && nobodyIsKeptOut(plans)) {
            return new Planning.Refused(
                    List.of(
                            new Problem(
                                    "plan/nobody-to-keep-out",
                                    new Place.Named("`--maintenance`"),
                                    "nothing that this release changes gets requests now",
                                    "leave it out")));
        }
        return new Planning.Planned(
                Submission.of(
                        view.platform(),
                        view.environment(),
                        request.manifestDigest(),
                        plans,
                        unchanged));
    }

    private void keepNobodyOutOfHaproxy(Selection.Chosen chosen) {
        boolean carried =
                view.components().values().stream()
                        .filter(one -> chosen.components().contains(one.name()))
                        .anyMatch(one -> one.rules().by() == Traffic.Carrier.HAPROXY);
        if (carried && request.selection().maintenance() != null) {
            problems.add(
                    new Problem(
                            "plan/no-doors",
                            new Place.Named("`--maintenance`"),
                            "HAProxy carries the requests of `%s`, and has no doors to shut"
                                    .formatted(view.environment()),
                            "leave it out, or choose `router: gateway`"));
        }
    }

    private static boolean nobodyIsKeptOut(List<Plan> plans) {
        return !plans.isEmpty()
                && plans.stream()
                        .flatMap(plan -> plan.steps().stream())
                        .noneMatch(step -> step.work() instanceof Work.Shut);
    }

    private void consider(
            Component component, Selection.Chosen chosen, Map<String, Change> changes) {
        PlanRequest.Source source = request.built().get(component.name());
        if (unshippable(component)) {
            return;
        }
        if (source == null) {
            problems.add(
                    problem(
                            "plan/not-built",
                            component,
                            "`" + component.name() + "` has no artifact yet",
                            "build it, or leave it out with `--skip " + component.name() + "`"));
            return;
        }
        Deployment goal = promising(goal(component, source), source);
        if (chosen.without().contains(Phase.MIGRATE)) {
            goal = withSchemaOfNow(goal);
        } else {
            goal =
                    goal.with(due(component, source.migrations()))
                            .migratedBy(MigratedBy.of(component, source, view.datastores()));
        }
        Scope scope = Scope.component(view.environment(), component.name());
        Change change =
                Change.of(
                                component.name(),
                                scope,
                                goal,
                                strategy(component),
                                request.inventory().components().get(component.name()))
                        .with(
                                Responsible.of(component.responsible()),
                                component.uses(),
                                Testers.of(component),
                                component.kind() instanceof Component.Job job ? job : null)
                        .knowing(request.inventory().brought(goal.migrations()));
        if (change.needed()) {
            boolean young = SharedSchemas.isYoung(component, request.inventory());
            changes.put(
                    component.name(), young && change.takesOver() ? change.returning() : change);
        } else {
            String remark = waits.getOrDefault(component.name(), "");
            unchanged.put(
                    component.name(),
                    "`"
                            + goal.revision().id()
                            + "` runs as it is wanted"
                            + (remark.isEmpty() ? "" : "; " + remark));
        }
    }

    /// The schema that the release brings: contract steps may have to wait.
    private @Nullable Migrations due(Component component, @Nullable Migrations all) {
        if (all == null) {
            return null;
        }
        Inventory inventory = request.inventory();
        var due =
                DueMigrations.of(
                        all,
                        inventory.components().get(component.name()),
                        inventory.brought(all),
                        request.selection().contract());
        DueMigrations.Refusal refusal = due.refusal();
        if (refusal != null) {
            problems.add(problem(refusal.code(), component, refusal.what(), refusal.hint()));
        }
        waits.put(component.name(), due.remark(component.name(), view.environment()));
        return due.to();
    }

    /// What a revision promised when it came, it promises as long as it runs.
    private Deployment promising(Deployment goal, PlanRequest.Source source) {
        var past = request.inventory().components().get(goal.revision().component());
        Deployment now =
                past == null || past.history().isEmpty()
                        ? null
                        : past.history().getFirst().deployment();
        if (now != null
                && now.contracts() != null
                && now.revision().id().equals(goal.revision().id())) {
            return goal.promising(now.contracts());
        }
        return goal.promising(source.contracts());
    }

    /// Where migrating is left out on request, the schema stays as what runs has it.
    private Deployment withSchemaOfNow(Deployment goal) {
        var past = request.inventory().components().get(goal.revision().component());
        if (past == null || past.history().isEmpty()) {
            return goal;
        }
        Deployment now = past.history().getFirst().deployment();
        return goal.with(now.migrations()).migratedBy(now.migratedBy());
    }

    private boolean unshippable(Component component) {
        if (component.kind() instanceof Component.Contract) {
            problems.add(
                    problem(
                            "plan/contract-not-shipped",
                            component,
                            "this version cannot ship the contract `" + component.name() + "`",
                            "leave it out with `--skip " + component.name() + "`"));
            return true;
        }
        return false;
    }

    private static Problem problem(String code, Component component, String what, String hint) {
        Place place = component.source().at();
        return new Problem(code, place, what, hint);
    }

    private static Strategy strategy(Component component) {
        return switch (component.kind()) {
            case Component.Service service -> service.strategy();
            case Component.Worker worker -> worker.strategy();
            case Component.Frontend frontend -> frontend.strategy();
            case Component.Job _, Component.Contract _ -> Strategy.BLUE_GREEN;
        };
    }

    private static Deployment goal(Component component, PlanRequest.Source source) {
        Revision revision = Revisions.of(component.name(), source, launch(component));
        return switch (component.kind()) {
            case Component.Service(Launch _, int port, int instances, Strategy _) ->
                    new Deployment(
                            revision,
                            instances,
                            List.of(all(component, port, revision, instances)),
                            Testers.tests(component));
            case Component.Frontend(int port, Strategy _, PublicValues _) ->
                    new Deployment(
                            revision,
                            0,
                            List.of(all(component, port, revision, 0)),
                            Testers.tests(component));
            case Component.Worker(Launch _, int instances, Strategy _) ->
                    new Deployment(revision, instances, List.of(), Testers.tests(component));
            case Component.Job _, Component.Contract _ ->
                    new Deployment(revision, 0, List.of(), List.of());
        };
    }

    /// A service without instances gets requests, and answers none.
    private static Traffic all(Component component, int port, Revision revision, int instances) {
        boolean any = instances > 0 || component.kind() instanceof Component.Frontend;
        List<Traffic.Share> shares =
                any ? List.of(new Traffic.Share(revision.id(), ALL, instances)) : List.of();
        return new Traffic(port, shares, component.rules());
    }

    private static Launch launch(Component component) {
        return switch (component.kind()) {
            case Component.Service service -> service.launch();
            case Component.Worker worker -> worker.launch();
            case Component.Job job -> job.launch();
            case Component.Frontend _, Component.Contract _ -> Revisions.NOT_STARTED;
        };
    }

    private List<String> remarks(Partition.Part part, SharedSchemas shared) {
        var remarks = new ArrayList<>(shared.remarks(part));
        for (Change change : part.changes()) {
            String remark = waits.getOrDefault(change.name(), "");
            if (!remark.isEmpty()) {
                remarks.add(remark);
            }
        }
        for (Change change : part.changes()) {
            PlanRequest.Source source = request.built().get(change.name());
            remark(source == null ? "" : source.origin(), remarks);
            remarks.addAll(source == null ? List.of() : source.notes());
        }
        for (Change schema : part.schemas()) {
            PlanRequest.Schema source = request.schemas().get(schema.name());
            remark(source == null ? "" : source.origin(), remarks);
        }
        part.changes().stream()
                .filter(change -> !change.ends())
                .flatMap(change -> change.needs().stream())
                .distinct()
                .sorted()
                .forEach(name ->
                        request.inventory().limits().getOrDefault(name, List.of()).stream()
                                .map(limit -> "`" + name + "`: " + limit)
                                .forEach(remarks::add));
        return remarks;
    }

    private static void remark(String origin, List<String> remarks) {
        if (!origin.isEmpty()) {
            remarks.add(origin);
        }
    }

    /// Who runs on a schema that the release changes, and is no part of it: they are tested and
    /// watched like what is.
    private List<Outline.User> users(Partition.Part part) {
        var users = new LinkedHashMap<String, Outline.User>();
        for (Change schema : part.schemas()) {
            if (schema.freshMigrations().isEmpty()) {
                continue;
            }
            for (Component user : view.usersOf(schema.name())) {
                Inventory.Component there = request.inventory().components().get(user.name());
                if (!part.has(user.name()) && there != null && !there.isEnded()) {
                    users.put(
                            user.name(),
                            new Outline.User(
                                    user.name(),
                                    there.history().getFirst().deployment(),
                                    Responsible.of(user.responsible()),
                                    Testers.of(user)));
                }
            }
        }
        return List.copyOf(users.values());
    }

    /// What was left out of a release on request, or asked for that waited.
    private List<Plan.Skip> skipped(Partition.Part part) {
        var skipped = new ArrayList<>(request.selection().skips(request.view()));
        Plan.Skip contraction = request.selection().contraction();
        boolean contracts =
                Stream.concat(part.changes().stream(), part.schemas().stream())
                        .flatMap(change -> change.freshMigrations().stream())
                        .anyMatch(Migrations.One::contract);
        if (contraction != null && contracts) {
            skipped.add(contraction);
        }
        return skipped;
    }

    private Outline outline(
            Partition.Part part,
            List<String> remarks,
            Selection.Chosen chosen,
            Map<String, Change> changes) {
        List<Outline.User> users = users(part);
        boolean proven = users.isEmpty() && part.changes().stream().allMatch(Change::proven);
        boolean soaks = !proven && !chosen.without().contains(Phase.SOAK);
        return new Outline(
                Plan.Kind.DEPLOY,
                view,
                part.levels(),
                part.after(),
                part.schemas(),
                users,
                remarks,
                !view.order().isEmpty(),
                chosen.without(),
                needs(part),
                platformTests(part, changes),
                verdicts(),
                request.foreseen(),
                request.below(),
                request.evidence(),
                request.sources(),
                request.contracts(),
                request.policies(),
                false,
                soaks ? view.soak() : Duration.ZERO,
                request.selection().maintenance(),
                skipped(part),
                request.selection().acceptance(),
                request.manifestDigest());
    }

    private Map<String, SchemaVerdict> verdicts() {
        var verdicts = new TreeMap<String, SchemaVerdict>();
        request.built()
                .forEach((name, source) -> {
                    if (source.verdict() != null) {
                        verdicts.put(name, source.verdict());
                    }
                });
        request.schemas()
                .forEach((name, schema) -> {
                    if (schema.verdict() != null) {
                        verdicts.put(name, schema.verdict());
                    }
                });
        return verdicts;
    }

    private SortedMap<String, Work.Reachable> needs(Partition.Part part) {
        var needs = new TreeMap<String, Work.Reachable>();
        for (Change change :
                Stream.concat(part.schemas().stream(), part.changes().stream()).toList()) {
            for (String name : change.needs()) {
                var datastore = view.datastores().get(name);
                var external = view.externals().get(name);
                if (datastore != null) {
                    needs.put(name, new Work.Reachable(datastore.dependency()));
                } else if (external != null) {
                    needs.put(name, new Work.Reachable(external.dependency()));
                }
            }
        }
        return needs;
    }

    /// Each runs where its component changes; when that stays as it is, after every release.
    private List<Outline.Tested> platformTests(Partition.Part part, Map<String, Change> changes) {
        var tests = new ArrayList<Outline.Tested>();
        for (PlatformTest test : view.smoke()) {
            Change change = changes.get(test.component());
            if (change != null) {
                if (part.has(test.component())) {
                    tests.add(new Outline.Tested(test, change.goal().revision()));
                }
                continue;
            }
            Inventory.Component there = request.inventory().components().get(test.component());
            if (there != null && !there.history().isEmpty()) {
                Deployment runs = there.history().getFirst().deployment();
                tests.add(new Outline.Tested(test, runs.revision()));
            }
        }
        return tests;
    }
}
