package dev.belay.execution;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.execution.Activity.Again;
import dev.belay.execution.StepProgress.Status;
import dev.belay.journal.Append;
import dev.belay.journal.Entry;
import dev.belay.journal.Fact;
import dev.belay.journal.Fact.Result;
import dev.belay.journal.ReleaseRow;
import dev.belay.plan.Plan;
import dev.belay.plan.Step;
import dev.belay.plan.Undo;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import dev.belay.release.StepClass;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/// One release while this engine holds its lease: carries out what [Course] decides and turns every
/// answer into an [Activity] for the next decision. Runs on the engine's one thread.
///
/// ```
///          ┌────────────── Course.next ◄──────────────┐
///          ▼                                          │
///   Write → journal ──(entries)──► Progress ──────────┤
///   Apply, Probe, Look → world ──(answer)──► Activity ┘
/// ```
final class ReleaseRun {
    /// How long the whole may take to look as promised before a person is asked.
    static final Duration WHOLE_WITHIN = Duration.ofSeconds(60);

    /// How long the world is asked what became of a step beyond the time that the step had.
    private static final Duration ASKED_FOR = Duration.ofSeconds(30);

    private static final Duration LOOK_MAX = Duration.ofMinutes(2);
    private static final Duration CALL_MIN = Duration.ofSeconds(1);
    private static final Duration BEGIN_MIN = Duration.ofSeconds(5);

    /// A question may be a command of the user's, and takes the time that it takes.
    private static final Duration PROBE_MIN = Duration.ofSeconds(15);

    private final World world;
    private final ReleaseRow row;
    private final UndoOrder order;
    private final PlanCodec codec;
    private final Consumer<ReleaseRun> onEnd;
    private final Map<StepKey, Activity> activities = new HashMap<>();
    private final Map<StepKey, Long> calls = new HashMap<>();

    /// Since when, and how often, the world was asked what became of a step.
    private final Map<StepKey, Asked> asked = new HashMap<>();

    private Progress progress;
    private boolean journalBusy;
    private boolean over;
    private long nextCall;
    private long nextWake = Long.MAX_VALUE;
    private long wholeSince = Long.MAX_VALUE;
    private int silences;

    private record Asked(long since, int times) {}

    ReleaseRun(
            World world, ReleaseRow row, Plan plan, PlanCodec codec, Consumer<ReleaseRun> onEnd) {
        this.codec = codec;
        this.world = world;
        this.row = row;
        this.order = new UndoOrder(plan);
        this.onEnd = onEnd;
        this.progress = Progress.blank(plan.steps().size());
    }

    String release() {
        return row.id();
    }

    long fence() {
        return row.fence();
    }

    /// Reads what happened before this engine came, then goes on from there.
    void start() {
        reload();
    }

    /// Somebody may have written; look.
    void nudge() {
        if (!journalBusy && !over) {
            reload();
        }
    }

    /// Lets go at once, as a crash would; whoever claims next recovers.
    void drop() {
        over = true;
    }

    /// Why each unfinished step is not done yet, for people.
    Map<Integer, String> because() {
        var reasons = new TreeMap<Integer, String>();
        activities.forEach((key, activity) -> {
            if (activity instanceof Activity.Resting resting && key.step() > 0) {
                reasons.put(key.step(), resting.because());
            }
        });
        return reasons;
    }

    // --- deciding ---------------------------------------------------------------------------

    private void advance() {
        if (over || journalBusy) {
            return;
        }
        if (progress.state().ended()) {
            end();
            return;
        }
        for (Move move : Course.next(order, progress, activities, world.now())) {
            switch (move) {
                case Move.Write(List<Fact> facts) -> write(facts);
                case Move.Apply(int step, Direction way, long token) -> apply(step, way, token);
                case Move.Probe(int step, Direction way, long token) -> probe(step, way, token);
                case Move.Look(int step, Work.Check check) -> look(step, check);
                case Move.LookAtTheWhole(List<Work.Check> whole) -> lookAtTheWhole(whole);
                case Move.Wake(long at) -> wake(at);
            }
        }
    }

    private void wake(long at) {
        if (at < nextWake) {
            nextWake = at;
            world.at(
                    at,
                    () -> {
                        nextWake = Long.MAX_VALUE;
                        advance();
                    });
        }
    }

    private void end() {
        over = true;
        world.mark(progress.state() == ReleaseState.COMPLETED ? Mark.COMPLETED : Mark.ROLLED_BACK);
        onEnd.accept(this);
    }

    // --- journal ----------------------------------------------------------------------------

    private void write(List<Fact> facts) {
        ReleaseState state = progress.stateAfter(facts, "", world.now());
        var append =
                new Append(
                        row.id(),
                        new Append.Writer.Holder(row.fence()),
                        progress.version(),
                        "belay",
                        facts,
                        state,
                        Consequences.soaks(order.plan(), progress, facts, state),
                        Consequences.deployed(order.plan(), progress, facts, codec));
        journalBusy = true;
        world.journal(journal -> journal.append(append), this::written, this::reloadLater);
    }

    private void written(Append.Reply reply) {
        journalBusy = false;
        if (over) {
            return;
        }
        switch (reply) {
            case Append.Reply.Appended(List<Entry> entries) -> {
                silences = 0;
                take(entries, true);
                advance();
            }
            case Append.Reply.Moved _ -> {
                world.mark(Mark.MOVED_UNDERNEATH);
                reload();
            }
            case Append.Reply.LostLease _ -> lose();
        }
    }

    private void lose() {
        world.mark(Mark.LEASE_LOST);
        over = true;
        onEnd.accept(this);
    }

    private void reload() {
        journalBusy = true;
        long known = progress.version();
        world.journal(
                journal -> journal.entries(row.id(), known),
                entries -> {
                    journalBusy = false;
                    if (!over) {
                        silences = 0;
                        take(entries, false);
                        advance();
                    }
                },
                this::reloadLater);
    }

    private void reloadLater() {
        journalBusy = false;
        silences++;
        if (!over) {
            world.at(world.now() + Patience.SILENCE.rest(silences, world), this::nudge);
        }
    }

    private void take(List<Entry> entries, boolean mine) {
        progress = progress.after(entries);
        for (Entry entry : entries) {
            switch (entry.fact()) {
                case Fact.Intent(int step, Direction way, var _, long token) -> {
                    if (mine) {
                        activities.put(new StepKey(step, way), new Activity.Granted(token, false));
                    }
                }
                case Fact.Reattempt(int step, Direction way, var _, long token, String _) -> {
                    if (mine) {
                        StepKey key = new StepKey(step, way);
                        activities.put(key, new Activity.Granted(token, asksFirst(key)));
                    }
                }
                case Fact.Outcome(int step, Direction way, Result result) -> {
                    forget(new StepKey(step, way));
                    if (result instanceof Result.Failed) {
                        world.mark(Mark.STEP_FAILED);
                    }
                }
                case Fact.Held _ -> world.mark(Mark.HELD);
                case Fact.TurnedBack _ -> {
                    world.mark(Mark.TURNED_BACK);
                    activities.keySet().removeIf(key -> key.direction() == Direction.DO);
                }
                case Fact.Decided _, Fact.Resumed _ -> freshEyes();
                case Fact.CancelRequested _ -> {
                    if (progress.hasOpenIntent()) {
                        world.mark(Mark.CANCELLED_WITH_OPEN_INTENT);
                    }
                }
                case Fact.Paused _ -> {
                    if (progress.hasOpenIntent()) {
                        world.mark(Mark.PAUSED_WITH_OPEN_INTENT);
                    }
                }
                case Fact.Submitted _,
                        Fact.Scheduled _,
                        Fact.Started _,
                        Fact.Waiting _,
                        Fact.Soaking _,
                        // The step that waits for them looks every second.
                        Fact.Approved _,
                        Fact.Objected _,
                        Fact.CheckedOff _,
                        Fact.Ended _ -> {}
            }
        }
        if (mine
                && activities.values().stream().filter(a -> a instanceof Activity.Granted).count()
                        > 1) {
            world.mark(Mark.PARALLEL_INTENTS);
        }
        if (!mine && progress.hasOpenIntent() && activities.isEmpty()) {
            world.mark(Mark.INTENT_FOUND_ON_TAKEOVER);
        }
    }

    /// Whether the world is asked before it is told again. A once-only step whose answer did come,
    /// "not yet", was refused before it began: there is nothing to ask about.
    private boolean asksFirst(StepKey key) {
        boolean refused =
                activities.get(key) instanceof Activity.Resting resting
                        && resting.again() == Again.APPLY;
        return key.direction() == Direction.DO
                && switch (promise(key)) {
                    case VERIFIABLE -> true;
                    case ONCE_ONLY -> !refused;
                    case PURE, WAIT, IDEMPOTENT -> false;
                };
    }

    private void forget(StepKey key) {
        activities.remove(key);
        calls.remove(key);
        asked.remove(key);
    }

    /// A person decided: what was stuck or resting is looked at anew.
    private void freshEyes() {
        wholeSince = Long.MAX_VALUE;
        asked.clear();
        activities
                .values()
                .removeIf(a -> a instanceof Activity.Stuck || a instanceof Activity.Resting);
        if (activities.get(StepKey.WHOLE) instanceof Activity.Answered) {
            activities.remove(StepKey.WHOLE);
        }
    }

    // --- effects ----------------------------------------------------------------------------

    private void apply(int number, Direction way, long token) {
        StepKey key = new StepKey(number, way);
        long call = begin(key, token);
        world.apply(
                effect(number, way),
                orderFor(number, way, token, CALL_MIN),
                answer -> ifCurrent(key, call, () -> answered(key, token, answer)),
                () -> ifCurrent(key, call, () -> silent(key)));
    }

    private void probe(int number, Direction way, long token) {
        StepKey key = new StepKey(number, way);
        long call = begin(key, token);
        Asked before = asked.getOrDefault(key, new Asked(world.now(), 0));
        asked.put(key, new Asked(before.since(), before.times() + 1));
        world.probe(
                effect(number, way),
                orderFor(number, way, token, mustBeAsked(key) ? PROBE_MIN : CALL_MIN),
                finding -> ifCurrent(key, call, () -> found(key, token, finding)),
                () -> ifCurrent(key, call, () -> silent(key)));
    }

    private long begin(StepKey key, long token) {
        long call = ++nextCall;
        calls.put(key, call);
        activities.put(key, new Activity.Busy(token));
        return call;
    }

    /// Answers of calls that were overtaken by a newer one say nothing any more.
    private void ifCurrent(StepKey key, long call, Runnable action) {
        if (!over && Long.valueOf(call).equals(calls.get(key))) {
            action.run();
            advance();
        }
    }

    private Work.Effect effect(int number, Direction way) {
        Step step = order.plan().step(number);
        if (way == Direction.UNDO && step.undo() instanceof Undo.Apply undo) {
            return undo.effect();
        }
        if (step.work() instanceof Work.Effect effect) {
            return effect;
        }
        throw new IllegalStateException("no effect to apply: " + step.title() + " " + way);
    }

    private Order orderFor(int number, Direction way, long token, Duration least) {
        Step step = order.plan().step(number);
        Duration left = left(number, way);
        return new Order(
                step.scope(), token, row.id(), number, left.compareTo(least) < 0 ? least : left);
    }

    private Duration deadline(int number, Direction way) {
        Step step = order.plan().step(number);
        return way == Direction.UNDO && step.undo() instanceof Undo.Apply undo
                ? undo.deadline()
                : step.deadline();
    }

    /// What is begun with next to no time left would be killed in the middle.
    private boolean isWorthBeginning(StepKey key) {
        Duration quarter = deadline(key.step(), key.direction()).dividedBy(4);
        Duration least = quarter.compareTo(BEGIN_MIN) < 0 ? quarter : BEGIN_MIN;
        return left(key.step(), key.direction()).compareTo(least) >= 0;
    }

    private Duration left(int number, Direction way) {
        StepProgress at = progress.step(number, way);
        return deadline(number, way).minusMillis(world.now() - at.since());
    }

    private void answered(StepKey key, long token, Answer answer) {
        switch (answer) {
            case Answer.Done(String detail) -> settle(key, new Result.Done(detail));
            case Answer.NotYet(String because) ->
                    again(key, Patience.CONDITION, because, "", Again.APPLY);
            case Answer.Failed(String reason, String hint, boolean retryable) -> {
                if (key.direction() == Direction.DO && !retryable) {
                    settle(key, new Result.Failed(reason, hint, ""));
                } else if (mustBeAsked(key)) {
                    again(key, Patience.FAILURE, reason, hint, Again.RESOLVE);
                } else {
                    again(key, Patience.FAILURE, reason, hint, Again.APPLY);
                }
            }
            case Answer.Refused(String reason, String hint, boolean nothingLeft) -> {
                if (key.direction() == Direction.DO) {
                    settle(key, new Result.Failed(reason, hint, "", nothingLeft));
                } else {
                    undoFailed(key, hint.isEmpty() ? reason : reason + "; " + hint);
                }
            }
            case Answer.InDoubt(String because) ->
                    again(key, Patience.SILENCE, because, "", Again.RESOLVE);
            case Answer.Stale(long last) -> stale(key, token, last);
        }
    }

    private StepClass promise(StepKey key) {
        return order.plan().step(key.step()).stepClass();
    }

    private void settle(StepKey key, Result result) {
        activities.put(key, new Activity.Answered(result));
    }

    /// A token that was refused because it arrived before is an answer that was lost. One that is
    /// refused because the world saw a greater one than this journal ever gave is a journal that
    /// went back in time.
    private void stale(StepKey key, long token, long last) {
        world.mark(Mark.STALE_ANSWER);
        if (last > token) {
            String why =
                    "the world has seen token "
                            + last
                            + " of this scope, the journal only gave out "
                            + token
                            + ": was the journal restored from a backup?";
            activities.put(key, new Activity.Stuck("held/world-ahead", why));
        } else {
            silent(key);
        }
    }

    private void silent(StepKey key) {
        world.mark(Mark.ANSWER_LOST);
        again(key, Patience.SILENCE, "no answer came", "", Again.RESOLVE);
    }

    /// Rests and tries again, unless the deadline would pass: then it has failed; and where failing
    /// is not possible, because it is an undo or because nobody knows what happened, a person is
    /// asked.
    private void again(StepKey key, Patience patience, String because, String hint, Again how) {
        StepProgress at = progress.step(key.step(), key.direction());
        int tries = how == Again.PROBE ? timesAsked(key) : at.attempts();
        long until = world.now() + patience.rest(tries, world);
        long last = lastMoment(key, at, how);
        if (how != Again.APPLY && mustBeAsked(key) && world.now() < last) {
            // However long it rested: it is asked once more before anybody decides.
            until = Math.min(until, last);
        }
        if (until <= last) {
            if (key.direction() == Direction.UNDO) {
                world.mark(Mark.UNDO_RETRIED);
            }
            activities.put(key, new Activity.Resting(until, how, at.token(), because));
            return;
        }
        world.mark(Mark.DEADLINE_PASSED);
        if (key.direction() == Direction.UNDO) {
            undoFailed(key, because);
        } else if (how != Again.APPLY && mustBeAsked(key)) {
            inDoubt(key, because);
        } else {
            settle(key, new Result.Failed(because, hint, ""));
        }
    }

    private boolean mustBeAsked(StepKey key) {
        return key.direction() == Direction.DO
                && (promise(key) == StepClass.VERIFIABLE || promise(key) == StepClass.ONCE_ONLY);
    }

    private int timesAsked(StepKey key) {
        Asked before = asked.get(key);
        return before == null ? 0 : before.times();
    }

    /// Until when it is tried. What must not happen twice is not given up, however late it is,
    /// before the world was asked about it for a while: the record may tell.
    private long lastMoment(StepKey key, StepProgress at, Again how) {
        long deadline = at.since() + deadline(key.step(), key.direction()).toMillis();
        if (how == Again.APPLY || !mustBeAsked(key)) {
            return deadline;
        }
        Asked before = asked.get(key);
        return before == null
                ? Long.MAX_VALUE
                : Math.max(deadline, before.since()) + ASKED_FOR.toMillis();
    }

    /// Nobody can say whether it happened, and it must not happen twice.
    private void inDoubt(StepKey key, String because) {
        world.mark(Mark.IN_DOUBT);
        Step step = order.plan().step(key.step());
        String why = "`" + step.title() + "`: " + because;
        switch (step.onUnknown()) {
            case HOLD ->
                    stuck(
                            key,
                            promise(key) == StepClass.ONCE_ONLY
                                    ? "held/once-only"
                                    : "held/in-doubt",
                            why);
            case ASSUME_DONE -> settle(key, new Result.AssumedDone(because));
            case UNDO -> settle(key, new Result.Failed(because, "", ""));
        }
    }

    private void undoFailed(StepKey key, String because) {
        String title = order.plan().step(key.step()).title();
        stuck(key, "held/undo-failed", "undoing `" + title + "`: " + because);
    }

    private void stuck(StepKey key, String code, String explanation) {
        activities.put(key, new Activity.Stuck(code, explanation));
    }

    private void found(StepKey key, long token, Finding finding) {
        switch (finding) {
            case Finding.Done(String detail) -> {
                world.mark(Mark.PROBED_DONE);
                settle(key, new Result.Done(detail));
            }
            case Finding.NotDone _ -> {
                world.mark(Mark.PROBED_NOT_DONE);
                if (progress.cancelled() || progress.any(Status.FAILED, Direction.DO)) {
                    settle(
                            key,
                            new Result.Failed("it had not happened when it was given up", "", ""));
                } else if (!isWorthBeginning(key)) {
                    settle(
                            key,
                            new Result.Failed("it had not begun when its time was over", "", ""));
                } else {
                    activities.put(key, new Activity.Granted(token, false));
                }
            }
            case Finding.InProgress(String because) -> {
                world.mark(Mark.PROBED_IN_PROGRESS);
                again(key, Patience.CONDITION, because, "", Again.PROBE);
            }
            case Finding.Failed(String reason, String hint) -> {
                world.mark(Mark.PROBED_FAILED);
                settle(key, new Result.Failed(reason, hint, ""));
            }
            case Finding.Unknowable(String why) -> inDoubt(key, why);
            case Finding.Unknown(String why) -> again(key, Patience.FAILURE, why, "", Again.PROBE);
            case Finding.Partial(String what) -> stuck(key, "held/partial", what);
            case Finding.Conflict(String what) -> stuck(key, "held/conflict", what);
            case Finding.Stale(long last) -> stale(key, token, Math.max(last, token + 1));
        }
    }

    // --- looks ------------------------------------------------------------------------------

    private void look(int number, Work.Check check) {
        StepKey key = new StepKey(number, Direction.DO);
        StepProgress at = progress.step(number, Direction.DO);
        Step step = order.plan().step(number);
        Duration since = at.is(Status.WAITING) ? since(at.since()) : Duration.ZERO;
        long call = begin(key, 0);
        Duration within = step.deadline().compareTo(LOOK_MAX) < 0 ? step.deadline() : LOOK_MAX;
        world.look(
                check,
                new Order(step.scope(), 0, row.id(), number, within),
                since,
                seen -> ifCurrent(key, call, () -> seen(key, since, seen)),
                () ->
                        ifCurrent(
                                key,
                                call,
                                () ->
                                        rest(
                                                key,
                                                Patience.SILENCE.rest(1, world),
                                                "no answer came")));
    }

    private Duration since(long from) {
        return Duration.ofMillis(Math.max(0, world.now() - from));
    }

    private void seen(StepKey key, Duration since, Look seen) {
        switch (seen) {
            case Look.Done(String detail) -> settle(key, new Result.Done(detail));
            case Look.Failed(String reason, String hint, String detail) ->
                    settle(key, new Result.Failed(reason, hint, detail));
            case Look.Waiting(Duration again, String because) -> {
                Duration deadline = order.plan().step(key.step()).deadline();
                if (since.plus(again).compareTo(deadline) > 0) {
                    world.mark(Mark.DEADLINE_PASSED);
                    String reason = "not so within " + Texts.duration(deadline) + ": " + because;
                    settle(key, new Result.Failed(reason, "", ""));
                } else {
                    rest(key, again.toMillis(), because);
                }
            }
        }
    }

    private void rest(StepKey key, long millis, String because) {
        activities.put(key, new Activity.Resting(world.now() + millis, Again.LOOK, 0, because));
    }

    private void lookAtTheWhole(List<Work.Check> whole) {
        wholeSince = Math.min(wholeSince, world.now());
        lookAtPart(whole, 0, begin(StepKey.WHOLE, 0));
    }

    private void lookAtPart(List<Work.Check> whole, int index, long call) {
        if (index == whole.size()) {
            ifCurrent(StepKey.WHOLE, call, () -> settle(StepKey.WHOLE, new Result.Done("")));
            return;
        }
        Work.Check part = whole.get(index);
        world.look(
                part,
                new Order(scopeOf(part), 0, row.id(), 0, WHOLE_WITHIN),
                since(wholeSince),
                seen -> {
                    if (seen instanceof Look.Done) {
                        lookAtPart(whole, index + 1, call);
                    } else {
                        ifCurrent(StepKey.WHOLE, call, () -> notAsPromised(part, seen));
                    }
                },
                () ->
                        ifCurrent(
                                StepKey.WHOLE,
                                call,
                                () ->
                                        notAsPromised(
                                                part,
                                                new Look.Waiting(
                                                        Duration.ZERO, "no answer came"))));
    }

    private Scope scopeOf(Work.Check part) {
        return part instanceof Work.Settled settled
                ? Scope.component(row.environment(), settled.component())
                : row.scopes().iterator().next();
    }

    private void notAsPromised(Work.Check part, Look seen) {
        String because =
                switch (seen) {
                    case Look.Done(String detail) -> detail;
                    case Look.Waiting(Duration _, String why) -> why;
                    case Look.Failed(String reason, String _, String _) -> reason;
                };
        if (since(wholeSince).compareTo(WHOLE_WITHIN) > 0) {
            stuck(StepKey.WHOLE, "held/not-as-promised", scopeOf(part) + ": " + because);
        } else {
            rest(StepKey.WHOLE, Patience.CONDITION.rest(4, world), because);
        }
    }
}
