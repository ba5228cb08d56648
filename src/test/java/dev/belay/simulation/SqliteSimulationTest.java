package dev.belay.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.journal.Entry;
import dev.belay.journal.Fact;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.journal.SqliteJournal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same storms over the real journal: the same seed must give the same lines, token by token.
class SqliteSimulationTest {
    private static final int STORMS = Integer.getInteger("sqlite.storms", 12);

    @Test
    void the_real_journal_tells_the_same_story(@TempDir Path folder) throws IOException {
        for (long seed = 1; seed <= STORMS; seed++) {
            Simulation.Shape shape = Simulation.Shape.storm(seed);
            Simulation simulated = new Simulation(Draws.seeded(seed), Design.WHOLE, shape).run();
            Path file = folder.resolve("storm-" + seed + ".db");
            Simulation real =
                    new Simulation(
                            Draws.seeded(seed), Design.WHOLE, shape, clock -> open(file, clock));
            try (Journal journal = real.journal()) {
                real.run();
                compare(seed, simulated, journal);
            }
        }
    }

    private static Journal open(Path file, LongSupplier clock) {
        var settings =
                new SqliteJournal.Settings(
                        () -> Instant.ofEpochMilli(clock.getAsLong()), 1 << 20, 1 << 20);
        return SqliteJournal.open(file, settings);
    }

    /// The lines, but for the words in which an end is explained.
    private static List<Entry> told(Journal journal, String release) {
        return journal.entries(release, 0).stream()
                .map(line ->
                        line.fact() instanceof Fact.Ended(var state, String _)
                                ? new Entry(
                                        line.release(),
                                        line.seq(),
                                        line.at(),
                                        line.fence(),
                                        line.actor(),
                                        new Fact.Ended(state, ""))
                                : line)
                .toList();
    }

    private static void compare(long seed, Simulation simulated, Journal journal) {
        assertThat(journal.list("", Set.of(), Long.MAX_VALUE, 1000))
                .as("seed %d", seed)
                .usingRecursiveComparison()
                .isEqualTo(simulated.releases());
        for (ReleaseRow row : simulated.releases()) {
            assertThat(told(journal, row.id()))
                    .as("seed %d, %s", seed, row.id())
                    .isEqualTo(told(simulated.journal(), row.id()));
        }
    }
}
