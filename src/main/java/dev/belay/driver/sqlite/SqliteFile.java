package dev.belay.driver.sqlite;

import dev.belay.driver.backup.DataFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteOpenMode;
import org.sqlite.core.DB;

/// A database in a file, and how to talk to it.
///
/// @param path absolute
record SqliteFile(Path path) {
    private static final int BUSY_MILLIS = 15_000;

    /// As `sqlite:/var/lib/shop/app.db`, with two more slashes or without.
    static SqliteFile of(String address) throws DataFailure {
        String text = address.replaceFirst("^sqlite:(//(?=/))?", "");
        if (!address.startsWith("sqlite:") || !text.startsWith("/") || text.matches(".*[?#].*")) {
            throw new DataFailure(
                    "the address of the database is none of a file",
                    "write `sqlite:/FOLDER/FILE`, from the root, without `?` and `#`");
        }
        return new SqliteFile(Path.of(text).normalize());
    }

    /// A connection that makes no file.
    Connection connect() throws DataFailure, SQLException {
        if (!Files.isRegularFile(path)) {
            throw new DataFailure(
                    "there is no file `" + path + "`",
                    "make it, as by `sqlite3 " + path + " VACUUM`, or correct the address");
        }
        var config = new SQLiteConfig();
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        config.setOpenMode(SQLiteOpenMode.READWRITE);
        config.setBusyTimeout(BUSY_MILLIS);
        return config.createConnection("jdbc:sqlite:" + path);
    }

    /// SQLite's own, for what JDBC has no words for.
    static DB own(Connection connection) throws SQLException {
        return connection.unwrap(SQLiteConnection.class).getDatabase();
    }

    static String text(Connection connection, String query) throws SQLException {
        List<String> all = texts(connection, query);
        return all.isEmpty() ? "" : all.getFirst();
    }

    /// The first column.
    static List<String> texts(Connection connection, String query) throws SQLException {
        var all = new ArrayList<String>();
        try (Statement statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            while (rows.next()) {
                all.add(String.valueOf(rows.getString(1)));
            }
        }
        return all;
    }

    static void run(Connection connection, String statement) throws SQLException {
        try (Statement it = connection.createStatement()) {
            it.execute(statement);
        }
    }

    /// Copies the whole database into a file that was not there, by SQLite's own copying: what a
    /// transaction of this connection sees, or else what is committed.
    static void copy(Connection from, Path to) throws SQLException, DataFailure {
        int code = own(from).backup("main", to.toString(), null);
        if (code != 0) {
            throw new DataFailure("`" + to + "` cannot be written: SQLite says " + code, "");
        }
    }

    /// What SQLite said, in words that hold no row.
    static DataFailure failure(String doing, SQLException e) {
        String text = String.valueOf(e.getMessage());
        boolean busy = text.contains("SQLITE_BUSY") || text.contains("SQLITE_LOCKED");
        return new DataFailure(
                doing + ": " + text,
                busy ? "somebody else holds the database; end that, or try again" : "",
                e);
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
