package dev.belay.plan;

import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The rules that every plan keeps, whoever made it. The planner demands them of its own plans: one
/// that breaks them is our bug and never reaches an engine.
///
/// - Effects of one scope follow each other: each waits, through steps of its own scope, for the
///   one before it.
/// - Capacity before traffic: nobody is sent to a revision that was not found ready.
/// - Nothing stops while it is sent to.
/// - Another tool changes a schema, there or back, before anything of its revision starts or after
///   it ended.
/// - Undone from any point, whether or not the last effect happened, the way back keeps the same
///   two rules and ends where the plan says it ends.
/// - Done to the end, what runs is what was desired.
/// - Who is kept out is let in again, at either end.
public final class PlanLint {
    private PlanLint() {}

    /// Returns one line per broken rule.
    public static List<String> check(Plan plan, Inventory inventory) {
        var problems = new ArrayList<String>();
        Map<Scope, List<Step>> byScope = new TreeMap<>();
        for (Step step : plan.steps()) {
            byScope.computeIfAbsent(step.scope(), _ -> new ArrayList<>()).add(step);
            if (!plan.scopes().contains(step.scope())) {
                problems.add(step.number() + ": " + step.scope() + " is not owned");
            }
            if (step.deadline().compareTo(Duration.ZERO) <= 0) {
                problems.add(step.number() + ": has no deadline");
            }
        }
        Map<String, Work.Settled> undone = new HashMap<>();
        for (Work.Check check : plan.before()) {
            if (check instanceof Work.Settled settled) {
                undone.put(settled.component(), settled);
            }
        }
        byScope.forEach((scope, steps) -> {
            chained(steps, problems);
            if (scope.kind() == Scope.Kind.COMPONENT) {
                new Walk(plan, scope.name(), inventory, problems)
                        .check(steps, undone.get(scope.name()));
            }
        });
        return problems;
    }

    static void demand(Plan plan, Inventory inventory) {
        List<String> wrong = check(plan, inventory);
        if (!wrong.isEmpty()) {
            throw new IllegalStateException("a plan breaks its own rules: " + wrong);
        }
    }

    /// A step of a scope leads to the scope's last effect, directly or through one that does.
    private static void chained(List<Step> steps, List<String> problems) {
        Map<Integer, Integer> leadsTo = new HashMap<>();
        int last = 0;
        for (Step step : steps) {
            int reached = 0;
            for (int before : step.after()) {
                reached = Math.max(reached, leadsTo.getOrDefault(before, 0));
            }
            if (step.work() instanceof Work.Effect) {
                if (reached != last) {
                    problems.add(
                            "%d: does not wait for %d of its scope".formatted(step.number(), last));
                }
                last = step.number();
                reached = last;
            }
            leadsTo.put(step.number(), reached);
        }
    }

    /// One component's world while its steps are done and undone.
    private static final class Walk {
        private final Plan plan;
        private final String name;
        private final List<String> problems;
        private final State start;

        Walk(Plan plan, String name, Inventory inventory, List<String> problems) {
            this.plan = plan;
            this.name = name;
            this.problems = problems;
            var component = inventory.components().get(name);
            this.start = new State(Map.of(), null);
            if (component != null) {
                start.counts.putAll(component.running());
                start.ready.putAll(component.running());
                start.old.addAll(component.running().keySet());
                if (!component.history().isEmpty()) {
                    start.old.add(component.history().getFirst().deployment().revision().id());
                    List<Traffic> lines = component.history().getFirst().deployment().traffic();
                    start.traffic = lines.isEmpty() ? null : lines.getFirst();
                }
            }
        }

        void check(List<Step> steps, Work.@Nullable Settled undone) {
            var state = start.copy();
            var intended = new ArrayList<Step>();
            for (Step step : steps) {
                if (step.work() instanceof Work.Ready(var revision, int instances)) {
                    state.found(revision.id(), instances, step.number() + "", problems);
                }
                if (step.work() instanceof Work.Effect effect) {
                    intended.add(step);
                    back(intended, state.copy(), undone);
                    state.apply(effect, step.number() + "", problems);
                    back(intended, state.copy(), undone);
                }
            }
            Deployment goal = plan.desired().get(name);
            if (goal != null && !intended.isEmpty()) {
                int count = state.count(goal.revision().id());
                if (count != goal.instances()) {
                    problems.add(name + ": ends with " + count + " of " + goal.instances());
                }
                same("ends", state.traffic, goal.traffic());
            }
            if (state.shut) {
                problems.add(name + ": ends with its door shut");
            }
        }

        /// Undoes everything intended; on the way back the router itself waits until what it is to
        /// send to is ready, so that what exists may count as ready.
        private void back(List<Step> intended, State state, Work.@Nullable Settled undone) {
            String from = "back from " + intended.getLast().number();
            for (Step step : intended.reversed()) {
                if (step.undo() instanceof Undo.Apply(Work.Effect effect, var _)) {
                    state.ready.putAll(state.counts);
                    state.apply(effect, from + " at " + step.number(), problems);
                }
            }
            if (state.shut) {
                problems.add(from + ": " + name + " stays behind its door");
            }
            if (undone != null) {
                undone.instances()
                        .forEach((id, count) -> {
                            if (state.count(id) != count) {
                                problems.add(
                                        "%s: %d × %s, not %d"
                                                .formatted(from, state.count(id), id, count));
                            }
                        });
                same(from, state.traffic, undone.traffic());
            }
        }

        private void same(String when, @Nullable Traffic is, List<Traffic> wanted) {
            boolean nobody = is == null || is.shares().isEmpty();
            boolean nobodyWanted = wanted.isEmpty() || wanted.getFirst().shares().isEmpty();
            boolean equal =
                    nobody ? nobodyWanted : !wanted.isEmpty() && wanted.getFirst().equals(is);
            if (!equal) {
                problems.add(name + ": " + when + ": traffic " + is + ", not " + wanted);
            }
        }
    }

    /// What exists, what was found ready, who is sent to.
    private static final class State {
        private final Map<String, Integer> counts;
        private final Map<String, Integer> ready;
        private final Set<String> old = new HashSet<>();
        private @Nullable Traffic traffic;
        private boolean shut;

        State(Map<String, Integer> counts, @Nullable Traffic traffic) {
            this.counts = new HashMap<>(counts);
            this.ready = new HashMap<>(counts);
            this.traffic = traffic;
        }

        State copy() {
            var copy = new State(counts, traffic);
            copy.ready.clear();
            copy.ready.putAll(ready);
            copy.old.addAll(old);
            copy.shut = shut;
            return copy;
        }

        int count(String revision) {
            return counts.getOrDefault(revision, 0);
        }

        void found(String revision, int instances, String where, List<String> problems) {
            if (count(revision) < instances) {
                problems.add(where + ": waits for " + instances + " × " + revision);
            }
            ready.put(revision, instances);
        }

        void apply(Work.Effect effect, String where, List<String> problems) {
            switch (effect) {
                case Work.Scale(var revision, int instances) -> {
                    int before = count(revision.id());
                    if (instances < before && instances < sentTo(revision.id())) {
                        problems.add(where + ": stops " + revision.id() + " under its traffic");
                    }
                    counts.put(revision.id(), instances);
                    ready.computeIfPresent(revision.id(), (_, found) -> Math.min(found, instances));
                }
                case Work.Route(String _, Traffic to, var _) -> {
                    for (Traffic.Share share : to.shares()) {
                        if (share.weight() > 0
                                && ready.getOrDefault(share.revision(), 0) < share.instances()) {
                            problems.add(where + ": sends to " + share + " before it is ready");
                        }
                    }
                    traffic = to;
                }
                case Work.MigrateByCommand(var revision, var _, var _) ->
                        notBesides(revision.id(), where + ": migrates", problems);
                case Work.TakeBackByCommand(var revision, var _, var _) ->
                        notBesides(revision.id(), where + ": takes a schema back", problems);
                case Work.Shut _ -> shut = true;
                case Work.Open _ -> shut = false;
                case Work.Publish _, Work.RunJob _, Work.Migrate _, Work.TakeBack _ -> {}
            }
        }

        /// A schema changes while nothing of the revision runs, unless that is what ran before.
        private void notBesides(String revision, String where, List<String> problems) {
            if (count(revision) > 0 && !old.contains(revision)) {
                problems.add(where + " beside " + count(revision) + " × " + revision);
            }
        }

        private int sentTo(String revision) {
            Traffic now = traffic;
            return now == null
                    ? 0
                    : now.shares().stream()
                            .filter(share -> share.revision().equals(revision))
                            .filter(share -> share.weight() > 0)
                            .mapToInt(Traffic.Share::instances)
                            .sum();
        }
    }
}
