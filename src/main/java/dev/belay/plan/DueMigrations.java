package dev.belay.plan;

import dev.belay.release.Migrations;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which of a set's migrations a release brings, and which wait for a later one.
///
/// A contract step takes away what the release before may still use (parallel change: expand,
/// migrate, contract). It waits until everything before it came with an earlier release that lived
/// through its soak, and somebody asks for it. Where no release ever brought anything, nothing
/// waits: nobody uses what it takes away.
///
/// @param to the set without what waits
/// @param fresh of it, what is new
/// @param waiting contract steps, in their order
/// @param refusal why they cannot be sorted so; absent when they can
public record DueMigrations(
        Migrations to,
        List<Migrations.One> fresh,
        List<Migrations.One> waiting,
        @Nullable Refusal refusal) {
    /// Why nothing can be planned.
    public record Refusal(String code, String what, String hint) {}

    public DueMigrations {
        fresh = List.copyOf(fresh);
        waiting = List.copyOf(waiting);
    }

    /// Sorts them by the rules of this class.
    ///
    /// @param past of the component or datastore whose set it is
    /// @param brought versions that are there, though no release brought any
    /// @param asked whether somebody asks for contract steps
    public static DueMigrations of(
            Migrations all,
            Inventory.@Nullable Component past,
            Set<String> brought,
            boolean asked) {
        Inventory.Past latest =
                past == null || past.history().isEmpty() ? null : past.history().getFirst();
        Migrations before = latest == null ? null : latest.deployment().migrations();
        List<Migrations.One> fresh = fresh(all, before, brought);
        int first = 0;
        while (first < fresh.size() && !fresh.get(first).contract()) {
            first++;
        }
        if (first == fresh.size() || latest == null || before == null) {
            return new DueMigrations(all, fresh, List.of(), null);
        }
        if (!asked) {
            return cut(all, fresh, first);
        }
        Migrations.One step = fresh.get(first);
        if (first > 0) {
            return refused(
                    all,
                    fresh,
                    "plan/contract-too-early",
                    "`%s` takes away what the release before may use, and `%s`, which comes before it,"
                                    .formatted(step, fresh.getFirst())
                            + " is new, too",
                    "release without `--contract` first, and this once that has lived through its"
                            + " soak");
        }
        if (!latest.soaked()) {
            return refused(
                    all,
                    fresh,
                    "plan/contract-too-early",
                    "`%s` takes away what the release before may use, and `%s` has not lived through"
                                    .formatted(step, latest.release())
                            + " its soak",
                    "wait until it has: `belay status`");
        }
        int next = first;
        while (next < fresh.size() && fresh.get(next).contract()) {
            next++;
        }
        // Behind those that come now there may be what has to be there before another goes.
        int later = next;
        while (later < fresh.size() && !fresh.get(later).contract()) {
            later++;
        }
        return cut(all, fresh, later);
    }

    /// What a set has beyond what was there.
    static List<Migrations.One> fresh(
            Migrations to, @Nullable Migrations before, Set<String> brought) {
        return before != null
                ? to.beyond(before)
                : to.all().stream().filter(one -> !brought.contains(one.version())).toList();
    }

    /// The contract step that took away what something may use which ran on an earlier schema; null
    /// when there is none. What came with all that a step builds on ran while it was applied, and
    /// uses nothing of it.
    ///
    /// @param then the schema that it came with; null when it came with none
    static Migrations.@Nullable One between(Migrations now, @Nullable Migrations then) {
        List<Migrations.One> beyond = now.beyond(then);
        boolean expanded = false;
        for (Migrations.One one : beyond) {
            if (one.contract() && (expanded || then == null)) {
                return one;
            }
            expanded |= !one.contract();
        }
        return null;
    }

    /// @param from the index of the first that waits
    private static DueMigrations cut(Migrations all, List<Migrations.One> fresh, int from) {
        List<Migrations.One> waiting = fresh.subList(from, fresh.size());
        for (Migrations.One one : waiting) {
            if (!one.contract()) {
                Migrations.One step = waiting.getFirst();
                return refused(
                        all,
                        fresh,
                        "plan/behind-contract",
                        "`%s` comes after `%s`, which takes away what the release before may use, and"
                                        .formatted(one, step)
                                + " waits",
                        "give `%s` a higher number than `%s`, or release what came with it first"
                                .formatted(step, one));
            }
        }
        var to = new ArrayList<>(all.all());
        to.removeAll(waiting);
        return new DueMigrations(
                new Migrations(all.set(), all.datastore(), all.files(), to),
                fresh.subList(0, from),
                waiting,
                null);
    }

    private static DueMigrations refused(
            Migrations all, List<Migrations.One> fresh, String code, String what, String hint) {
        return new DueMigrations(all, fresh, List.of(), new Refusal(code, what, hint));
    }

    /// What a reader of the plan should know; empty when nothing waits.
    String remark(String who, String environment) {
        return waiting.isEmpty()
                ? ""
                : ("`%s`: %s %s for a later release, as what runs may use what goes; `belay deploy %s"
                                + " --contract --reason …` brings %s once this release has soaked")
                        .formatted(
                                who,
                                Course.words(waiting),
                                waiting.size() == 1 ? "waits" : "wait",
                                environment,
                                waiting.size() == 1 ? "it" : "them");
    }
}
