package dev.belay.plan;

import dev.belay.manifest.Component;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Strategy;
import dev.belay.problem.Problem;
import dev.belay.release.Migrations;
import dev.belay.release.Scope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Schemas that belong to a datastore: which of them a deployment brings along.
///
/// One goes along with every component that changes and uses it, asked for or not: what is new was
/// made for it. It is left out where somebody says so, and where nothing that changes uses it and
/// not everything was asked for; the plan says either.
final class SharedSchemas {
    private final PlanRequest request;
    private final EnvironmentView view;
    private final Selection.Chosen chosen;
    private final Map<String, List<Migrations.One>> leftOut = new LinkedHashMap<>();
    private final Map<String, String> waits = new LinkedHashMap<>();

    SharedSchemas(PlanRequest request, Selection.Chosen chosen) {
        this.request = request;
        this.view = request.view();
        this.chosen = chosen;
    }

    /// The schemas that change, by their datastore.
    ///
    /// @param changes of components
    /// @param unchanged says why what does not change stays as it is
    /// @param problems gets what cannot be planned
    SequencedMap<String, Change> beside(
            Map<String, Change> changes,
            SortedMap<String, String> unchanged,
            List<Problem> problems) {
        SequencedMap<String, Change> schemas = new LinkedHashMap<>();
        for (String name : view.sharedSchemas()) {
            PlanRequest.Schema schema = request.schemas().get(name);
            boolean used = view.usersOf(name).stream().anyMatch(in(changes));
            if (schema == null) {
                unchanged.put(name, "left out on request");
                continue;
            }
            DueMigrations due = due(name, schema.migrations());
            Change change = change(view.datastore(name), due.to());
            boolean without = chosen.without().contains(Phase.MIGRATE) || chosen.left(name);
            if (without) {
                leftOut.put(name, change.freshMigrations());
                unchanged.put(name, "left out on request" + ahead(change));
            } else if (!change.needed() && !(used && request.inventory().moving().contains(name))) {
                String remark = due.remark(name, view.environment());
                unchanged.put(
                        name,
                        "its schema has every migration that is released"
                                + (remark.isEmpty() ? "" : "; " + remark));
            } else if (used || chosen.schemas().contains(name)) {
                refuse(view.datastore(name), due, problems);
                schemas.put(name, change);
                waits.put(name, due.remark(name, view.environment()));
            } else {
                unchanged.put(
                        name,
                        "left out on request%s; `--only %s` brings it"
                                .formatted(ahead(change), name));
            }
        }
        return schemas;
    }

    private static Predicate<Component> in(Map<String, Change> changes) {
        return component -> {
            Change change = changes.get(component.name());
            return change != null && !change.ends();
        };
    }

    private static String ahead(Change change) {
        List<Migrations.One> fresh = change.freshMigrations();
        return fresh.isEmpty() ? "" : ", with " + Course.words(fresh) + " pending";
    }

    private DueMigrations due(String name, Migrations all) {
        Inventory inventory = request.inventory();
        return DueMigrations.of(
                all,
                inventory.datastores().get(name),
                inventory.brought(all),
                request.selection().contract());
    }

    private static void refuse(Datastore datastore, DueMigrations due, List<Problem> problems) {
        DueMigrations.Refusal refusal = due.refusal();
        if (refusal != null) {
            problems.add(
                    new Problem(
                            refusal.code(),
                            datastore.source().at(),
                            refusal.what(),
                            refusal.hint()));
        }
    }

    private Change change(Datastore datastore, Migrations migrations) {
        String name = datastore.name();
        var source = new PlanRequest.Source(migrations.files(), "");
        var goal =
                new Deployment(
                        Revisions.of(name, source, Revisions.NOT_STARTED),
                        0,
                        List.of(),
                        List.of(),
                        migrations);
        return Change.of(
                        name,
                        Scope.datastore(view.environment(), name),
                        goal,
                        Strategy.BLUE_GREEN,
                        request.inventory().datastores().get(name))
                .with(Responsible.of(datastore.responsible()), List.of(name), Map.of(), null)
                .knowing(request.inventory().brought(migrations));
    }

    /// What a reader of one release's plan should know of the schemas.
    List<String> remarks(Partition.Part part) {
        var remarks = new ArrayList<String>();
        for (Change schema : part.schemas()) {
            String waiting = waits.getOrDefault(schema.name(), "");
            if (!waiting.isEmpty()) {
                remarks.add(waiting);
            }
            String others =
                    view.usersOf(schema.name()).stream()
                            .map(Component::name)
                            .filter(user -> !part.has(user))
                            .filter(user -> request.inventory().components().containsKey(user))
                            .map(user -> "`" + user + "`")
                            .collect(Collectors.joining(", "));
            if (!others.isEmpty() && !schema.freshMigrations().isEmpty()) {
                remarks.add(
                        "the schema of `%s` changes under %s, too, of which nothing is released here"
                                .formatted(schema.name(), others));
            }
        }
        for (Change change : part.changes()) {
            Component component = view.components().get(change.name());
            leftOut.forEach((name, pending) -> {
                if (component != null && component.uses().contains(name) && !pending.isEmpty()) {
                    remarks.add(
                            "`%s` is released without %s of `%s`, left out on request"
                                    .formatted(change.name(), Course.words(pending), name));
                }
            });
        }
        return remarks;
    }

    /// Whether the schema under a component is of a release that never soaked: then nothing leads
    /// past that release, as what soaked before it may not run on this schema.
    static boolean isYoung(Component component, Inventory inventory) {
        return component.uses().stream()
                .map(inventory.datastores()::get)
                .anyMatch(store ->
                        store != null
                                && !store.history().isEmpty()
                                && !store.history().getFirst().soaked());
    }

    /// What a rollback leaves of the schemas under a component, as sentences.
    static List<String> left(Change change, EnvironmentView view, Inventory inventory) {
        Component component = view.components().get(change.name());
        Inventory.Component past = inventory.components().get(change.name());
        if (component == null || past == null) {
            return List.of();
        }
        Set<String> undone = undone(past, change.goal().revision().id());
        var left = new ArrayList<String>();
        for (String name : component.uses()) {
            Inventory.Component store = inventory.datastores().get(name);
            Migrations now = store == null ? null : migrations(store.history(), 0);
            if (store == null || now == null) {
                continue;
            }
            int before = before(store, undone);
            List<Migrations.One> stay = now.beyond(migrations(store.history(), before));
            if (before > 0 && !stay.isEmpty()) {
                left.add(
                        "`%s`: the schema of `%s` stays as it is; not taken back: %s"
                                .formatted(change.name(), name, Course.words(stay)));
            }
        }
        return left;
    }

    /// A contract step of a shared schema that took away what the target may use; null for none.
    static Migrations.@Nullable One contract(
            Component component, Inventory.Past target, Inventory inventory) {
        for (String name : component.uses()) {
            Inventory.Component store = inventory.datastores().get(name);
            Migrations now = store == null ? null : migrations(store.history(), 0);
            if (store != null && now != null) {
                Migrations.One step = DueMigrations.between(now, at(store, target));
                if (step != null) {
                    return step;
                }
            }
        }
        return null;
    }

    /// The schema that there was when the target was released; null for none.
    private static @Nullable Migrations at(Inventory.Component store, Inventory.Past target) {
        return store.history().stream()
                .filter(one -> one.number() <= target.number())
                .findFirst()
                .map(one -> one.deployment().migrations())
                .orElse(null);
    }

    /// The releases after the one that brought the revision.
    private static Set<String> undone(Inventory.Component past, String revision) {
        Set<String> undone = new HashSet<>();
        for (Inventory.Past one : past.history()) {
            if (one.deployment().revision().id().equals(revision)) {
                break;
            }
            undone.add(one.release());
        }
        return undone;
    }

    /// The place in the schema's history of what was there before those releases.
    private static int before(Inventory.Component store, Set<String> releases) {
        int before = 0;
        while (before < store.history().size()
                && releases.contains(store.history().get(before).release())) {
            before++;
        }
        return before;
    }

    private static @Nullable Migrations migrations(List<Inventory.Past> history, int index) {
        return index < history.size() ? history.get(index).deployment().migrations() : null;
    }
}
