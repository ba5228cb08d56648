package dev.belay.driver.postgres;

import dev.belay.driver.postgres.LoadTurns.Phase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// One of those that talk to a copy as the living release does. Each statement is a transaction,
/// which is taken back.
final class LoadSession implements AutoCloseable {
    /// An application of its own would mostly not wait longer.
    static final Duration STATEMENT_MAX = Duration.ofSeconds(60);

    private static final Duration WARMING_MAX = Duration.ofSeconds(2);

    /// So many rows are read of an answer: it might be the whole table.
    private static final int ROWS_MAX = 1_000;

    private static final String RAISED = "P0";
    private static final String SYNTAX = "42601";

    private final Connection connection;
    private final int pid;
    private final LoadTurns turns;
    private final RowSamples samples;
    private final LoadTally tally;
    private volatile @Nullable Saying now;

    /// @param at a way to the copy for somebody who may become the role
    LoadSession(
            PostgresAddress at, String role, LoadTurns turns, RowSamples samples, LoadTally tally)
            throws PostgresFailure {
        this.turns = turns;
        this.samples = samples;
        this.tally = tally;
        connection = at.connect("belay/load");
        try {
            pid = Pooler.process(connection);
            StatementReplay.become(connection, role);
            limit();
        } catch (SQLException e) {
            close();
            throw new PostgresFailure("talking as `" + role + "`", e);
        }
    }

    /// What the role's own settings say holds where it is less.
    private void limit() throws SQLException, PostgresFailure {
        long own =
                Ask.number(
                        connection,
                        "SELECT setting FROM pg_catalog.pg_settings WHERE name = 'statement_timeout'");
        if (own == 0 || own > STATEMENT_MAX.toMillis()) {
            try (Statement session = connection.createStatement()) {
                session.execute("SET statement_timeout = " + STATEMENT_MAX.toMillis());
            }
        }
    }

    /// The server's process.
    int pid() {
        return pid;
    }

    /// What it says now; null between two statements.
    @Nullable Saying now() {
        return now;
    }

    /// Talks until all is over, or the session is lost.
    void run() throws InterruptedException {
        for (LoadTurns.Turn turn = turns.next(); turn != null; turn = turns.next()) {
            boolean lost = true;
            try {
                lost = !say(turn);
            } finally {
                Phase phase = turns.ended();
                Saying said = now;
                now = null;
                if (said != null && !lost) {
                    tally.add(said, turn, phase);
                }
            }
            if (lost) {
                return;
            }
        }
    }

    /// @return whether the session is still of use
    private boolean say(LoadTurns.Turn turn) {
        String text = turn.statement().spoken(samples, ThreadLocalRandom.current());
        try (Statement session = connection.createStatement()) {
            session.setEscapeProcessing(false);
            session.setMaxRows(ROWS_MAX);
            session.execute("BEGIN");
            if (turn.phase() == Phase.WARMING) {
                session.execute("SET LOCAL statement_timeout = " + WARMING_MAX.toMillis());
            }
            var saying = new Saying(turn.statement(), System.nanoTime());
            now = saying;
            try {
                session.execute(text);
                saying.ended("", "");
            } catch (SQLException e) {
                if (PortionRun.isGone(e)) {
                    return false;
                }
                saying.ended(String.valueOf(e.getSQLState()), words(e));
            }
            // Such a lock outlives what took it.
            session.execute("ROLLBACK; SELECT pg_catalog.pg_advisory_unlock_all()");
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    /// The values are of real rows: neither a function's own words nor a piece of the statement is
    /// for others to read.
    private static String words(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.startsWith(RAISED)
                ? "a function or a trigger raises it"
                : state.equals(SYNTAX) ? "it is not understood" : ServerWords.brief(e);
    }

    /// Ends what it says, too.
    @Override
    public void close() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // It is gone already.
        }
    }
}
