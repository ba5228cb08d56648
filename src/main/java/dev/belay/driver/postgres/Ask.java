package dev.belay.driver.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// Questions to a database whose answers are small.
final class Ask {
    /// One row of an answer.
    interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    private Ask() {}

    static <T> List<T> all(Connection connection, String query, Row<T> reader)
            throws PostgresFailure {
        var all = new ArrayList<T>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                all.add(reader.of(rows));
            }
        } catch (SQLException e) {
            throw new PostgresFailure("reading the database", e);
        }
        return all;
    }

    /// The first column of the first row; empty for null, or when there is no row.
    static String text(Connection connection, String query) throws PostgresFailure {
        List<String> answers = texts(connection, query);
        return answers.isEmpty() ? "" : answers.getFirst();
    }

    /// The first column.
    static List<String> texts(Connection connection, String query) throws PostgresFailure {
        return all(
                connection,
                query,
                row -> {
                    String text = row.getString(1);
                    return text == null ? "" : text;
                });
    }

    static long number(Connection connection, String query) throws PostgresFailure {
        return all(connection, query, row -> row.getLong(1)).stream().findFirst().orElse(0L);
    }
}
