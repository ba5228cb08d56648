package dev.belay.driver.sqlite;

import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.RowAdder;
import dev.belay.driver.backup.RowChecksum;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Adds up the rows of all tables, as one transaction sees them: of each value its type and its
/// bytes, since a column may hold anything. What a virtual table keeps stands in tables of its own,
/// and is read there.
final class TableSums {
    private static final String TABLES =
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')"
                    + " ORDER BY 1";

    private TableSums() {}

    static SortedMap<String, RowChecksum> read(Connection connection, Meter meter)
            throws SQLException, InterruptedException {
        var sums = new TreeMap<String, RowChecksum>();
        for (String table : SqliteFile.texts(connection, TABLES)) {
            // The schema is compared by its statements: where a table begins is nobody's data.
            if (!table.equals("sqlite_schema")) {
                sums.put(quoted(table), sum(connection, table, meter));
            }
        }
        return sums;
    }

    private static String quoted(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static RowChecksum sum(Connection connection, String table, Meter meter)
            throws SQLException, InterruptedException {
        List<String> columns =
                SqliteFile.texts(
                        connection,
                        "SELECT name FROM pragma_table_info('" + table.replace("'", "''") + "')");
        String query =
                "SELECT "
                        + columns.stream()
                                .map(TableSums::quoted)
                                .map(one -> "typeof(" + one + "), " + one)
                                .collect(Collectors.joining(", "))
                        + " FROM "
                        + quoted(table);
        var adder = new RowAdder();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                byte[] row = row(rows, columns.size());
                adder.add(row);
                meter.add(row.length);
            }
        }
        return adder.sum();
    }

    private static byte[] row(ResultSet rows, int columns) throws SQLException {
        var row = new ByteArrayOutputStream();
        for (int i = 0; i < columns; i++) {
            String type = rows.getString(2 * i + 1);
            byte[] value = value(rows, type, 2 * i + 2);
            row.writeBytes((type + value.length + " ").getBytes(StandardCharsets.US_ASCII));
            row.writeBytes(value);
        }
        return row.toByteArray();
    }

    private static byte[] value(ResultSet rows, String type, int column) throws SQLException {
        return switch (type) {
            case "null" -> new byte[0];
            case "integer" -> ByteBuffer.allocate(Long.BYTES).putLong(rows.getLong(column)).array();
            case "real" ->
                    ByteBuffer.allocate(Double.BYTES).putDouble(rows.getDouble(column)).array();
            default -> {
                byte[] bytes = rows.getBytes(column);
                yield bytes == null ? new byte[0] : bytes;
            }
        };
    }
}
