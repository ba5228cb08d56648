package dev.belay.driver.mariadb;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Statements and answers, as texts.
final class Sql {
    private Sql() {}

    /// A name, as MariaDB reads any.
    static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    static void run(Connection connection, String statement) throws SQLException {
        try (Statement it = connection.createStatement()) {
            it.execute(statement);
        }
    }

    /// The first value, or an empty text.
    static String text(Connection connection, String query, String... values) throws SQLException {
        List<List<@Nullable String>> all = rows(connection, query, values);
        String first = all.isEmpty() ? null : all.getFirst().getFirst();
        return first == null ? "" : first;
    }

    /// The first column.
    static List<String> texts(Connection connection, String query, String... values)
            throws SQLException {
        return rows(connection, query, values).stream()
                .map(row -> String.valueOf(row.getFirst()))
                .toList();
    }

    /// All of an answer that is known to be short.
    static List<List<@Nullable String>> rows(Connection connection, String query, String... values)
            throws SQLException {
        var all = new ArrayList<List<@Nullable String>>();
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                int columns = rows.getMetaData().getColumnCount();
                while (rows.next()) {
                    var row = new ArrayList<@Nullable String>();
                    for (int i = 1; i <= columns; i++) {
                        row.add(rows.getString(i));
                    }
                    all.add(row);
                }
            }
        }
        return all;
    }
}
