package dev.belay.driver.postgres;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.postgresql.PGConnection;

/// Notices a pooler that lends the server's sessions for single transactions. Through one, a lock
/// of the session is held by whoever is lent it next, and a setting is theirs, too. One that lends
/// them for as long as its client is there does no harm.
///
/// Changes nothing in any session.
final class Pooler {
    static final String HINT =
            "give `url` the server's own address, or that of a pool whose mode is `session`";

    private static final Duration WITHIN = Duration.ofSeconds(5);
    private static final int ROUNDS = 3;
    private static final Executor AT_ONCE = Runnable::run;

    private Pooler() {}

    /// Whether `connection` is lent a session for each transaction.
    ///
    /// A server tells its process when a session begins, and a pooler makes that number up: where
    /// it is true, nobody stands between. Else a transaction that another client holds open tells:
    /// it is in the session that was lent to us a moment ago, or keeps us from getting the same
    /// again.
    static boolean lends(Connection connection, PostgresAddress address) throws SQLException {
        if (connection.unwrap(PGConnection.class).getBackendPID() == process(connection)) {
            return false;
        }
        for (int round = 0; round < ROUNDS; round++) {
            int ours = process(connection);
            try (Connection other = address.connect("belay/watch")) {
                other.setNetworkTimeout(AT_ONCE, (int) WITHIN.toMillis());
                other.setAutoCommit(false);
                if (process(other) == ours || process(connection) != ours) {
                    return true;
                }
                other.rollback();
            } catch (PostgresFailure _) {
                return false;
            } catch (SQLException e) {
                // Nobody else is lent one while we have ours: it lends them for good. One that
                // answers, and does not take a transaction, lends them for single statements.
                return !(e.getCause() instanceof SocketTimeoutException);
            }
        }
        return false;
    }

    /// The server's process that answers now.
    static int process(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }
}
