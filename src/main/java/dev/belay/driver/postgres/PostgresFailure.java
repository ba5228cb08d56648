package dev.belay.driver.postgres;

import java.sql.SQLException;

/// Something that a PostgreSQL server or one of its programs did not do: what, and how to mend it.
/// Holds no password.
public final class PostgresFailure extends Exception {
    /// The server is there, and refuses because somebody else holds what is wanted.
    public static final String LOCK_NOT_AVAILABLE = "55P03";

    private final String hint;
    private final String state;

    public PostgresFailure(String reason, String hint) {
        super(reason);
        this.hint = hint;
        this.state = "";
    }

    /// @param doing what was tried, as `reading the catalogue of orders`
    public PostgresFailure(String doing, SQLException cause) {
        super(doing + ": " + said(cause), cause);
        this.hint = "";
        this.state = cause.getSQLState() == null ? "" : cause.getSQLState();
    }

    /// How to mend it, or empty.
    public String hint() {
        return hint;
    }

    /// PostgreSQL's five letters (its manual, appendix A), or empty.
    public String state() {
        return state;
    }

    /// The server's own words on one line.
    private static String said(SQLException cause) {
        String text = cause.getMessage();
        return text == null ? cause.getClass().getSimpleName() : text.strip().replace("\n", "; ");
    }
}
