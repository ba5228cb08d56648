package dev.belay.execution;

import dev.belay.execution.StepProgress.Status;
import dev.belay.journal.Append;
import dev.belay.journal.Entry;
import dev.belay.journal.Fact;
import dev.belay.journal.Fact.Result;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.plan.Plan;
import dev.belay.plan.Step;
import dev.belay.plan.Undo;
import dev.belay.release.Actor;
import dev.belay.release.Appointment;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What people may ask of a release, and when. The judgement is pure; carrying it out is one append
/// that is repeated when somebody wrote in between, judged anew each time.
public final class Commands {
    private static final int TRIES_MAX = 20;

    private final Journal journal;
    private final PlanCodec codec;

    public Commands(Journal journal, PlanCodec codec) {
        this.journal = journal;
        this.codec = codec;
    }

    /// Judges and, when accepted, writes. The engine should be nudged afterwards.
    public Verdict run(String release, Command command, Actor actor) {
        for (int i = 0; i < TRIES_MAX; i++) {
            ReleaseRow row = journal.find(release).orElse(null);
            if (row == null) {
                return refused("unknown", "there is no release `" + release + "`", "");
            }
            Plan plan = codec.read(row.plan());
            List<Entry> entries = journal.entries(release, 0);
            Progress progress = Progress.of(plan.steps().size(), entries);
            Verdict verdict =
                    switch (command) {
                        case Command.Approve _, Command.Objection _, Command.CheckOff _ ->
                                ConsentCommands.judge(row, plan, entries, command, actor);
                        default -> judge(plan, progress, command, actor.subject());
                    };
            if (!(verdict instanceof Verdict.Accepted accepted) || accepted.facts().isEmpty()) {
                return verdict;
            }
            if (write(row, plan, progress, accepted.facts(), actor)) {
                return verdict;
            }
        }
        return refused("busy", "the release keeps changing", "try again");
    }

    private boolean write(
            ReleaseRow row, Plan plan, Progress progress, List<Fact> facts, Actor actor) {
        ReleaseState state = progress.stateAfter(facts, actor.subject(), journal.now());
        Append.Reply reply =
                journal.append(
                        new Append(
                                row.id(),
                                new Append.Writer.Person(),
                                progress.version(),
                                actor.subject(),
                                facts,
                                state,
                                Consequences.soaks(plan, progress, facts, state),
                                Consequences.deployed(plan, progress, facts, codec)));
        return reply instanceof Append.Reply.Appended;
    }

    /// Whether the command is allowed now, and what it means.
    static Verdict judge(Plan plan, Progress progress, Command command, String actor) {
        ReleaseState state = progress.state();
        if (state.ended()) {
            return refused("ended", "it has ended as " + state, "");
        }
        return switch (command) {
            case Command.Pause(String reason) -> pause(state, reason);
            case Command.Resume(String reason) -> resume(state, reason);
            case Command.Cancel(Fact.Cancel mode, String reason) ->
                    cancel(plan, progress, mode, reason);
            case Command.Schedule(Appointment when, String reason) ->
                    state == ReleaseState.QUEUED
                            ? accepted(new Fact.Scheduled(when, reason))
                            : refused("has-begun", "it has begun, and is " + state, "");
            case Command.Approve _, Command.Objection _, Command.CheckOff _ ->
                    throw new IllegalArgumentException("judged elsewhere: " + command);
            case Command.Decide decide ->
                    state == ReleaseState.HELD
                            ? decide(plan, progress, decide, actor)
                            : refused(
                                    "not-held",
                                    "nothing is to be decided: it is " + state,
                                    "use pause, resume or cancel");
        };
    }

    private static Verdict pause(ReleaseState state, String reason) {
        return switch (state) {
            case RUNNING -> accepted(new Fact.Paused(reason));
            case PAUSED -> accepted();
            default -> refused("not-running", "only a running release can be paused", "");
        };
    }

    private static Verdict resume(ReleaseState state, String reason) {
        return switch (state) {
            case PAUSED -> accepted(new Fact.Resumed(reason));
            case RUNNING -> accepted();
            default -> refused("not-paused", "only a paused release can be resumed", "");
        };
    }

    private static Verdict cancel(Plan plan, Progress progress, Fact.Cancel mode, String reason) {
        return switch (progress.state()) {
            case QUEUED -> accepted(new Fact.Ended(ReleaseState.REJECTED, "cancelled: " + reason));
            case RUNNING, PAUSED -> cancelActive(plan, progress, mode, reason);
            case ROLLING_BACK ->
                    mode == Fact.Cancel.LEAVE
                            ? accepted(new Fact.CancelRequested(mode, reason))
                            : refused("going-back", "it is going back already", "");
            default -> refused("held", "it is held and needs a decision", "use `belay decide`");
        };
    }

    private static Verdict cancelActive(
            Plan plan, Progress progress, Fact.Cancel mode, String reason) {
        return switch (mode) {
            case STOP ->
                    progress.state() == ReleaseState.PAUSED
                            ? accepted()
                            : accepted(new Fact.CancelRequested(mode, reason));
            case LEAVE -> accepted(new Fact.CancelRequested(mode, reason));
            case ROLL_BACK -> {
                Verdict no = noWayBack(plan, progress);
                if (no != null) {
                    yield no;
                }
                yield progress.cancelled()
                        ? accepted()
                        : accepted(new Fact.CancelRequested(mode, reason));
            }
        };
    }

    private static @Nullable Verdict noWayBack(Plan plan, Progress progress) {
        for (Step step : plan.steps()) {
            if (progress.touched(step.number()) && step.undo() instanceof Undo.Impossible no) {
                return refused(
                        "no-way-back",
                        "it is past the point of no return: " + no.why(),
                        "the way is forward: deploy a mended release");
            }
        }
        return null;
    }

    private static Verdict decide(
            Plan plan, Progress progress, Command.Decide command, String actor) {
        int step = command.step() == 0 ? doubted(plan, progress, command) : command.step();
        var decided = new Fact.Decided(command.decision(), step, command.reason());
        return switch (command.decision()) {
            case RETRY -> accepted(decided);
            case MARK_DONE, MARK_NOT_DONE -> mark(plan, progress, decided);
            case ROLL_BACK -> rollBack(plan, progress, command.reason(), decided);
            case ADOPT ->
                    progress.hasOpenIntent()
                            ? refused(
                                    "in-doubt",
                                    "a step is still in doubt",
                                    "decide mark-done or mark-not-done for it first")
                            : accepted(decided);
            case WRITE_OFF -> writeOff(progress, command.reason(), decided, actor);
        };
    }

    /// The step that is meant when none is named: the only one in doubt.
    private static int doubted(Plan plan, Progress progress, Command.Decide command) {
        boolean marks =
                command.decision() == Fact.Decision.MARK_DONE
                        || command.decision() == Fact.Decision.MARK_NOT_DONE;
        List<Integer> open =
                plan.steps().stream()
                        .map(Step::number)
                        .filter(step -> progress.step(step, progress.direction()).is(Status.OPEN))
                        .toList();
        return marks && open.size() == 1 ? open.getFirst() : 0;
    }

    private static Verdict mark(Plan plan, Progress progress, Fact.Decided decided) {
        int step = decided.step();
        Direction way = progress.direction();
        if (step < 1 || step > plan.steps().size() || !progress.step(step, way).is(Status.OPEN)) {
            return refused(
                    "not-in-doubt",
                    step == 0 ? "not one step is in doubt" : "step " + step + " is not in doubt",
                    "name it with `--step`; see `belay show`");
        }
        Result result =
                decided.decision() == Fact.Decision.MARK_DONE
                        ? new Result.Done("by decision: " + decided.attestation())
                        : new Result.NotDone("by decision: " + decided.attestation());
        return accepted(decided, new Fact.Outcome(step, way, result));
    }

    private static Verdict rollBack(
            Plan plan, Progress progress, String reason, Fact.Decided decided) {
        if (progress.direction() == Direction.UNDO) {
            return refused(
                    "going-back", "it is going back already", "decide retry to go on with it");
        }
        Verdict no = noWayBack(plan, progress);
        if (no != null) {
            return no;
        }
        var facts = new ArrayList<Fact>(List.of(decided));
        for (int step = 1; step <= plan.steps().size(); step++) {
            if (progress.step(step, Direction.DO).is(Status.OPEN)) {
                // Its undo carries a greater token: should the effect still arrive, it is refused.
                var result = new Result.Failed("in doubt when it was decided to go back", "", "");
                facts.add(new Fact.Outcome(step, Direction.DO, result));
            }
        }
        facts.add(new Fact.TurnedBack(reason));
        return new Verdict.Accepted(facts);
    }

    private static Verdict writeOff(
            Progress progress, String reason, Fact.Decided decided, String actor) {
        if (progress.writeOffBy().isEmpty()) {
            return accepted(decided);
        }
        if (progress.writeOffBy().equals(actor)) {
            return refused(
                    "two-persons",
                    "writing off takes two people, and `" + actor + "` is the first",
                    "ask somebody else to decide write-off too");
        }
        String by = progress.writeOffBy() + " and " + actor;
        return accepted(
                decided, new Fact.Ended(ReleaseState.WRITTEN_OFF, "by " + by + ": " + reason));
    }

    private static Verdict accepted(Fact... facts) {
        return new Verdict.Accepted(List.of(facts));
    }

    private static Verdict refused(String code, String reason, String wayOut) {
        return new Verdict.Refused("release/" + code, reason, wayOut);
    }
}
