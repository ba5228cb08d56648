package dev.belay.simulation;

import dev.belay.journal.Journal;
import dev.belay.journal.JournalContract;
import java.time.Duration;

/// The journal of the simulation keeps the same promises as the real one.
class SimJournalTest extends JournalContract {
    private long now = 1_000_000;

    @Override
    protected Journal open() {
        return new SimJournal(() -> now, Design.WHOLE);
    }

    @Override
    protected void pass(Duration time) {
        now += time.toMillis();
    }
}
