package dev.belay.driver.postgres;

import dev.belay.schema.script.Script;
import dev.belay.schema.script.Statement;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/// Carries the statements of a portion out, and lets others pass where a lock is not to be had.
final class PortionRun {
    private static final String DEADLOCK = "40P01";
    private static final Set<String> IN_THE_WAY =
            Set.of(PostgresFailure.LOCK_NOT_AVAILABLE, DEADLOCK);

    /// The server went away: nothing can be said of what was under way.
    private static final Set<String> GONE = Set.of("08", "57");

    private static final String CANCELED = "57014";

    private final Connection connection;
    private final PostgresAddress address;
    private final LockPatience patience;
    private final Duration limit;

    PortionRun(
            Connection connection, PostgresAddress address, LockPatience patience, Duration limit) {
        this.connection = connection;
        this.address = address;
        this.patience = patience;
        this.limit = limit;
    }

    /// What became of a portion.
    sealed interface Result {
        record Done() implements Result {}

        /// The token is not the last any more.
        record Overtaken() implements Result {}

        /// A lock was not to be had, however often it was tried.
        record Blocked(String by) implements Result {}

        /// PostgreSQL refused a statement.
        record Broken(Statement at, String why) implements Result {}
    }

    interface Guard {
        boolean holds() throws SQLException;
    }

    interface Writing {
        void write() throws SQLException;
    }

    /// Makes the session as it was when it was opened.
    void begin() throws SQLException {
        execute("RESET ROLE");
        execute("RESET ALL");
        execute("SET idle_in_transaction_session_timeout = '60s'");
        // Whoever dies leaves no statement behind that works on for nobody.
        execute("SET client_connection_check_interval = '1s'");
    }

    /// Repeats what a portion of an earlier session set for the statements after it.
    void settingsOf(Script.Portion portion) throws SQLException {
        for (Statement one : portion.statements()) {
            if (one.begins("set") && !one.begins("set", "local")) {
                execute(one.text());
            }
        }
    }

    /// All of them or none, with what is written of them.
    Result together(Script.Portion portion, Guard guard, Writing writing) throws SQLException {
        String by = "";
        for (int attempt = 1; ; attempt++) {
            try (Blockers blockers = attempt == 1 ? null : watching()) {
                Result result = once(portion, guard, writing);
                if (result != null) {
                    return result;
                }
                by = blockers == null || blockers.seen().isEmpty() ? by : blockers.seen();
            }
            if (attempt >= patience.attempts() || Thread.currentThread().isInterrupted()) {
                return blocked(portion.statements().getFirst(), attempt, by);
            }
            pause(attempt);
        }
    }

    private static Result blocked(Statement first, int attempts, String by) {
        return new Result.Blocked(
                "a lock that the statements from line "
                        + first.line()
                        + " on need was not to be had in "
                        + attempts
                        + " attempts"
                        + (by.isEmpty() ? "" : ": " + by));
    }

    private Blockers watching() throws SQLException {
        return new Blockers(address, connection.unwrap(PGConnection.class).getBackendPID());
    }

    private void pause(int attempt) {
        LockSupport.parkNanos(
                patience.pause(attempt, ThreadLocalRandom.current().nextDouble()).toNanos());
    }

    /// @return null when somebody was in the way
    private @Nullable Result once(Script.Portion portion, Guard guard, Writing writing)
            throws SQLException {
        connection.setAutoCommit(false);
        Statement at = portion.statements().getFirst();
        boolean defines = false;
        try {
            if (!guard.holds()) {
                connection.rollback();
                connection.setAutoCommit(true);
                return new Result.Overtaken();
            }
            for (Statement one : portion.statements()) {
                at = one;
                defines = defines || !one.isWrite();
                limits(defines ? patience.definitions() : patience.rows(), "SET LOCAL ");
                execute(one.text());
            }
            writing.write();
            // Constraints that are deferred speak up only now.
            connection.commit();
            connection.setAutoCommit(true);
            return new Result.Done();
        } catch (SQLException e) {
            return undone(at, e);
        }
    }

    private @Nullable Result undone(Statement at, SQLException why) throws SQLException {
        if (isGone(why)) {
            throw why;
        }
        connection.rollback();
        connection.setAutoCommit(true);
        return IN_THE_WAY.contains(why.getSQLState()) ? null : new Result.Broken(at, said(why));
    }

    /// One statement outside of any transaction. What builds or drops CONCURRENTLY lets readers and
    /// writers pass while it waits, so that it may wait.
    Result alone(Statement statement) throws SQLException {
        boolean waits = statement.concurrentIndex().isPresent() || statement.isWrite();
        for (int attempt = 1; ; attempt++) {
            limits(waits ? Duration.ZERO : patience.definitions(), "SET ");
            try (Blockers blockers = attempt == 1 ? null : watching()) {
                try {
                    execute(statement.text());
                    return new Result.Done();
                } catch (SQLException e) {
                    if (isGone(e)) {
                        throw e;
                    }
                    if (!IN_THE_WAY.contains(e.getSQLState())) {
                        return new Result.Broken(statement, said(e));
                    }
                }
                if (attempt >= patience.attempts() || Thread.currentThread().isInterrupted()) {
                    return blocked(statement, attempt, blockers == null ? "" : blockers.seen());
                }
            }
            pause(attempt);
        }
    }

    private void limits(Duration lock, String set) throws SQLException {
        execute(set + "lock_timeout = " + lock.toMillis());
        execute(set + "statement_timeout = " + limit.toMillis());
    }

    private static boolean isGone(SQLException e) {
        String state = e.getSQLState();
        return state == null || (GONE.contains(state.substring(0, 2)) && !state.equals(CANCELED));
    }

    private static String said(SQLException e) {
        return String.valueOf(e.getMessage()).strip().replace("\n", "; ");
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }
}
