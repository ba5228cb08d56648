package dev.belay.journal;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

class SqliteJournalContractTest extends JournalContract {
    private final SettableClock clock = new SettableClock();

    @TempDir private Path folder;

    @Override
    protected Journal open() {
        return SqliteJournal.open(
                folder.resolve("journal.db"), new SqliteJournal.Settings(clock, 1 << 20, 1 << 20));
    }

    @Override
    protected void pass(Duration time) {
        clock.move(time);
    }
}
