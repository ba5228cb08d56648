package dev.belay.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.ReleaseState;
import dev.belay.simulation.Simulation.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Runs a release, crashes the control plane before and after each call it makes to the world, and
/// demands that nothing is done twice, nothing is lost, and the release ends as if nothing had
/// been. The invariants judge every line on the way.
class CrashEverywhereTest {
    private static final Shape SHAPE = Shape.CALM;
    static final int SHAPES = 12;

    /// What is begun after the first crash has points of its own behind those of the calm run.
    private static final int FURTHER = 40;

    private static final int PAIRED_SHAPES = Integer.getInteger("crash.pairs", 1);

    @Test
    void a_crash_at_any_call_changes_no_end() {
        for (long seed = 1; seed <= SHAPES; seed++) {
            Simulation whole = run(seed);
            for (int point = 2; point <= 2 * whole.calls() + 1; point++) {
                judge(seed, whole, run(seed, point), List.of(point));
            }
        }
    }

    @Test
    void two_crashes_at_any_two_calls_change_no_end() {
        for (long seed = 1; seed <= PAIRED_SHAPES; seed++) {
            Simulation whole = run(seed);
            int points = 2 * whole.calls() + 1;
            for (int first = 2; first <= points; first++) {
                for (int second = first + 1; second <= points + FURTHER; second++) {
                    judge(seed, whole, run(seed, first, second), List.of(first, second));
                }
            }
        }
    }

    static Simulation run(long seed, Integer... crashes) {
        try {
            return new Simulation(Draws.seeded(seed), Design.WHOLE, SHAPE.crashingAt(crashes))
                    .run();
        } catch (RuntimeException broken) {
            throw new AssertionError("shape " + seed + ", crashes " + List.of(crashes), broken);
        }
    }

    /// A step that must happen at most once and cannot be asked about is the one thing that a crash
    /// may turn into a question; the question was then answered by going back.
    static void judge(long seed, Simulation whole, Simulation crashed, List<Integer> at) {
        for (int i = 0; i < whole.releases().size(); i++) {
            ReleaseState wanted = whole.releases().get(i).state();
            ReleaseState found = crashed.releases().get(i).state();
            boolean asked = crashed.marks().containsKey(dev.belay.execution.Mark.HELD);
            assertThat(found == wanted || asked)
                    .as("shape %d with crashes at %s ends %s, not %s", seed, at, found, wanted)
                    .isTrue();
        }
    }
}
