package dev.belay.driver.postgres;

import dev.belay.schema.script.Script;
import dev.belay.schema.script.Statement;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Carries the statements of a portion out, and lets others pass where a lock is not to be had.
final class PortionRun {
    private static final String DEADLOCK = "40P01";
    private static final Set<String> IN_THE_WAY =
            Set.of(PostgresFailure.LOCK_NOT_AVAILABLE, DEADLOCK);

    /// The server went away: nothing can be said of what was under way.
    private static final Set<String> GONE = Set.of("08", "57");

    /// Two disturbed each other; room on a disk or in memory; somebody ended the statement, or its
    /// time was over; somebody uses the object; a disk; a server that takes no writes for now.
    private static final Set<String> PASSING =
            Set.of("40", "53", "57", "55006", PostgresFailure.LOCK_NOT_AVAILABLE, "58", "25006");

    private static final String NO_ROLE = "none";
    private static final String CANCELED = "57014";

    private final Connection connection;
    private final PostgresAddress address;
    private final LockPatience patience;
    private final long until;
    private Consumer<Statement> listener = _ -> {};

    PortionRun(Connection connection, PostgresAddress address, LockPatience patience, long until) {
        this.connection = connection;
        this.address = address;
        this.patience = patience;
        this.until = until;
    }

    /// Tells somebody of each statement before it is carried out, each time that it is tried.
    void tell(Consumer<Statement> who) {
        listener = who;
    }

    /// What became of a portion.
    sealed interface Result {
        record Done() implements Result {}

        /// The token is not the last any more.
        record Overtaken() implements Result {}

        /// A lock was not to be had, however often it was tried.
        record Blocked(String by) implements Result {}

        /// PostgreSQL refused a statement.
        ///
        /// @param passes whether it may take the same another time
        record Broken(Statement at, String why, boolean passes) implements Result {}
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
        // Not the zone of the machine that Belay runs on.
        execute("SET TimeZone = 'UTC'");
        execute("SET idle_in_transaction_session_timeout = '60s'");
        // Whoever dies leaves no statement behind that works on for nobody.
        execute(
                "SELECT set_config(name, '1s', false) FROM pg_settings"
                        + " WHERE name = 'client_connection_check_interval'");
    }

    /// Repeats what a portion of an earlier session set for the statements after it.
    void settingsOf(Script.Portion portion) throws SQLException {
        for (Statement one : portion.statements()) {
            if (one.setsTheSession()) {
                execute(one.text());
            }
        }
    }

    /// All of them or none, with what is written of them.
    Result together(Script.Portion portion, Guard guard, Writing writing) throws SQLException {
        return untilDone(portion.statements().getFirst(), () -> once(portion, guard, writing));
    }

    private interface Attempt {
        /// Tries once; null when somebody was in the way.
        @Nullable Result make() throws SQLException;
    }

    private Result untilDone(Statement first, Attempt attempt) throws SQLException {
        Result result = attempt.make();
        if (result != null) {
            return result;
        }
        // Looked for only now: mostly nobody is in the way.
        int pid = Pooler.process(connection);
        try (var blockers = new Blockers(address, pid)) {
            blockers.begin();
            for (int made = 1; made < patience.attempts(); made++) {
                pause(made);
                if (Thread.currentThread().isInterrupted() || left().isNegative()) {
                    return blocked(first, made, blockers.seen());
                }
                result = attempt.make();
                if (result != null) {
                    return result;
                }
            }
            return blocked(first, patience.attempts(), blockers.seen());
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

    private void pause(int attempt) {
        LockSupport.parkNanos(
                patience.pause(attempt, ThreadLocalRandom.current().nextDouble()).toNanos());
    }

    private @Nullable Result once(Script.Portion portion, Guard guard, Writing writing)
            throws SQLException {
        connection.setAutoCommit(false);
        Statement at = portion.statements().getFirst();
        boolean defines = false;
        try {
            String role = asOurselves();
            if (!guard.holds()) {
                connection.rollback();
                connection.setAutoCommit(true);
                return new Result.Overtaken();
            }
            as(role);
            for (Statement one : portion.statements()) {
                at = one;
                defines = defines || !one.isWrite();
                limits(defines ? patience.definitions() : patience.rows(), "SET LOCAL ");
                listener.accept(one);
                execute(one.text());
            }
            role = asOurselves();
            writing.write();
            as(role);
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
        return IN_THE_WAY.contains(why.getSQLState()) ? null : broken(at, why);
    }

    /// One statement outside of any transaction. What builds or drops CONCURRENTLY lets readers and
    /// writers pass while it waits, so that it may wait.
    Result alone(Statement statement, Cleaning cleaning) throws SQLException {
        return untilDone(statement, () -> tried(statement, cleaning));
    }

    /// Takes away what an attempt left.
    interface Cleaning {
        /// Looks for it.
        ///
        /// @param why what the server said
        /// @return what became of the statement; null when it can be tried again
        @Nullable Result clean(String why) throws SQLException;
    }

    private @Nullable Result tried(Statement statement, Cleaning cleaning) throws SQLException {
        Duration lock =
                statement.isPatient()
                        ? Duration.ZERO
                        : statement.isWrite() ? patience.rows() : patience.definitions();
        try {
            limits(lock, "SET ");
            listener.accept(statement);
            execute(statement.text());
            return new Result.Done();
        } catch (SQLException e) {
            if (isGone(e)) {
                throw e;
            }
            if (!IN_THE_WAY.contains(e.getSQLState())) {
                return broken(statement, e);
            }
            return cleaning.clean(ServerWords.of(e));
        }
    }

    private void limits(Duration lock, String set) throws SQLException {
        execute(set + "lock_timeout = " + lock.toMillis());
        execute(set + "statement_timeout = " + Math.max(1, left().toMillis()));
    }

    private Duration left() {
        return Duration.ofNanos(until - System.nanoTime());
    }

    /// Makes the session's role that of the connection, as the ledger is its.
    ///
    /// @return the role that it had, for [#as]
    String asOurselves() throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SHOW role")) {
            row.next();
            String role = row.getString(1);
            if (!role.equals(NO_ROLE)) {
                execute("RESET ROLE");
            }
            return role;
        }
    }

    void as(String role) throws SQLException {
        if (!role.equals(NO_ROLE)) {
            execute("SET ROLE " + Sql.identifier(role));
        }
    }

    static boolean isGone(SQLException e) {
        String state = e.getSQLState();
        return state == null || (GONE.contains(state.substring(0, 2)) && !state.equals(CANCELED));
    }

    private static Result broken(Statement at, SQLException why) {
        return new Result.Broken(at, ServerWords.of(why), passes(why));
    }

    /// Whether the server may take the same another time, with nobody mending the statement.
    static boolean passes(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return PASSING.contains(state) || PASSING.contains(state.substring(0, 2));
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }
}
