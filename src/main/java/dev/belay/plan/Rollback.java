package dev.belay.plan;

import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Reading;
import dev.belay.manifest.Strategy;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.release.Migrations;
import dev.belay.release.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Plans the way back by the fast path: the old stands again, gets the traffic, the new goes. No
/// dependency is probed and nothing soaks; both were done when it was new.
///
/// A component goes back alone when nothing that came after it in the same release stays behind:
/// then the mixture of revisions is one that this release had shown to work on its way. Otherwise
/// those must go along, and go first.
final class Rollback {
    private final RollbackRequest request;
    private final EnvironmentView view;
    private final List<Problem> problems = new ArrayList<>();
    private final SortedMap<String, String> unchanged = new TreeMap<>();

    Rollback(RollbackRequest request) {
        this.request = request;
        this.view = request.view();
    }

    Planning plan() {
        Set<String> chosen = chosen();
        SequencedMap<String, Change> changes = new LinkedHashMap<>();
        for (String name : chosen) {
            consider(name, changes);
        }
        if (problems.isEmpty() && changes.isEmpty()) {
            problems.add(nothing("environment " + view.environment(), unchanged.values()));
        }
        if (problems.isEmpty()) {
            demandCompanions(changes);
            if (request.schema()) {
                changes.values().forEach(this::demandWayBack);
            }
        }
        if (!problems.isEmpty()) {
            return new Planning.Refused(problems);
        }
        List<Plan> plans =
                Partition.of(view, changes, new LinkedHashMap<>()).stream()
                        .map(part -> Assembly.plan(outline(part)))
                        .toList();
        for (Plan plan : plans) {
            PlanLint.demand(plan, request.inventory());
        }
        return new Planning.Planned(
                Submission.of(
                        view.platform(),
                        view.environment(),
                        request.manifestDigest(),
                        plans,
                        unchanged));
    }

    /// All that runs, or what is asked for: a component may be gone from the manifest and still go
    /// back.
    private Set<String> chosen() {
        var running = new TreeSet<>(request.inventory().components().keySet());
        if (request.components().isEmpty()) {
            // What was removed comes back only when somebody names it.
            running.removeIf(name ->
                    !view.components().containsKey(name)
                            && ended(request.inventory().components().get(name)));
            return running;
        }
        var asked = new LinkedHashSet<String>();
        var declared = new ArrayList<String>();
        for (String name : request.components()) {
            if (running.contains(name)) {
                asked.add(name);
            } else {
                declared.add(name);
            }
        }
        if (declared.isEmpty()) {
            return asked;
        }
        switch (new Selection(declared, List.of(), List.of(), "", "").in(view, request.typed())) {
            case Reading.Read<Selection.Chosen>(Selection.Chosen more) -> {
                asked.addAll(more.components());
                more.schemas().forEach(name -> problems.add(schemaStays(name)));
            }
            case Reading.Refused<Selection.Chosen>(List<Problem> wrong) -> problems.addAll(wrong);
        }
        return asked;
    }

    private Problem schemaStays(String datastore) {
        return new Problem(
                "rollback/schema-stays",
                new Place.Named("`" + request.typed() + " " + datastore + "`"),
                "`" + datastore + "` is a datastore: a rollback leaves its schema as it is",
                "name components; the data come back by `belay restore`, the schema by a release"
                        + " with new migrations");
    }

    private void consider(String name, Map<String, Change> changes) {
        Component component = view.components().get(name);
        boolean job = component != null && component.kind() instanceof Component.Job;
        Inventory.Component inventory = request.inventory().components().get(name);
        Inventory.Past target = job || inventory == null ? null : target(name, inventory);
        if (inventory == null || target == null) {
            String why =
                    job
                            ? "`" + name + "` is a job: what it did stays"
                            : request.to().isEmpty()
                                    ? "`%s` has nothing to go back to: none that soaked ran before"
                                            .formatted(name)
                                    : "`%s` stays: it ran that already, or nothing that soaked"
                                            .formatted(name);
            unchanged.put(name, why);
            if (request.components().contains(name)) {
                problems.add(nothing(name, List.of(why)));
            }
            return;
        }
        Migrations.One contract = contract(component, inventory, target);
        if (contract != null) {
            String why =
                    "`%s` does not go back to `%s`: migration %s took away what it may use"
                            .formatted(name, target.deployment().revision().id(), contract);
            unchanged.put(name, why);
            if (request.components().contains(name)) {
                problems.add(nothing(name, List.of(why)));
            }
            return;
        }
        List<Migrations.One> left = request.schema() ? left(inventory, target) : List.of();
        Change change =
                Change.of(
                                name,
                                Scope.component(view.environment(), name),
                                target.deployment(),
                                // Neither revision runs on the other's schema, for all one knows.
                                left.isEmpty() ? strategy(component) : Strategy.RECREATE,
                                inventory)
                        .with(
                                component == null
                                        ? Responsible.NOBODY
                                        : Responsible.of(component.responsible()),
                                List.of(),
                                component == null ? Map.of() : Testers.of(component),
                                null);
        changes.put(name, change.returning());
    }

    /// Migrations that came after the target.
    private static List<Migrations.One> left(Inventory.Component inventory, Inventory.Past target) {
        Migrations now = inventory.history().getFirst().deployment().migrations();
        return now == null ? List.of() : now.beyond(target.deployment().migrations());
    }

    /// A contract step that came after the target, of its own schema or of one that it shares.
    private Migrations.@Nullable One contract(
            @Nullable Component component, Inventory.Component inventory, Inventory.Past target) {
        Migrations now = inventory.history().getFirst().deployment().migrations();
        Migrations.One own =
                now == null ? null : DueMigrations.between(now, target.deployment().migrations());
        return own != null || component == null
                ? own
                : SharedSchemas.contract(component, target, request.inventory());
    }

    private static boolean ended(Inventory.@Nullable Component inventory) {
        return inventory != null && !inventory.history().isEmpty() && inventory.isEnded();
    }

    /// The last that soaked, other than what runs; or what is asked for.
    private Inventory.@Nullable Past target(String name, Inventory.Component inventory) {
        if (inventory.history().isEmpty()) {
            return null;
        }
        Deployment now = inventory.history().getFirst().deployment();
        for (Inventory.Past past : inventory.history()) {
            boolean other =
                    now.isEnded() || !past.deployment().revision().id().equals(now.revision().id());
            boolean meant = request.to().isEmpty() || past.digest().equals(request.to().get(name));
            if (meant && past.soaked() && other && !past.deployment().isEnded()) {
                return past;
            }
        }
        return null;
    }

    private Problem nothing(String what, Iterable<String> reasons) {
        return new Problem(
                "rollback/none",
                new Place.Named("`" + request.typed() + "`"),
                "there is nothing to go back to: none",
                String.join("; ", reasons).isEmpty()
                        ? "nothing was ever deployed to " + what
                        : String.join("; ", reasons));
    }

    /// Only what must not run twice is stopped first; everything else has the fast path.
    private static Strategy strategy(@Nullable Component component) {
        Strategy declared =
                component == null
                        ? Strategy.BLUE_GREEN
                        : switch (component.kind()) {
                            case Component.Service service -> service.strategy();
                            case Component.Worker worker -> worker.strategy();
                            case Component.Frontend _, Component.Job _, Component.Contract _ ->
                                    Strategy.BLUE_GREEN;
                        };
        return declared == Strategy.RECREATE ? Strategy.RECREATE : Strategy.BLUE_GREEN;
    }

    // --- who must go along ------------------------------------------------------------------

    private void demandCompanions(Map<String, Change> changes) {
        Map<String, Set<String>> followers = followers();
        for (String name : changes.keySet()) {
            var missing = new TreeSet<>(followers.getOrDefault(name, Set.of()));
            missing.removeAll(changes.keySet());
            if (!missing.isEmpty()) {
                String along = String.join(" ", missing);
                problems.add(
                        new Problem(
                                "rollback/must-go-along",
                                new Place.Named("`" + request.typed() + " " + name + "`"),
                                "`%s` cannot go back alone: %s came after it in the same release"
                                        .formatted(name, quoted(missing)),
                                "belay rollback %s %s %s"
                                        .formatted(view.environment(), name, along)));
            }
        }
    }

    /// That what is asked for can be done: every migration that came since has a way back, and it
    /// is the component's own.
    private void demandWayBack(Change change) {
        for (Migrations.One one : change.leftMigrations()) {
            if (!one.oneWay().isEmpty()) {
                schemaProblem(
                        "rollback/no-way-back",
                        change,
                        "migration %s has no way back: %s".formatted(one, one.oneWay()),
                        "go back without `--schema`, or `belay restore` a backup");
            }
        }
        for (String left : SharedSchemas.left(change, view, request.inventory())) {
            schemaProblem(
                    "rollback/schema-shared",
                    change,
                    left,
                    "a schema that several share goes back with none of them: go back without"
                            + " `--schema`, or bring new migrations");
        }
        Deployment now = change.now();
        MigratedBy tool = now == null ? null : now.migratedBy();
        if (tool != null && !tool.equals(change.goal().migratedBy())) {
            schemaProblem(
                    "rollback/schema-by-tool",
                    change,
                    "`%s` is migrated by another tool, which alone knows how far back"
                            .formatted(change.name()),
                    "go back without `--schema`, and run the tool's own way back");
        }
    }

    private void schemaProblem(String code, Change change, String what, String hint) {
        problems.add(
                new Problem(
                        code,
                        new Place.Named("`" + request.typed() + " " + change.name() + " --schema`"),
                        what,
                        hint));
    }

    private static String quoted(Set<String> names) {
        return String.join(", ", names.stream().map(name -> "`" + name + "`").toList());
    }

    /// Component to those that the release which brought it brought after it, near and far. What
    /// was new with that release has nowhere to go and keeps nobody from going back.
    private Map<String, Set<String>> followers() {
        Map<String, List<String>> byRelease = new TreeMap<>();
        request.inventory()
                .components()
                .forEach((name, component) -> {
                    if (!job(name) && !ended(component) && target(name, component) != null) {
                        byRelease
                                .computeIfAbsent(
                                        component.history().getFirst().release(),
                                        _ -> new ArrayList<>())
                                .add(name);
                    }
                });
        var followers = new HashMap<String, Set<String>>();
        byRelease.values().forEach(names -> followers(new TreeSet<>(names), followers));
        return followers;
    }

    private void followers(Set<String> together, Map<String, Set<String>> into) {
        Map<String, Integer> level = new HashMap<>();
        for (int i = 0; i < view.order().size(); i++) {
            for (String name : view.order().get(i)) {
                level.putIfAbsent(name, i);
            }
        }
        int last = view.order().size();
        boolean ordered = !view.order().isEmpty();
        for (String name : together) {
            var after = new TreeSet<String>();
            for (String other : together) {
                boolean later = level.getOrDefault(other, last) > level.getOrDefault(name, last);
                // With `traffic: together` no mixture of the release ever had traffic.
                boolean atOnce = view.trafficTogether() && (ordered || follows(name, other));
                if (!other.equals(name) && (later || atOnce || follows(other, name))) {
                    after.add(other);
                }
            }
            into.put(name, after);
        }
    }

    /// Whether the one must stand before the other, at any distance.
    private boolean follows(String late, String early) {
        var seen = new LinkedHashSet<String>();
        var open = new ArrayList<>(List.of(late));
        while (!open.isEmpty()) {
            Component component = view.components().get(open.removeLast());
            for (String before : component == null ? List.<String>of() : component.after()) {
                if (before.equals(early)) {
                    return true;
                }
                if (seen.add(before)) {
                    open.add(before);
                }
            }
        }
        return false;
    }

    private boolean job(String name) {
        Component component = view.components().get(name);
        return component != null && component.kind() instanceof Component.Job;
    }

    // --- the outline ------------------------------------------------------------------------

    private List<String> remarks(Partition.Part part) {
        var remarks = new ArrayList<String>();
        for (Change change : part.changes()) {
            remarks.addAll(SharedSchemas.left(change, view, request.inventory()));
            Migrations from = change.now() == null ? null : change.now().migrations();
            if (request.schema() && from != null && !change.leftMigrations().isEmpty()) {
                String datastore = from.datastore().name();
                view.usersOf(datastore).stream()
                        .map(Component::name)
                        .filter(user -> !part.has(user))
                        .filter(user -> request.inventory().components().containsKey(user))
                        .forEach(user ->
                                remarks.add(
                                        "`%s` uses `%s`, too, and runs on while the schema of `%s` goes back"
                                                .formatted(user, datastore, change.name())));
            }
        }
        return remarks;
    }

    /// The last that came goes first.
    private Outline outline(Partition.Part part) {
        Map<String, Set<String>> after = new HashMap<>();
        part.after()
                .forEach((name, befores) ->
                        befores.forEach(before ->
                                after.computeIfAbsent(before, _ -> new TreeSet<>()).add(name)));
        return new Outline(
                Plan.Kind.ROLLBACK,
                view,
                part.levels().reversed(),
                after,
                List.of(),
                List.of(),
                remarks(part),
                false,
                EnumSet.of(Phase.DEPENDENCIES, Phase.SOAK),
                new TreeMap<>(),
                List.of(),
                Map.of(),
                Map.of(),
                Set.of(),
                Map.of(),
                Map.of(),
                request.contracts(),
                PolicyJudge.NONE,
                request.schema(),
                Duration.ZERO,
                null,
                List.of(),
                null,
                request.manifestDigest());
    }
}
