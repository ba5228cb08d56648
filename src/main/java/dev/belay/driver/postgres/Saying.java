package dev.belay.driver.postgres;

import java.util.HashMap;
import java.util.Map;

/// One statement on its way through a server, and whom it waits for.
final class Saying {
    private final LoadStatement statement;
    private final long begun;
    private final Map<String, Long> behind = new HashMap<>();
    private long end;
    private long waited;
    private String relation = "";
    private String lock = "";
    private String state = "";
    private String message = "";

    Saying(LoadStatement statement, long begun) {
        this.statement = statement;
        this.begun = begun;
    }

    LoadStatement statement() {
        return statement;
    }

    /// It was seen waiting for the migration.
    ///
    /// @param since when somebody looked the time before
    /// @param place of the statement that the migration was at
    /// @param table that it waits for; empty when it waits for a row
    /// @param mode the lock that it asks for, as PostgreSQL calls it
    synchronized void waits(long since, long now, String place, String table, String mode) {
        if (end != 0) {
            return;
        }
        long more = now - Math.max(since, begun);
        waited += more;
        behind.merge(place, more, Long::sum);
        if (!table.isEmpty()) {
            relation = table;
            lock = mode;
        }
    }

    synchronized void ended(String sqlState, String said) {
        end = System.nanoTime();
        state = sqlState;
        message = said;
    }

    /// @param waited for the migration; as seen by somebody who looks every few milliseconds
    /// @param behind the place in the migration at which most of that passed
    /// @param relation that it waited for, or empty
    /// @param lock that it asked for there
    /// @param state why it failed, PostgreSQL's five letters; empty when it did not
    record Result(
            long took,
            long waited,
            String behind,
            String relation,
            String lock,
            String state,
            String message) {}

    synchronized Result result() {
        long took = end - begun;
        return new Result(
                took,
                Math.min(waited, took),
                behind.entrySet().stream()
                        .max(Map.Entry.comparingByValue())
                        .map(Map.Entry::getKey)
                        .orElse(""),
                relation,
                lock,
                state,
                message);
    }
}
