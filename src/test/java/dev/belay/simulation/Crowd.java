package dev.belay.simulation;

import dev.belay.execution.Command;
import dev.belay.execution.Commands;
import dev.belay.execution.Progress;
import dev.belay.execution.StepProgress.Status;
import dev.belay.execution.Verdict;
import dev.belay.journal.Fact;
import dev.belay.journal.ReleaseRow;
import dev.belay.plan.Plan;
import dev.belay.release.Actor;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.util.List;
import java.util.Set;

/// The people around a release: they cancel, pause, resume, and decide what is held, truthfully.
final class Crowd {
    private static final Actor ANNA = new Actor("anna", "token-file");
    private static final Actor BO = new Actor("bo", "token-file");
    private static final long ROUND = 7_000;

    private final Simulation simulation;
    private final Universe universe;
    private final Commands commands;

    Crowd(Simulation simulation) {
        this.simulation = simulation;
        this.universe = simulation.universe();
        this.commands = new Commands(simulation.journal(), simulation.codec());
    }

    void begin(boolean meddle) {
        if (meddle) {
            for (int i = 0; i < 6; i++) {
                universe.in(universe.below(240_000), this::meddle);
            }
        }
        universe.in(ROUND, this::round);
    }

    private List<ReleaseRow> active() {
        return simulation.journal().list("", Set.of(), Long.MAX_VALUE, 100).stream()
                .filter(row -> !row.state().ended())
                .toList();
    }

    private void meddle() {
        List<ReleaseRow> active = active();
        if (active.isEmpty()) {
            return;
        }
        String release = active.get(universe.below(active.size())).id();
        run(
                release,
                switch (universe.below(6)) {
                    case 0 -> new Command.Pause("lunch");
                    case 1 -> new Command.Resume("");
                    case 2 -> new Command.Cancel(Fact.Cancel.STOP, "wait");
                    case 3 -> new Command.Cancel(Fact.Cancel.LEAVE, "hands off");
                    default -> new Command.Cancel(Fact.Cancel.ROLL_BACK, "wrong one");
                });
    }

    private Verdict run(String release, Command command) {
        Verdict verdict = commands.run(release, command, ANNA);
        simulation.nudge();
        return verdict;
    }

    /// Now and then somebody looks at what waits for a person.
    private void round() {
        for (ReleaseRow row : active()) {
            if (row.state() == ReleaseState.PAUSED) {
                run(row.id(), new Command.Resume("back from lunch"));
            } else if (row.state() == ReleaseState.HELD) {
                decide(row);
            }
        }
        universe.in(ROUND, this::round);
    }

    private void decide(ReleaseRow row) {
        Plan plan = simulation.plan(row.plan());
        Progress progress =
                Progress.of(plan.steps().size(), simulation.journal().entries(row.id(), 0));
        for (int step = 1; step <= plan.steps().size(); step++) {
            Work work = plan.step(step).work();
            boolean runs =
                    work instanceof Work.RunJob
                            || (work instanceof Work.MigrateByCommand
                                    && progress.direction() == Direction.DO);
            if (runs && progress.step(step, progress.direction()).is(Status.OPEN)) {
                testify(row, plan, step, progress.direction());
                return;
            }
        }
        if (progress.direction() == Direction.DO && universe.below(2) == 0) {
            Verdict verdict =
                    run(row.id(), new Command.Decide(Fact.Decision.ROLL_BACK, 0, "give up"));
            if (verdict instanceof Verdict.Accepted) {
                return;
            }
        }
        if (universe.calm() && !progress.hasOpenIntent() && universe.below(8) == 7) {
            simulation.invariants().excuse(row.id());
            run(row.id(), new Command.Decide(Fact.Decision.WRITE_OFF, 0, "gone"));
            commands.run(row.id(), new Command.Decide(Fact.Decision.WRITE_OFF, 0, "gone"), BO);
            return;
        }
        run(row.id(), new Command.Decide(Fact.Decision.RETRY, 0, "again"));
    }

    /// Says of a job in doubt what is true once nothing is on its way any more.
    private void testify(ReleaseRow row, Plan plan, int step, Direction way) {
        Scope scope = plan.step(step).scope();
        boolean happened = simulation.host(scope).happened(row.id() + "/" + step);
        if (way == Direction.DO && !happened) {
            // It might still be on its way; only going back fences it off for good.
            run(row.id(), new Command.Decide(Fact.Decision.ROLL_BACK, 0, "not there"));
        } else {
            run(row.id(), new Command.Decide(Fact.Decision.MARK_DONE, step, "it is there"));
        }
    }
}
