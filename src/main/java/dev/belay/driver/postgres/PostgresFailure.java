package dev.belay.driver.postgres;

import dev.belay.driver.backup.DataFailure;
import java.sql.SQLException;
import java.util.List;

/// Something that a PostgreSQL server or one of its programs did not do: what, and how to mend it.
/// Holds no password.
public final class PostgresFailure extends DataFailure {
    /// The server is there, and refuses because somebody else holds what is wanted.
    public static final String LOCK_NOT_AVAILABLE = "55P03";

    /// Classes: insufficient resources, intervention, system error, internal error.
    private static final List<String> OF_THE_SERVER = List.of("08", "53", "57P", "58", "XX");

    private final String state;
    private final boolean beforeAnything;

    /// Something that was found before a server was asked.
    public PostgresFailure(String reason, String hint) {
        super(reason, hint);
        this.state = "";
        this.beforeAnything = true;
    }

    private PostgresFailure(String reason, SQLException cause, boolean beforeAnything) {
        super(reason + ": " + ServerWords.of(cause), "", cause);
        this.state = cause.getSQLState() == null ? "" : cause.getSQLState();
        this.beforeAnything = beforeAnything;
    }

    /// No session came to be.
    static PostgresFailure unconnected(PostgresAddress to, SQLException cause) {
        return new PostgresFailure("connecting to " + to, cause, true);
    }

    /// Somebody else holds what is wanted, as one of PostgreSQL's programs found.
    static PostgresFailure locked(String reason) {
        return new PostgresFailure(
                reason, new SQLException("somebody else holds a lock", LOCK_NOT_AVAILABLE));
    }

    /// @param doing what was tried, as `reading the catalogue of orders`
    public PostgresFailure(String doing, SQLException cause) {
        this(doing, cause, false);
    }

    /// Whether nothing can have happened.
    public boolean beforeAnything() {
        return beforeAnything;
    }

    /// Whether the server had not what it needed, as room on its disk, or broke down: it says
    /// nothing of what was asked of it.
    public boolean isOfTheServer() {
        return OF_THE_SERVER.stream().anyMatch(state::startsWith);
    }

    /// PostgreSQL's five letters (its manual, appendix A), or empty.
    public String state() {
        return state;
    }
}
