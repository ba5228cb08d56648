package dev.belay.plan;

import dev.belay.release.DeployCommands;
import dev.belay.release.OnUnknown;
import dev.belay.release.Scope;
import dev.belay.release.StepClass;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The steps of one release while it is being planned. A step is added after all that it waits on,
/// so that the order of adding is the numbering.
final class Drafts {
    private final List<Step> steps = new ArrayList<>();

    /// What a step is about, apart from its place in the order.
    record Draft(
            String title,
            Phase phase,
            Work work,
            Undo undo,
            Duration deadline,
            Duration expected,
            OnUnknown onUnknown) {
        Draft(String title, Phase phase, Work.Check check, Duration deadline, Duration expected) {
            this(
                    title,
                    phase,
                    check,
                    new Undo.Nothing("it changes nothing"),
                    deadline,
                    expected,
                    OnUnknown.HOLD);
        }

        Draft(
                String title,
                Phase phase,
                Work.Effect effect,
                Undo undo,
                Duration deadline,
                Duration expected) {
            this(title, phase, effect, undo, deadline, expected, OnUnknown.HOLD);
        }
    }

    /// Adds a step and returns its number.
    int add(Draft draft, Scope scope, Responsible responsible, Set<Integer> after) {
        int number = steps.size() + 1;
        steps.add(
                new Step(
                        number,
                        draft.title(),
                        draft.phase(),
                        scope,
                        classOf(draft.work()),
                        draft.work(),
                        draft.undo(),
                        after,
                        draft.deadline(),
                        draft.expected(),
                        draft.onUnknown(),
                        responsible));
        return number;
    }

    /// What each of so many followers waits on, when all of them wait on all of `ends`. Many before
    /// many meet in one empty step, so that a plan grows with its components and not with their
    /// square.
    Set<Integer> meet(String title, Set<Integer> ends, int followers, Scope scope) {
        if (ends.size() <= 1 || followers <= 1) {
            return ends;
        }
        var nothing = new Work.Preflight(Set.of(), java.util.Map.of(), Set.of(), Set.of());
        var draft = new Draft(title, Phase.VERIFY, nothing, Times.CHECK_LIMIT, Duration.ZERO);
        return Set.of(add(draft, scope, Responsible.NOBODY, ends));
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }

    static Set<Integer> union(Set<Integer> some, Set<Integer> more) {
        if (some.isEmpty()) {
            return more;
        }
        var all = new LinkedHashSet<>(some);
        all.addAll(more);
        return new TreeSet<>(all);
    }

    /// What a command deploys may stand there twice if that is tried twice; whether it stands there
    /// can be asked, or not.
    private static StepClass classOf(Work.Scale work) {
        DeployCommands commands = work.revision().launch().commands();
        if (commands == null || work.instances() == 0) {
            return StepClass.IDEMPOTENT;
        }
        return commands.tells() ? StepClass.VERIFIABLE : StepClass.ONCE_ONLY;
    }

    private static StepClass classOf(Work work) {
        return switch (work) {
            case Work.Preflight _, Work.Reachable _, Work.SmokePrivate _, Work.SmokePublic _ ->
                    StepClass.PURE;
            case Work.Ready _,
                    Work.Drained _,
                    Work.Soak _,
                    Work.Judged _,
                    Work.Settled _,
                    Work.LetIn _ ->
                    StepClass.WAIT;
            // What they make is for this purpose alone, and made anew where it was lost.
            case Work.Hosted _,
                    Work.BackedUp _,
                    Work.Rehearsed _,
                    Work.ReturnRehearsed _,
                    Work.Foreseen _,
                    Work.Evidenced _,
                    Work.Compatible _,
                    Work.Consented _,
                    Work.SecretsCurrent _,
                    Work.InWindow _,
                    Work.Policed _ ->
                    StepClass.PURE;
            case Work.Scale scale -> classOf(scale);
            case Work.Route _, Work.Publish _, Work.Shut _, Work.Open _ -> StepClass.IDEMPOTENT;
            // Asked by the ledger in the database itself, and resumed where they stopped.
            case Work.Migrate _, Work.TakeBack _ -> StepClass.VERIFIABLE;
            case Work.MigrateByCommand tool ->
                    tool.by().probe().isEmpty() ? StepClass.ONCE_ONLY : StepClass.VERIFIABLE;
            case Work.TakeBackByCommand _ -> StepClass.VERIFIABLE;
            case Work.RunJob job ->
                    job.probe().isEmpty() ? StepClass.ONCE_ONLY : StepClass.VERIFIABLE;
        };
    }
}
