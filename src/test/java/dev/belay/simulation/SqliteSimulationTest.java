package dev.belay.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.journal.SqliteJournal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same storms over the real journal: the same seed must give the same lines, token by token.
class SqliteSimulationTest {
    private static final int STORMS = Integer.getInteger("sqlite.storms", 12);

    @Test
    void the_real_journal_tells_the_same_story(@TempDir Path folder) throws IOException {
        for (long seed = 1; seed <= STORMS; seed++) {
            Simulation simulated =
                    new Simulation(Draws.seeded(seed), Design.WHOLE, Simulation.Shape.STORMY).run();
            Path file = folder.resolve("storm-" + seed + ".db");
            Simulation real =
                    new Simulation(
                            Draws.seeded(seed),
                            Design.WHOLE,
                            Simulation.Shape.STORMY,
                            clock -> open(file, clock));
            try (Journal journal = real.journal()) {
                real.run();
                compare(seed, simulated, journal);
            }
        }
    }

    private static Journal open(Path file, java.util.function.LongSupplier clock) {
        var settings =
                new SqliteJournal.Settings(
                        () -> Instant.ofEpochMilli(clock.getAsLong()), 1 << 20, 1 << 20);
        return SqliteJournal.open(file, settings);
    }

    private static void compare(long seed, Simulation simulated, Journal journal) {
        assertThat(journal.list("", java.util.Set.of(), Long.MAX_VALUE, 1000))
                .as("seed %d", seed)
                .usingRecursiveComparison()
                .isEqualTo(simulated.releases());
        for (ReleaseRow row : simulated.releases()) {
            assertThat(journal.entries(row.id(), 0))
                    .as("seed %d, %s", seed, row.id())
                    .isEqualTo(simulated.journal().entries(row.id(), 0));
        }
    }
}
