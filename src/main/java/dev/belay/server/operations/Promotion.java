package dev.belay.server.operations;

import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.Deployment;
import dev.belay.plan.Inventory;
import dev.belay.plan.Phase;
import dev.belay.plan.Selection;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.release.ContractFiles;
import dev.belay.release.Digest;
import dev.belay.release.Launch;
import dev.belay.release.Migrations;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What an environment takes that promotes: artifacts and schemas, by digest, as they run in the
/// environment below and have lived through their soak there. Nothing of it is built again, and
/// nothing comes from the folder but what the manifest says of the environment.
public final class Promotion {
    private final Platform platform;
    private final InventoryReader inventory;
    private final Function<Digest, Set<Digest>> sources;

    /// @param sources which sources made an artifact that its environment got into
    public Promotion(
            Platform platform, InventoryReader inventory, Function<Digest, Set<Digest>> sources) {
        this.platform = platform;
        this.inventory = inventory;
        this.sources = sources;
    }

    /// What is taken of one component or datastore.
    ///
    /// @param migrations absent where it has none
    /// @param image digest of the image that its containers are made of there; empty for none
    /// @param remark for who reads the plan
    record Taken(
            Digest artifact,
            @Nullable Migrations migrations,
            @Nullable ContractFiles contracts,
            String image,
            String remark) {}

    /// By component and datastore; what is missing is built here. Empty where the environment
    /// promotes from nowhere, or that was left out on request.
    ///
    /// @param nothingElse whether what the environment below does not have may not be built
    /// @throws Denied when something has nothing to be promoted
    Map<String, Taken> of(EnvironmentView view, Selection.Chosen chosen, boolean nothingElse) {
        String from = view.gates().promotedFrom();
        Map<String, Taken> taken = new TreeMap<>();
        if (from.isEmpty() || chosen.without().contains(Phase.PROMOTION)) {
            return taken;
        }
        EnvironmentView below = platform.lately(from).view();
        var problems = new ArrayList<Problem>();
        for (String name : chosen.components()) {
            Component component = view.component(name);
            if (component.kind() instanceof Component.Contract) {
                continue;
            }
            if (!nothingElse && !below.components().containsKey(name)) {
                continue;
            }
            take(Scope.component(from, name), view, taken, problems);
        }
        for (String name : chosen.schemasToRead(view)) {
            if (below.sharedSchemas().contains(name)) {
                take(Scope.datastore(from, name), view, taken, problems);
            }
        }
        if (!problems.isEmpty()) {
            throw new Denied(new No.Problems(problems));
        }
        return taken;
    }

    /// What soaked below and is not what the environment has, by component and datastore. What has
    /// not soaked yet is no news, nor what somebody went back to there.
    ///
    /// @param deployed whether a release brought something, rather than took it back
    Map<String, Taken> news(EnvironmentView view, Predicate<String> deployed) {
        EnvironmentView below = platform.lately(view.gates().promotedFrom()).view();
        Map<String, Taken> news = new TreeMap<>();
        for (String name : view.components().keySet()) {
            boolean promoted =
                    !(view.component(name).kind() instanceof Component.Contract)
                            && below.components().containsKey(name);
            if (promoted) {
                news(Scope.component(below.environment(), name), view, deployed, news);
            }
        }
        for (String name : view.sharedSchemas()) {
            if (below.sharedSchemas().contains(name)) {
                news(Scope.datastore(below.environment(), name), view, deployed, news);
            }
        }
        return news;
    }

    private void news(
            Scope scope,
            EnvironmentView view,
            Predicate<String> deployed,
            Map<String, Taken> news) {
        List<Inventory.Past> there = inventory.history(scope);
        if (there.isEmpty() || !there.getFirst().soaked() || !isBrought(there, deployed)) {
            return;
        }
        Scope here = new Scope(view.environment(), scope.kind(), scope.name());
        List<Inventory.Past> mine = inventory.history(here);
        boolean same =
                !mine.isEmpty()
                        && (isSame(mine.getFirst().deployment(), there.getFirst())
                                || isOfTheSameSource(view, scope.name(), mine, there));
        if (!same) {
            take(scope, view, news, new ArrayList<>());
        }
    }

    /// Of what has its environment's values baked in, the artifacts always differ.
    private boolean isOfTheSameSource(
            EnvironmentView view,
            String name,
            List<Inventory.Past> mine,
            List<Inventory.Past> there) {
        Component component = view.components().get(name);
        if (component == null || !component.told().baked()) {
            return false;
        }
        Deployment here = mine.getFirst().deployment();
        Deployment below = there.getFirst().deployment();
        return !here.isEnded()
                && !below.isEnded()
                && !Collections.disjoint(
                        sources.apply(here.revision().artifact()),
                        sources.apply(below.revision().artifact()));
    }

    /// Whether what runs is what a release brought last: nobody went back from it, or forward again
    /// since.
    private static boolean isBrought(List<Inventory.Past> there, Predicate<String> deployed) {
        Inventory.Past now = there.getFirst();
        return there.stream()
                .filter(past -> deployed.test(past.release()))
                .findFirst()
                .filter(last -> isSame(last.deployment(), now))
                .isPresent();
    }

    /// The schema that a release would take.
    ///
    /// @param folder what is taken where nothing is promoted
    /// @return null when what is promoted has none
    /// @throws Denied when there is nothing to be promoted
    @Nullable Migrations migrations(
            EnvironmentView view, SchemaOwner owner, Supplier<Migrations> folder) {
        String from = view.gates().promotedFrom();
        String name = owner.scope().name();
        boolean shared = owner.scope().kind() == Scope.Kind.DATASTORE;
        if (from.isEmpty() || !has(platform.lately(from).view(), name, shared)) {
            return folder.get();
        }
        Map<String, Taken> taken = new TreeMap<>();
        var problems = new ArrayList<Problem>();
        take(new Scope(from, owner.scope().kind(), name), view, taken, problems);
        Taken one = taken.get(name);
        if (one == null) {
            throw new Denied(new No.Problems(problems));
        }
        return one.migrations() == null ? null : of(owner, one.migrations());
    }

    private static boolean has(EnvironmentView below, String name, boolean shared) {
        return shared ? below.sharedSchemas().contains(name) : below.components().containsKey(name);
    }

    /// The same schema, of the datastore that it has here.
    static Migrations of(SchemaOwner owner, Migrations taken) {
        return new Migrations(
                taken.set(), owner.datastore().dependency(), taken.files(), taken.all());
    }

    /// That who wants a promotion gets one, and who leaves it out says why.
    ///
    /// @throws Denied otherwise
    void demand(EnvironmentView view, Selection.Chosen chosen, Wish wish) {
        boolean promotes = !view.gates().promotedFrom().isEmpty();
        boolean left = chosen.without().contains(Phase.PROMOTION);
        if (wish.promote() && (!promotes || left)) {
            throw Denied.refusal(
                    "`%s` promotes from nowhere".formatted(view.environment()),
                    "say in the manifest from where: `promotes: {from: …}`; or `belay deploy %s`"
                            .formatted(view.environment()));
        }
        if (promotes && left && wish.why().isBlank()) {
            throw new Denied(
                    new No.Problems(
                            List.of(
                                    new Problem(
                                            "promotion/no-reason",
                                            new Place.Named("`--skip promotion`"),
                                            "what is built here was tried in no environment below",
                                            "say why with `--reason`"))));
        }
    }

    private void take(
            Scope scope, EnvironmentView view, Map<String, Taken> taken, List<Problem> problems) {
        List<Inventory.Past> history = inventory.history(scope);
        Inventory.Past now = history.isEmpty() ? null : history.getFirst();
        if (now == null || (now.deployment().isEnded() && runs(scope, view))) {
            problems.add(
                    problem(
                            "promotion/nothing-below",
                            scope,
                            view,
                            "nothing of `%s` runs in `%s`, from which `%s` promotes"
                                    .formatted(
                                            scope.name(), scope.environment(), view.environment()),
                            "`belay deploy %s --only %s` first"
                                    .formatted(scope.environment(), scope.name())));
            return;
        }
        Digest artifact = now.deployment().revision().artifact();
        boolean soaked =
                history.stream().anyMatch(past -> past.soaked() && isSame(past.deployment(), now));
        if (!soaked) {
            problems.add(
                    problem(
                            "promotion/not-soaked",
                            scope,
                            view,
                            "what `%s` runs in `%s` has not lived through its soak there"
                                    .formatted(scope.name(), scope.environment()),
                            "wait until it has: `belay status %s`".formatted(scope.environment())));
            return;
        }
        taken.put(
                scope.name(),
                new Taken(
                        artifact,
                        now.deployment().migrations(),
                        now.deployment().contracts(),
                        image(now.deployment().revision()),
                        "`%s`: %s, as it runs in `%s` by %s"
                                .formatted(
                                        scope.name(),
                                        artifact.brief(),
                                        scope.environment(),
                                        now.release())));
    }

    private static String image(Revision revision) {
        Launch.Container container = revision.launch().container();
        return container == null ? "" : container.digest();
    }

    /// Whether instances or a port show that it is there: of jobs and schemas there are none.
    private static boolean runs(Scope scope, EnvironmentView view) {
        Component component = view.components().get(scope.name());
        return scope.kind() == Scope.Kind.COMPONENT
                && !(component != null && component.kind() instanceof Component.Job);
    }

    private static boolean isSame(Deployment past, Inventory.Past now) {
        Deployment latest = now.deployment();
        boolean schema =
                latest.migrations() == null
                        || (past.migrations() != null
                                && past.migrations()
                                        .versions()
                                        .containsAll(latest.migrations().versions()));
        return past.revision().artifact().equals(latest.revision().artifact()) && schema;
    }

    private static Problem problem(
            String code, Scope scope, EnvironmentView view, String what, String hint) {
        return new Problem(
                code,
                new Place.Named("`%s` in `%s`".formatted(scope.name(), view.environment())),
                what,
                hint + "; `--skip promotion --reason …` builds it here, and is recorded");
    }
}
