package dev.belay.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One connection with its prepared statements, used by one thread at a time. Answers are read to
/// their end before they are returned, so that a statement can be used again at once.
final class Session implements AutoCloseable {
    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private @Nullable TreeRows tree;

    Session(Connection connection) {
        this.connection = connection;
    }

    /// The audit log's tree, as this connection sees it.
    TreeRows tree() {
        TreeRows rows = tree;
        if (rows == null) {
            rows = new TreeRows(this);
            tree = rows;
        }
        return rows;
    }

    /// Makes a value of the current row.
    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /// Runs a script's statement, whose answer nobody needs.
    void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// Begins a transaction that may write. Said in SQL, because the driver would take the lock for
    /// the next transaction as soon as one is committed, and keep it while there is nothing to do.
    void begin() throws SQLException {
        update("BEGIN IMMEDIATE");
    }

    void commit() throws SQLException {
        update("COMMIT");
    }

    /// Drops the transaction, if there still is one: SQLite drops it by itself on a full disk.
    void rollBack() {
        try {
            update("ROLLBACK");
        } catch (SQLException _) {
            // There was none.
        }
    }

    /// Marks a point inside the transaction that [#rollBackToMark] returns to.
    void mark() throws SQLException {
        update("SAVEPOINT mark");
    }

    void dropMark() throws SQLException {
        update("RELEASE SAVEPOINT mark");
    }

    void rollBackToMark() throws SQLException {
        update("ROLLBACK TO SAVEPOINT mark");
        dropMark();
    }

    int update(String sql, @Nullable Object... values) throws SQLException {
        try {
            return bind(sql, values).executeUpdate();
        } catch (SQLException e) {
            throw forget(sql, e);
        }
    }

    <T> List<T> list(String sql, Reader<T> reader, @Nullable Object... values) throws SQLException {
        try (ResultSet rows = bind(sql, values).executeQuery()) {
            var list = new ArrayList<T>();
            while (rows.next()) {
                list.add(reader.read(rows));
            }
            return list;
        } catch (SQLException e) {
            throw forget(sql, e);
        }
    }

    /// The driver closes a statement that failed; the next use has to prepare it anew.
    private SQLException forget(String sql, SQLException why) throws SQLException {
        PreparedStatement failed = prepared.remove(sql);
        if (failed != null) {
            failed.close();
        }
        return why;
    }

    <T> Optional<T> first(String sql, Reader<T> reader, @Nullable Object... values)
            throws SQLException {
        return list(sql, reader, values).stream().findFirst();
    }

    /// The first column of the first row, 0 when there is none.
    long number(String sql, @Nullable Object... values) throws SQLException {
        return first(sql, row -> row.getLong(1), values).orElse(0L);
    }

    private PreparedStatement bind(String sql, @Nullable Object... values) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        for (int i = 0; i < values.length; i++) {
            statement.setObject(
                    i + 1, values[i] instanceof Boolean yes ? (yes ? 1 : 0) : values[i]);
        }
        return statement;
    }

    @Override
    public void close() throws SQLException {
        prepared.clear();
        connection.close();
    }
}
