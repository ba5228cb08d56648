package dev.belay.execution;

import dev.belay.execution.StepProgress.Status;
import dev.belay.journal.Entry;
import dev.belay.journal.Fact;
import dev.belay.plan.Plan;
import dev.belay.plan.Step;
import dev.belay.plan.Undo;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Work;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Where a release stands: the fold of its journal and of nothing else. Immutable.
public final class Progress {
    private final ReleaseState state;
    private final Direction direction;
    private final long version;
    private final StepProgress[] done;
    private final StepProgress[] undone;
    private final boolean cancelled;
    private final boolean adopting;
    private final boolean deployed;
    private final String writeOffBy;
    private final String reason;
    private final Fact.Held held;

    private static final Fact.Held NOT_HELD = new Fact.Held("", 0, "");

    private Progress(Draft draft) {
        this.state = draft.state;
        this.direction = draft.direction;
        this.version = draft.version;
        this.done = draft.done;
        this.undone = draft.undone;
        this.cancelled = draft.cancelled;
        this.adopting = draft.adopting;
        this.deployed = draft.deployed;
        this.writeOffBy = draft.writeOffBy;
        this.reason = draft.reason;
        this.held = draft.held;
    }

    /// A release of so many steps of which nothing is known yet.
    public static Progress blank(int steps) {
        return new Progress(new Draft(steps));
    }

    /// The fold of a whole journal.
    public static Progress of(int steps, List<Entry> entries) {
        return blank(steps).after(entries);
    }

    /// The same release, so many lines later.
    public Progress after(List<Entry> entries) {
        if (entries.isEmpty()) {
            return this;
        }
        Draft draft = new Draft(this);
        entries.forEach(draft::take);
        return new Progress(draft);
    }

    /// What will be when these facts are appended.
    Progress with(List<Fact> facts, String actor, long at) {
        var entries = new ArrayList<Entry>();
        for (Fact fact : facts) {
            entries.add(new Entry("", version + entries.size() + 1, at, 0, actor, fact));
        }
        return after(entries);
    }

    /// What the state will be when these facts are appended.
    public ReleaseState stateAfter(List<Fact> facts, String actor, long at) {
        return with(facts, actor, at).state;
    }

    public ReleaseState state() {
        return state;
    }

    public Direction direction() {
        return direction;
    }

    /// The length of the journal that this is the fold of.
    public long version() {
        return version;
    }

    public int steps() {
        return done.length;
    }

    public StepProgress step(int number, Direction way) {
        return (way == Direction.DO ? done : undone)[number - 1];
    }

    /// Whether an intent of the step was ever written: then it must be undone.
    public boolean intended(int number) {
        return done[number - 1].attempts() > 0;
    }

    /// Whether something of the step may be there: it was intended, and has not said that nothing
    /// of it is left.
    public boolean touched(int number) {
        StepProgress at = done[number - 1];
        boolean nothingLeft =
                at.is(Status.FAILED)
                        && at.result() instanceof Fact.Result.Failed failed
                        && failed.nothingLeft();
        return intended(number) && !nothingLeft;
    }

    /// Whether somebody asked for it to go back.
    public boolean cancelled() {
        return cancelled;
    }

    /// Whether a person says that what runs now is right, and the engine is to look.
    public boolean adopting() {
        return adopting;
    }

    /// What moved traffic: routes that were intended, there or on the way back. Keeping an older
    /// revision warm moves nothing when it is done, and traffic to it when it is undone.
    List<Work.Route> routes(Plan plan) {
        var routes = new ArrayList<Work.Route>();
        for (Step step : plan.steps()) {
            if (intended(step.number())) {
                if (step.work() instanceof Work.Route route) {
                    routes.add(route);
                }
                if (step.undo() instanceof Undo.Apply(Work.Route route, var _)) {
                    routes.add(route);
                }
            }
        }
        return routes;
    }

    /// Whether the journal already counts the new revisions as what the scopes run.
    public boolean deployed() {
        return deployed;
    }

    /// The first person who wants to write it off, or `""`.
    public String writeOffBy() {
        return writeOffBy;
    }

    /// Why it turned back, was cancelled, or ended.
    public String reason() {
        return reason;
    }

    /// Why it is held; an empty code when it is not.
    public Fact.Held held() {
        return held;
    }

    public boolean hasOpenIntent() {
        return any(Status.OPEN, Direction.DO) || any(Status.OPEN, Direction.UNDO);
    }

    boolean any(Status status, Direction way) {
        return Arrays.stream(way == Direction.DO ? done : undone).anyMatch(s -> s.is(status));
    }

    /// The one mutable moment of a fold.
    private static final class Draft {
        private ReleaseState state = ReleaseState.QUEUED;
        private Direction direction = Direction.DO;
        private long version;
        private final StepProgress[] done;
        private final StepProgress[] undone;
        private boolean cancelled;
        private boolean adopting;
        private boolean deployed;
        private String writeOffBy = "";
        private String reason = "";
        private Fact.Held held = NOT_HELD;

        Draft(int steps) {
            done = new StepProgress[steps];
            undone = new StepProgress[steps];
            Arrays.fill(done, StepProgress.UNTOUCHED);
            Arrays.fill(undone, StepProgress.UNTOUCHED);
        }

        Draft(Progress from) {
            state = from.state;
            direction = from.direction;
            version = from.version;
            done = from.done.clone();
            undone = from.undone.clone();
            cancelled = from.cancelled;
            adopting = from.adopting;
            deployed = from.deployed;
            writeOffBy = from.writeOffBy;
            reason = from.reason;
            held = from.held;
        }

        void take(Entry entry) {
            if (entry.seq() != version + 1) {
                throw new IllegalStateException(
                        "journal of "
                                + entry.release()
                                + " jumps from "
                                + version
                                + " to "
                                + entry.seq());
            }
            version = entry.seq();
            long at = entry.at();
            switch (entry.fact()) {
                case Fact.Submitted _ -> state = ReleaseState.QUEUED;
                case Fact.Started _ -> state = ReleaseState.RUNNING;
                case Fact.Waiting(int step, String _) ->
                        done[step - 1] = done[step - 1].waiting(at);
                case Fact.Soaking(int step) -> {
                    done[step - 1] = done[step - 1].waiting(at);
                    deployed = true;
                }
                case Fact.Intent(int step, Direction way, var _, long token) ->
                        opened(step, way, at, token);
                case Fact.Reattempt(int step, Direction way, var _, long token, String _) ->
                        opened(step, way, at, token);
                case Fact.Outcome(int step, Direction way, Fact.Result result) ->
                        steps(way)[step - 1] = steps(way)[step - 1].ended(result);
                case Fact.TurnedBack(String why) -> turnBack(why);
                case Fact.Held hold -> hold(hold);
                case Fact.Paused _ -> state = ReleaseState.PAUSED;
                case Fact.Resumed _ -> resume(at);
                case Fact.CancelRequested(Fact.Cancel mode, String why) -> cancel(mode, why);
                case Fact.Decided(Fact.Decision decision, int _, String _) ->
                        decide(decision, entry.actor(), at);
                // What they mean is asked about by the step that waits for them.
                case Fact.Approved _, Fact.Objected _, Fact.CheckedOff _ -> {}
                // Before it begins; the journal begins it.
                case Fact.Scheduled _ -> {}
                case Fact.Ended(ReleaseState end, String note) -> {
                    state = end;
                    reason = note.isEmpty() ? reason : note;
                }
            }
        }

        private StepProgress[] steps(Direction way) {
            return way == Direction.DO ? done : undone;
        }

        private void opened(int step, Direction way, long at, long token) {
            steps(way)[step - 1] = steps(way)[step - 1].open(at, token);
        }

        private void turnBack(String why) {
            state = ReleaseState.ROLLING_BACK;
            direction = Direction.UNDO;
            reason = why;
        }

        private void hold(Fact.Held hold) {
            state = ReleaseState.HELD;
            held = hold;
            adopting = false;
        }

        private void resume(long at) {
            state = ReleaseState.RUNNING;
            for (int i = 0; i < done.length; i++) {
                if (done[i].is(Status.WAITING)) {
                    done[i] = done[i].restarted(at);
                }
            }
        }

        private void cancel(Fact.Cancel mode, String why) {
            switch (mode) {
                case STOP -> state = ReleaseState.PAUSED;
                case ROLL_BACK -> {
                    cancelled = true;
                    reason = why;
                }
                case LEAVE -> hold(new Fact.Held("held/left", 0, why));
            }
        }

        private void decide(Fact.Decision decision, String actor, long at) {
            switch (decision) {
                case RETRY -> {
                    StepProgress[] steps = steps(direction);
                    for (int i = 0; i < steps.length; i++) {
                        steps[i] = steps[i].restarted(at);
                    }
                    goOn();
                }
                case MARK_DONE, MARK_NOT_DONE, ROLL_BACK -> goOn();
                case ADOPT -> adopting = true;
                case WRITE_OFF -> writeOffBy = actor;
            }
        }

        private void goOn() {
            state = direction == Direction.DO ? ReleaseState.RUNNING : ReleaseState.ROLLING_BACK;
            held = NOT_HELD;
        }
    }
}
