package dev.belay.execution;

import dev.belay.execution.StepProgress.Status;
import dev.belay.journal.Fact;
import dev.belay.journal.Fact.Result;
import dev.belay.plan.Plan;
import dev.belay.plan.Step;
import dev.belay.plan.Undo;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import dev.belay.release.StepClass;
import dev.belay.release.Work;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Decides what comes next for one release: a pure function of its plan, its journal's fold, what
/// is under way, and the time.
///
/// ```
/// RUNNING       resolve open intents → a step failed or cancelled? turn back → start what may start
/// PAUSED        resolve open intents → cancelled? turn back → keep looking at what waits
/// ROLLING_BACK  resolve open intents → undo in reverse what was intended → look → ROLLED_BACK
/// HELD          only write down answers that still arrive, and look if a person wants to adopt
/// ```
///
/// It never starts anything while the journal does not yet know an answer that is already here.
/// What follows from that answer is written along with it, as one append: each append is a sync of
/// the disk, and users wait for it.
final class Course {
    private final Plan plan;
    private final UndoOrder order;
    private final Map<StepKey, Activity> activities;
    private final long now;

    /// As the journal has it, and soon with the facts that [#foresee] took in.
    private Progress progress;

    private final List<Fact> facts = new ArrayList<>();
    private int foreseen;
    private final List<Move> moves = new ArrayList<>();
    private long wake = Long.MAX_VALUE;

    private Course(
            UndoOrder order, Progress progress, Map<StepKey, Activity> activities, long now) {
        this.plan = order.plan();
        this.order = order;
        this.progress = progress;
        this.activities = activities;
        this.now = now;
    }

    /// What to do next. Facts come alone: whatever else there is waits until they are written.
    static List<Move> next(
            UndoOrder order, Progress progress, Map<StepKey, Activity> activities, long now) {
        var course = new Course(order, progress, activities, now);
        course.decide();
        if (!course.facts.isEmpty()) {
            return List.of(new Move.Write(course.facts));
        }
        if (course.wake < Long.MAX_VALUE) {
            course.moves.add(new Move.Wake(course.wake));
        }
        return course.moves;
    }

    private void decide() {
        if (!progress.state().active()) {
            return;
        }
        writeAnswers();
        foresee();
        switch (progress.state()) {
            case RUNNING -> forward();
            case PAUSED -> paused();
            case ROLLING_BACK -> back();
            case HELD -> adopt();
            case QUEUED, COMPLETED, ROLLED_BACK, WRITTEN_OFF, REJECTED, SUPERSEDED -> {}
        }
    }

    /// Goes on as if the facts were written, which they will be before anything is done.
    private void foresee() {
        progress = progress.with(facts.subList(foreseen, facts.size()), "", now);
        foreseen = facts.size();
    }

    // --- answers ----------------------------------------------------------------------------

    private void writeAnswers() {
        Fact.Held held = null;
        for (Map.Entry<StepKey, Activity> entry : activities.entrySet()) {
            StepKey key = entry.getKey();
            switch (entry.getValue()) {
                case Activity.Answered(Result result) when wanted(key, result) ->
                        facts.add(new Fact.Outcome(key.step(), key.direction(), result));
                case Activity.Stuck(String code, String why)
                        when progress.state() != ReleaseState.HELD && !key.equals(StepKey.WHOLE) ->
                        held = new Fact.Held(code, key.step(), why);
                default -> {}
            }
        }
        if (held != null) {
            facts.add(held);
        }
    }

    /// An effect's answer is always worth writing; a look's only while the release goes forward,
    /// and while it is paused only when it is bad.
    private boolean wanted(StepKey key, Result result) {
        if (key.equals(StepKey.WHOLE)) {
            return false;
        }
        if (progress.step(key.step(), key.direction()).is(Status.OPEN)) {
            return true;
        }
        return switch (progress.state()) {
            case RUNNING -> true;
            case PAUSED -> result instanceof Result.Failed;
            default -> false;
        };
    }

    // --- forward ----------------------------------------------------------------------------

    private void forward() {
        if (resolveOpen(Direction.DO)) {
            return;
        }
        if (progress.cancelled() || progress.any(Status.FAILED, Direction.DO)) {
            turnBack();
            return;
        }
        Set<Scope> busy = busyScopes();
        boolean allDone = true;
        for (Step step : plan.steps()) {
            StepProgress at = progress.step(step.number(), Direction.DO);
            allDone &= at.is(Status.DONE);
            if (at.is(Status.DONE) || at.is(Status.OPEN) || !ready(step)) {
                continue;
            }
            switch (step.work()) {
                case Work.Check check -> look(step, check, at);
                case Work.Effect _ -> intend(step, Direction.DO, busy);
            }
        }
        if (allDone) {
            facts.add(new Fact.Ended(ReleaseState.COMPLETED, ""));
        }
    }

    private boolean ready(Step step) {
        for (int before : step.after()) {
            if (!progress.step(before, Direction.DO).is(Status.DONE)) {
                return false;
            }
        }
        return true;
    }

    private Set<Scope> busyScopes() {
        var busy = new HashSet<Scope>();
        for (Step step : plan.steps()) {
            if (progress.step(step.number(), Direction.DO).is(Status.OPEN)
                    || progress.step(step.number(), Direction.UNDO).is(Status.OPEN)) {
                busy.add(step.scope());
            }
        }
        return busy;
    }

    /// At most one open intent per scope.
    private void intend(Step step, Direction way, Set<Scope> busy) {
        if (busy.add(step.scope())) {
            facts.add(new Fact.Intent(step.number(), way, step.scope(), 0));
        }
    }

    private void look(Step step, Work.Check check, StepProgress at) {
        Activity activity = activities.get(new StepKey(step.number(), Direction.DO));
        boolean waits = step.stepClass() == StepClass.WAIT;
        if (at.is(Status.UNTOUCHED) && (waits || activity instanceof Activity.Resting)) {
            facts.add(
                    check instanceof Work.Soak
                            ? new Fact.Soaking(step.number())
                            : new Fact.Waiting(step.number(), because(activity)));
        } else if (due(activity)) {
            moves.add(new Move.Look(step.number(), check));
        }
    }

    private static String because(@Nullable Activity activity) {
        return activity instanceof Activity.Resting resting ? resting.because() : "";
    }

    /// Whether a look can be taken: none is under way, and none rests.
    private boolean due(@Nullable Activity activity) {
        return switch (activity) {
            case null -> true;
            case Activity.Resting resting -> rested(resting);
            default -> false;
        };
    }

    private boolean rested(Activity.Resting resting) {
        if (resting.until() <= now) {
            return true;
        }
        wake = Math.min(wake, resting.until());
        return false;
    }

    // --- open intents -----------------------------------------------------------------------

    /// @return whether that gave something to write
    private boolean resolveOpen(Direction way) {
        for (Step step : plan.steps()) {
            if (progress.step(step.number(), way).is(Status.OPEN)) {
                resolve(step, way);
            }
        }
        return facts.size() > foreseen;
    }

    private void resolve(Step step, Direction way) {
        Activity activity = activities.get(new StepKey(step.number(), way));
        switch (activity) {
            case null -> recover(step, way, "nobody is at it");
            case Activity.Granted(long token, boolean probe) ->
                    moves.add(
                            probe
                                    ? new Move.Probe(step.number(), way, token)
                                    : new Move.Apply(step.number(), way, token));
            case Activity.Resting resting when rested(resting) -> goOn(step, way, resting);
            case Activity.Resting _, Activity.Busy _, Activity.Answered _, Activity.Stuck _ -> {}
        }
    }

    private void goOn(Step step, Direction way, Activity.Resting resting) {
        switch (resting.again()) {
            case PROBE -> moves.add(new Move.Probe(step.number(), way, resting.token()));
            case APPLY -> {
                if (leaving(way)) {
                    facts.add(gaveUp(step, way));
                } else {
                    facts.add(reattempt(step, way, resting.because()));
                }
            }
            case RESOLVE -> recover(step, way, resting.because());
            case LOOK -> throw new IllegalStateException("an effect does not rest to look");
        }
    }

    /// The one path after every crash, takeover and lost answer.
    private void recover(Step step, Direction way, String because) {
        StepClass promise = way == Direction.UNDO ? StepClass.IDEMPOTENT : step.stepClass();
        switch (promise) {
            case IDEMPOTENT -> {
                // Applying it once more only to undo it would be absurd: its undo fences it off.
                boolean fenced = leaving(way) && step.undo() instanceof Undo.Apply;
                facts.add(fenced ? gaveUp(step, way) : reattempt(step, way, because));
            }
            case VERIFIABLE, ONCE_ONLY -> facts.add(reattempt(step, way, because));
            case PURE, WAIT -> throw new IllegalStateException("an intent of a check: " + step);
        }
    }

    private boolean leaving(Direction way) {
        return way == Direction.DO
                && (progress.cancelled() || progress.any(Status.FAILED, Direction.DO));
    }

    private static Fact reattempt(Step step, Direction way, String because) {
        return new Fact.Reattempt(step.number(), way, step.scope(), 0, because);
    }

    private static Fact gaveUp(Step step, Direction way) {
        return new Fact.Outcome(
                step.number(),
                way,
                new Result.Failed("given up because the release goes back", "", ""));
    }

    // --- back -------------------------------------------------------------------------------

    private void paused() {
        if (resolveOpen(Direction.DO)) {
            return;
        }
        if (progress.cancelled() || progress.any(Status.FAILED, Direction.DO)) {
            turnBack();
            return;
        }
        for (Step step : plan.steps()) {
            StepProgress at = progress.step(step.number(), Direction.DO);
            if (at.is(Status.WAITING) && step.work() instanceof Work.Check check) {
                look(step, check, at);
            }
        }
    }

    private void turnBack() {
        if (progress.any(Status.OPEN, Direction.DO)) {
            return;
        }
        for (Step step : plan.steps()) {
            if (progress.touched(step.number()) && step.undo() instanceof Undo.Impossible no) {
                facts.add(
                        new Fact.Held(
                                "held/no-way-back", step.number(), step.title() + ": " + no.why()));
                return;
            }
        }
        facts.add(new Fact.TurnedBack(reasonToTurn()));
        foresee();
        back();
    }

    private String reasonToTurn() {
        for (Step step : plan.steps()) {
            StepProgress at = progress.step(step.number(), Direction.DO);
            if (at.is(Status.FAILED) && at.result() instanceof Result.Failed failed) {
                return step.title() + ": " + failed.reason();
            }
        }
        return progress.reason();
    }

    private void back() {
        if (resolveOpen(Direction.UNDO)) {
            return;
        }
        Set<Scope> busy = busyScopes();
        do {
            foresee();
            undoWhatMay(busy);
        } while (undoneAtOnce());
        boolean allUndone =
                plan.steps().stream()
                        .map(Step::number)
                        .filter(progress::intended)
                        .allMatch(step -> progress.step(step, Direction.UNDO).is(Status.DONE));
        if (allUndone) {
            lookAtTheWhole(before(), ReleaseState.ROLLED_BACK);
        }
    }

    private void undoWhatMay(Set<Scope> busy) {
        for (int number = plan.steps().size(); number >= 1; number--) {
            if (progress.intended(number)
                    && progress.step(number, Direction.UNDO).is(Status.UNTOUCHED)
                    && order.mayUndo(number, progress)) {
                undo(plan.step(number), busy);
            }
        }
    }

    /// Whether there was something that needs no undoing: then what comes before it may follow.
    private boolean undoneAtOnce() {
        List<Fact> fresh = facts.subList(foreseen, facts.size());
        return fresh.stream().anyMatch(Fact.Outcome.class::isInstance)
                && fresh.stream().noneMatch(Fact.Held.class::isInstance);
    }

    private void undo(Step step, Set<Scope> busy) {
        switch (step.undo()) {
            case Undo.Nothing(String why) ->
                    facts.add(
                            new Fact.Outcome(step.number(), Direction.UNDO, new Result.Done(why)));
            case Undo.Apply _ -> intend(step, Direction.UNDO, busy);
            case Undo.Impossible(String why) -> {
                int number = step.number();
                facts.add(
                        progress.touched(number)
                                ? new Fact.Held("held/no-way-back", number, why)
                                : new Fact.Outcome(
                                        number,
                                        Direction.UNDO,
                                        new Result.Done("nothing of it is left")));
            }
        }
    }

    // --- the end ----------------------------------------------------------------------------

    private void adopt() {
        if (!progress.adopting() || progress.hasOpenIntent()) {
            return;
        }
        if (progress.direction() == Direction.DO) {
            lookAtTheWhole(wanted(), ReleaseState.COMPLETED);
        } else {
            lookAtTheWhole(before(), ReleaseState.ROLLED_BACK);
        }
    }

    /// What the plan itself looks at before it is done.
    private List<Work.Check> wanted() {
        var checks = new ArrayList<Work.Check>();
        plan.steps().stream()
                .map(Step::work)
                .filter(Work.Settled.class::isInstance)
                .map(Work.Check.class::cast)
                .forEach(checks::add);
        checks.addAll(letIn());
        return checks;
    }

    /// Whoever closes a release by hand lets users in by hand, too, or they stay out for ever.
    private List<Work.LetIn> letIn() {
        return plan.steps().stream()
                .filter(step -> progress.intended(step.number()))
                .map(Step::work)
                .filter(Work.Shut.class::isInstance)
                .map(work -> new Work.LetIn(((Work.Shut) work).component()))
                .toList();
    }

    /// What a rollback must be seen to have restored. Where traffic was never moved it may be with
    /// another revision than the fallback, an unsoaked one that this release took over from: then
    /// it stands as it stood, and is not judged.
    private List<Work.Check> before() {
        var touched = new HashSet<String>();
        var moved = new HashSet<String>();
        var ports = new HashSet<Integer>();
        for (Step step : plan.steps()) {
            if (progress.intended(step.number())) {
                touched.add(step.scope().name());
            }
        }
        for (Work.Route route : progress.routes(plan)) {
            moved.add(route.component());
            ports.add(route.traffic().port());
        }
        var checks = new ArrayList<Work.Check>();
        for (Work.Check check : plan.before()) {
            switch (check) {
                case Work.Settled(String component, var _, var _)
                        when !touched.contains(component) -> {}
                case Work.Settled(String component, var instances, var _)
                        when !moved.contains(component) ->
                        checks.add(new Work.Settled(component, instances, List.of()));
                case Work.SmokePublic(int port, var _, var _) when !ports.contains(port) -> {}
                default -> checks.add(check);
            }
        }
        checks.addAll(letIn());
        return checks;
    }

    /// A release closes only when what it promises is seen to be so.
    private void lookAtTheWhole(List<Work.Check> whole, ReleaseState end) {
        Activity activity = activities.get(StepKey.WHOLE);
        if (whole.isEmpty()) {
            facts.add(new Fact.Ended(end, ""));
        } else if (!facts.isEmpty()) {
            return;
        } else if (activity instanceof Activity.Answered) {
            facts.add(new Fact.Ended(end, ""));
        } else if (activity instanceof Activity.Stuck(String code, String why)) {
            facts.add(new Fact.Held(code, 0, why));
        } else if (due(activity)) {
            moves.add(new Move.LookAtTheWhole(whole));
        }
    }
}
