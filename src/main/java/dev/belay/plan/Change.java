package dev.belay.plan;

import dev.belay.manifest.Component;
import dev.belay.manifest.Strategy;
import dev.belay.release.Baseline;
import dev.belay.release.Migrations;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.SmokeTest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One component's way from what runs to what is to run: what a [Course] is made from.
///
/// @param testers whom to call when a smoke test fails, where the manifest still has it
/// @param needs names of datastores and externals
/// @param baseline `now` as the journal names it
/// @param now what it runs; absent: nothing
/// @param back what an undone release leads to; differs from `now` when `now` never soaked and an
///   older, soaked revision is still warm
/// @param running revision id to instances that exist
/// @param known the revisions of its history by id
/// @param job only of a job
/// @param soaked whether `now` lived through its soak
/// @param targets where a rollback may lead, best first
/// @param brought migrations that are there, though no release brought any
record Change(
        String name,
        Scope scope,
        Strategy strategy,
        Responsible responsible,
        Map<SmokeTest, Responsible> testers,
        Set<String> needs,
        Baseline baseline,
        @Nullable Deployment now,
        Deployment goal,
        @Nullable Deployment back,
        SortedMap<String, Integer> running,
        Map<String, Revision> known,
        Component.@Nullable Job job,
        boolean soaked,
        List<Plan.Target> targets,
        Set<String> brought) {
    Change {
        testers = Map.copyOf(testers);
        needs = Collections.unmodifiableSet(new TreeSet<>(needs));
        running = Collections.unmodifiableSortedMap(new TreeMap<>(running));
        known = Map.copyOf(known);
        targets = List.copyOf(targets);
        brought = Set.copyOf(brought);
    }

    /// The parts that only the inventory knows.
    static Change of(
            String name,
            Scope scope,
            Deployment goal,
            Strategy strategy,
            Inventory.@Nullable Component inventory) {
        var past = inventory == null || inventory.history().isEmpty() ? null : inventory;
        var known = new HashMap<String, Revision>();
        known.put(goal.revision().id(), goal.revision());
        SortedMap<String, Integer> running = new TreeMap<>();
        if (inventory != null) {
            running.putAll(inventory.running());
            inventory
                    .history()
                    .forEach(p -> known.put(p.deployment().revision().id(), revision(p)));
        }
        var latest = past == null ? null : past.history().getFirst();
        return new Change(
                name,
                scope,
                strategy,
                Responsible.NOBODY,
                Map.of(),
                Set.of(),
                latest == null ? Baseline.NOTHING : latest.baseline(),
                latest == null ? null : latest.deployment(),
                goal,
                past == null ? null : back(past, goal, strategy),
                running,
                known,
                null,
                latest != null && latest.soaked(),
                past == null ? List.of() : targets(name, past, goal),
                Set.of());
    }

    private static Revision revision(Inventory.Past past) {
        return past.deployment().revision();
    }

    /// What runs, unless it never soaked and a soaked revision still waits beside it, warm and
    /// whole. With [Strategy#RECREATE] the two must not run together, so what runs is all there is.
    private static Deployment back(
            Inventory.Component inventory, Deployment goal, Strategy strategy) {
        Inventory.Past latest = inventory.history().getFirst();
        if (!latest.soaked() && strategy != Strategy.RECREATE) {
            for (Inventory.Past past : inventory.history()) {
                if (past.soaked()) {
                    String id = revision(past).id();
                    int instances = past.deployment().instances();
                    boolean warm = inventory.running().getOrDefault(id, 0) >= instances;
                    boolean other =
                            !id.equals(goal.revision().id()) && !id.equals(revision(latest).id());
                    boolean routed = !past.deployment().traffic().isEmpty();
                    return warm && other && routed ? past.deployment() : latest.deployment();
                }
            }
        }
        return latest.deployment();
    }

    /// Where a rollback may lead: what soaked, newest first, each revision once.
    private static List<Plan.Target> targets(
            String name, Inventory.Component inventory, Deployment goal) {
        var targets = new ArrayList<Plan.Target>();
        // What is ended is what a rollback of the end leads to, cold.
        var seen = new HashSet<String>(goal.isEnded() ? Set.of() : Set.of(goal.revision().id()));
        for (Inventory.Past past : inventory.history()) {
            String id = revision(past).id();
            boolean ran = past.soaked() && !past.deployment().isEnded() && !contracted(goal, past);
            if (ran && targets.size() < Plan.Target.MAX && seen.add(id)) {
                int instances = past.deployment().instances();
                boolean warm =
                        !goal.isEnded() && inventory.running().getOrDefault(id, 0) >= instances;
                targets.add(new Plan.Target(name, id, past.release(), warm));
            }
        }
        return targets;
    }

    private static boolean contracted(Deployment goal, Inventory.Past past) {
        Migrations to = goal.migrations();
        return to != null && DueMigrations.between(to, past.deployment().migrations()) != null;
    }

    Change with(
            Responsible who,
            Collection<String> uses,
            Map<SmokeTest, Responsible> calls,
            Component.@Nullable Job what) {
        return new Change(
                name,
                scope,
                strategy,
                who,
                calls,
                new TreeSet<>(uses),
                baseline,
                now,
                goal,
                back,
                running,
                known,
                what,
                soaked,
                targets,
                brought);
    }

    /// The same, where the database has these migrations and no release brought any.
    Change knowing(Set<String> versions) {
        return new Change(
                name,
                scope,
                strategy,
                responsible,
                testers,
                needs,
                baseline,
                now,
                goal,
                back,
                running,
                known,
                job,
                soaked,
                targets,
                versions);
    }

    /// The same way as a rollback takes it: undone, it leads to what runs now and nowhere else.
    Change returning() {
        return new Change(
                name,
                scope,
                strategy,
                responsible,
                testers,
                needs,
                baseline,
                now,
                goal,
                now,
                running,
                known,
                job,
                soaked,
                targets,
                brought);
    }

    /// Whether a newer release takes over while `now` still soaks.
    boolean takesOver() {
        return now != null && back != null && !now.revision().id().equals(back.revision().id());
    }

    boolean sameRevision() {
        return now != null && now.revision().id().equals(goal.revision().id());
    }

    /// Whether nothing of it is to be left: no instance, no port.
    boolean ends() {
        return job == null && !isDatastore() && goal.isEnded();
    }

    /// Whether it is a schema that all who use the datastore share, of which nothing runs.
    boolean isDatastore() {
        return scope.kind() == Scope.Kind.DATASTORE;
    }

    /// Versions that the goal brings and what runs now does not have, in their order. Those that
    /// were adopted before the first release are no news.
    List<Migrations.One> freshMigrations() {
        Migrations to = goal.migrations();
        if (to == null) {
            return List.of();
        }
        return DueMigrations.fresh(to, now == null ? null : now.migrations(), brought);
    }

    boolean sameSchema() {
        return now != null && Objects.equals(now.migrations(), goal.migrations());
    }

    /// What is to see to the schema, when it has not done so for this artifact already.
    @Nullable MigratedBy freshTool() {
        MigratedBy tool = ends() ? null : goal.migratedBy();
        return now != null && Objects.equals(now.migratedBy(), tool) ? null : tool;
    }

    /// Versions that what runs now has and the goal does not know, in their order.
    List<Migrations.One> leftMigrations() {
        Migrations before = now == null ? null : now.migrations();
        if (before == null) {
            return List.of();
        }
        Migrations to = goal.migrations();
        Set<String> known = to == null ? Set.of() : to.versions();
        return before.all().stream().filter(one -> !known.contains(one.version())).toList();
    }

    /// Whether there is nothing to watch afterwards.
    boolean proven() {
        return ends() || isDatastore() || (sameRevision() && soaked);
    }

    /// Whether anything has to happen at all.
    boolean needed() {
        if (now == null || !sameRevision()) {
            return true;
        }
        if (job != null) {
            return false;
        }
        return now.instances() != goal.instances()
                || !Objects.equals(now.migrations(), goal.migrations())
                || !Objects.equals(now.migratedBy(), goal.migratedBy())
                || !now.traffic().equals(goal.traffic())
                || running.getOrDefault(goal.revision().id(), 0) != goal.instances();
    }

    /// Instances by revision once everything of the release is undone.
    SortedMap<String, Integer> undone() {
        var counts = new TreeMap<>(running);
        counts.keySet().retainAll(known.keySet());
        counts.putIfAbsent(goal.revision().id(), 0);
        if (back != null && job == null) {
            counts.merge(back.revision().id(), back.instances(), Math::max);
        }
        return counts;
    }
}
