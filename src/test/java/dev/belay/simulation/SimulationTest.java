package dev.belay.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.execution.Mark;
import dev.belay.release.ReleaseState;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SimulationTest {
    private static final int RUNS = Integer.getInteger("simulations", 10_000);
    private static final int MUTANT_RUNS = 4_000;
    private static final long FIRST = Long.getLong("seed", 1);

    @Test
    void no_storm_breaks_an_invariant_and_every_situation_is_met() {
        var marks = new EnumMap<Mark, Long>(Mark.class);
        var ends = new TreeMap<ReleaseState, Integer>();
        for (long seed = FIRST; seed < FIRST + RUNS; seed++) {
            Simulation simulation = storm(seed, Design.WHOLE);
            simulation.marks().forEach((mark, n) -> marks.merge(mark, (long) n, Long::sum));
            simulation.releases().forEach(row -> ends.merge(row.state(), 1, Integer::sum));
        }
        assertThat(marks).as("met %s, ended %s", marks, ends).containsKeys(Mark.values());
        assertThat(ends.keySet())
                .contains(
                        ReleaseState.COMPLETED,
                        ReleaseState.ROLLED_BACK,
                        ReleaseState.REJECTED,
                        ReleaseState.SUPERSEDED);
    }

    @Test
    void the_same_seed_is_the_same_run() {
        for (long seed = 1; seed <= 20; seed++) {
            Simulation one = storm(seed, Design.WHOLE);
            Simulation two = storm(seed, Design.WHOLE);
            assertThat(one.universe().happened()).isEqualTo(two.universe().happened());
            assertThat(one.universe().now()).isEqualTo(two.universe().now());
            assertThat(one.releases()).isEqualTo(two.releases());
        }
    }

    @ParameterizedTest
    @EnumSource(Design.Part.class)
    void a_design_without_one_of_its_parts_is_caught(Design.Part part) {
        assertThatThrownBy(
                        () -> {
                            for (long seed = 1; seed <= MUTANT_RUNS; seed++) {
                                storm(seed, Design.without(part));
                            }
                        })
                .satisfiesAnyOf(
                        broken -> assertThat(broken).hasRootCauseInstanceOf(Violation.class),
                        broken ->
                                assertThat(broken)
                                        .hasRootCauseInstanceOf(IllegalStateException.class));
    }

    @Test
    void a_failure_shrinks_to_a_tamer_one_of_the_same_kind() {
        Design design = Design.without(Design.Part.FENCE_AT_THE_TARGET);
        int[] failing = new int[0];
        for (long seed = 1; failing.length == 0; seed++) {
            Draws draws = Draws.seeded(seed);
            if (!failure(draws, design).isEmpty()) {
                failing = draws.recorded();
            }
        }
        int[] small = Draws.shrink(failing, record -> failure(Draws.replaying(record), design));
        assertThat(nonZero(small)).isLessThan(nonZero(failing) / 2);
        assertThat(failure(Draws.replaying(small), design)).isNotEmpty();
    }

    private static Simulation storm(long seed, Design design) {
        try {
            return new Simulation(Draws.seeded(seed), design, Simulation.Shape.storm(seed)).run();
        } catch (RuntimeException broken) {
            throw new AssertionError("repeat with -Dseed=" + seed, broken);
        }
    }

    private static String failure(Draws draws, Design design) {
        try {
            new Simulation(draws, design, Simulation.Shape.STORMY).run();
            return "";
        } catch (Violation violation) {
            return violation.kind();
        } catch (IllegalStateException bug) {
            return "bug";
        }
    }

    private static long nonZero(int[] record) {
        return java.util.Arrays.stream(record).filter(draw -> draw != 0).count();
    }

    static Map<Mark, Integer> marksOf(long seed) {
        return storm(seed, Design.WHOLE).marks();
    }
}
