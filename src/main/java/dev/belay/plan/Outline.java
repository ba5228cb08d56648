package dev.belay.plan;

import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.External;
import dev.belay.manifest.PlatformTest;
import dev.belay.manifest.Target;
import dev.belay.release.Canary;
import dev.belay.release.Digest;
import dev.belay.release.Maintenance;
import dev.belay.release.Migrations;
import dev.belay.release.Revision;
import dev.belay.release.SchemaVerdict;
import dev.belay.release.SmokeTest;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One release before its steps are laid: which components, in which order, and what surrounds
/// them.
///
/// @param levels groups that follow each other; without an `order` there is one
/// @param after component to those of the same level that must stand before it
/// @param ordered whether `order` makes the levels: then the jobs of a level come first in it
/// @param schemas those that all who use a datastore share: first of all
/// @param users what runs on schemas that change, and does not change itself
/// @param remarks what was found out about them, for who reads the plan
/// @param needs name to the probe of each datastore and external; none for a rollback, which has no
///   time for it
/// @param verdicts component or datastore to what was seen when its migrations were rehearsed
/// @param foreseen component to what its tool says that it would do
/// @param below migrations that ended well in the environment which the gates name
/// @param evidence component to what its artifact has shown
/// @param sources variable to the store of secrets that it comes from and the version there
/// @param contracts component to how what it is to promise differs from what it promises
/// @param policies says what the environment's policies make of it
/// @param schemaBack whether schemas go back with what runs on them, on a rollback
/// @param platform smoke tests to run when all of it stands
/// @param maintenance that users are kept out meanwhile; absent where they are not
/// @param accepted who agreed to a release without a way back; absent when nobody did
record Outline(
        Plan.Kind kind,
        EnvironmentView view,
        List<List<Change>> levels,
        Map<String, Set<String>> after,
        List<Change> schemas,
        List<User> users,
        List<String> remarks,
        boolean ordered,
        Set<Phase> without,
        SortedMap<String, Work.Reachable> needs,
        List<Tested> platform,
        Map<String, SchemaVerdict> verdicts,
        Map<String, String> foreseen,
        Set<Digest> below,
        Map<String, PlanRequest.Shown> evidence,
        Map<String, String> sources,
        Map<String, PlanRequest.Promised> contracts,
        PolicyJudge policies,
        boolean schemaBack,
        Duration soak,
        @Nullable Maintenance maintenance,
        List<Plan.Skip> skipped,
        Plan.@Nullable Skip accepted,
        String manifestDigest) {
    /// A component that runs on a schema which changes under it.
    ///
    /// @param testers whom to call when a smoke test fails, where the manifest still has it
    record User(
            String name,
            Deployment now,
            Responsible responsible,
            Map<SmokeTest, Responsible> testers) {}

    /// A smoke test of the whole platform.
    ///
    /// @param runs what its component runs when all of it stands
    record Tested(PlatformTest test, Revision runs) {}

    /// The components.
    List<Change> changes() {
        return levels.stream().flatMap(List::stream).toList();
    }

    /// The schemas and the components.
    List<Change> all() {
        return Stream.concat(schemas.stream(), levels.stream().flatMap(List::stream)).toList();
    }

    /// How the component goes on as a canary: where our gateway counts what it answers, nobody else
    /// is asked.
    Canary canary(Change change) {
        return isCarried(change) ? view.canary().countedBy(null) : view.canary();
    }

    /// Whether somebody counts what the component answers.
    boolean counts(Change change) {
        return isCarried(change) || view.canary().prometheus() != null;
    }

    private boolean isCarried(Change change) {
        boolean here =
                switch (view.target()) {
                    case Target.Processes _, Target.Docker _ -> true;
                    case Target.Commands _, Target.Kubernetes _ -> false;
                };
        return here
                && change.goal().traffic().stream()
                        .allMatch(line -> line.rules().by() == Traffic.Carrier.GATEWAY);
    }

    boolean has(Phase phase) {
        return !without.contains(phase);
    }

    /// Whom to call when a datastore or an external does not answer.
    Responsible keeper(String name) {
        Datastore datastore = view.datastores().get(name);
        External external = view.externals().get(name);
        return datastore != null
                ? Responsible.of(datastore.responsible())
                : external != null
                        ? Responsible.of(external.responsible())
                        : Responsible.of(view.responsible());
    }

    /// What is known of a component's or datastore's migrations: a verdict of other sets together
    /// than this release brings is none.
    @Nullable SchemaVerdict verdict(Change change) {
        SchemaVerdict verdict = verdicts.get(change.name());
        Migrations to = change.goal().migrations();
        return verdict != null
                        && to != null
                        && verdict.together().equals(together(to.datastore().name()))
                ? verdict
                : null;
    }

    private List<String> together(String datastore) {
        List<String> labels =
                migrating().stream()
                        .filter(one -> one.to().datastore().name().equals(datastore))
                        .map(one -> SchemaVerdict.label(one.to().set(), one.versions()))
                        .toList();
        return labels.size() > 1 ? labels : List.of();
    }

    /// Who brings something new to a database.
    record Migrating(Change change, Migrations to, List<Migrations.One> fresh) {
        List<String> versions() {
            return SchemaReturn.versions(fresh);
        }
    }

    /// All of them, in the order in which they are carried out.
    List<Migrating> migrating() {
        var all = new ArrayList<Migrating>();
        Stream.concat(schemas.stream(), levels.stream().flatMap(level -> inOrder(level).stream()))
                .forEach(change -> {
                    Migrations to = change.ends() ? null : change.goal().migrations();
                    List<Migrations.One> fresh = change.freshMigrations();
                    if (to != null && !fresh.isEmpty() && has(Phase.MIGRATE)) {
                        all.add(new Migrating(change, to, fresh));
                    }
                });
        return all;
    }

    /// A level's components as they are laid; where there is an `order`, its jobs come first.
    List<Change> inOrder(List<Change> level) {
        Map<String, Change> byName = new LinkedHashMap<>();
        level.forEach(change -> byName.put(change.name(), change));
        Set<String> jobs =
                level.stream()
                        .filter(change -> ordered && change.job() != null)
                        .map(Change::name)
                        .collect(Collectors.toSet());
        return Laying.order(List.copyOf(byName.keySet()), after, jobs).stream()
                .map(byName::get)
                .map(Objects::requireNonNull)
                .toList();
    }

    /// Who takes migrations back that earlier releases brought.
    List<Change> returning() {
        return schemaBack
                ? changes().stream().filter(change -> !change.leftMigrations().isEmpty()).toList()
                : List.of();
    }

    Set<String> before(Change change) {
        return after.getOrDefault(change.name(), Set.of());
    }
}
