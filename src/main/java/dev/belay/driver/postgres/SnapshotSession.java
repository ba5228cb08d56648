package dev.belay.driver.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A session that only reads, sees the database as it is at one instant, and has everything pinned
/// that changes how values are written.
final class SnapshotSession implements AutoCloseable {
    /// What the text of a value depends on, and what would end us. A user's settings for his role
    /// or his database must not show in a checksum.
    static final List<String> PINNED =
            List.of(
                    "search_path=pg_catalog",
                    "timezone=UTC",
                    "datestyle=ISO, YMD",
                    "intervalstyle=postgres",
                    "extra_float_digits=3",
                    "bytea_output=hex",
                    "xmloption=content",
                    "lc_monetary=C",
                    // Fails where it would leave out rows.
                    "row_security=off",
                    "quote_all_identifiers=off",
                    "statement_timeout=0",
                    "idle_in_transaction_session_timeout=0");

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotSession.class);

    private final Connection connection;

    private SnapshotSession(Connection connection) {
        this.connection = connection;
    }

    /// Begins a transaction in a new session of the address.
    ///
    /// @param snapshot another session's, or empty for one that is taken with the first query
    /// @param lockWait how long to wait for a lock on a table
    static SnapshotSession open(PostgresAddress address, String snapshot, Duration lockWait)
            throws PostgresFailure {
        var session = new SnapshotSession(address.connect("belay/backup"));
        try {
            session.begin(snapshot, lockWait);
            return session;
        } catch (PostgresFailure e) {
            session.close();
            throw e;
        }
    }

    /// In a session that is there and in no transaction.
    static SnapshotSession of(Connection connection, Duration lockWait) throws PostgresFailure {
        var session = new SnapshotSession(connection);
        session.begin("", lockWait);
        return session;
    }

    private void begin(String snapshot, Duration lockWait) throws PostgresFailure {
        String adopt =
                snapshot.isEmpty() ? "" : "SET TRANSACTION SNAPSHOT " + Sql.literal(snapshot) + ";";
        String settings =
                Stream.concat(PINNED.stream(), Stream.of("lock_timeout=" + lockWait.toMillis()))
                        .map(one -> one.split("=", 2))
                        .map(one -> "SET LOCAL " + one[0] + " TO " + value(one[0], one[1]))
                        .collect(Collectors.joining(";"));
        execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;" + adopt + settings);
    }

    /// Lists are several values.
    private static String value(String name, String text) {
        return name.equals("datestyle") ? text : Sql.literal(text);
    }

    Connection connection() {
        return connection;
    }

    void execute(String statement) throws PostgresFailure {
        try (Statement it = connection.createStatement()) {
            it.execute(statement);
        } catch (SQLException e) {
            throw new PostgresFailure("reading the database", e);
        }
    }

    /// At rest: nothing of it stays at the server.
    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("while closing: {}", e.getMessage());
        }
    }

    /// In the middle of what another thread does with it, which fails then.
    void end() {
        try {
            if (!connection.isClosed()) {
                // Without this the server would find out only when it sends the next row.
                connection.unwrap(PGConnection.class).cancelQuery();
                connection.abort(Runnable::run);
            }
        } catch (SQLException e) {
            LOG.debug("while ending: {}", e.getMessage());
        }
    }
}
