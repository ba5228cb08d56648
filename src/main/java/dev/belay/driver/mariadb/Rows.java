package dev.belay.driver.mariadb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.RowAdder;
import dev.belay.driver.backup.RowChecksum;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The rows of a database, as one connection sees them: added up, or as the statements that bring
/// them back. Text is read and written in the bytes that the server keeps, whatever its character
/// set is.
final class Rows {
    private static final int AT_ONCE = 500;

    private Rows() {}

    /// What the rows of each table add up to, by quoted name.
    static SortedMap<String, RowChecksum> sums(
            Connection connection, List<Table> tables, Meter meter)
            throws SQLException, InterruptedException {
        var sums = new TreeMap<String, RowChecksum>();
        try {
            Sql.run(connection, "SET SESSION character_set_results = NULL");
            for (Table table : tables) {
                sums.put(Sql.quoted(table.name()), sum(connection, table, meter));
            }
        } finally {
            Sql.run(connection, "SET NAMES utf8mb4");
        }
        return sums;
    }

    private static RowChecksum sum(Connection connection, Table table, Meter meter)
            throws SQLException, InterruptedException {
        var adder = new RowAdder();
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(AT_ONCE);
            try (ResultSet rows = statement.executeQuery(table.select(table.columns()))) {
                while (rows.next()) {
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                    byte[] row = row(rows, table.columns().size());
                    adder.add(row);
                    meter.add(row.length);
                }
            }
        }
        return adder.sum();
    }

    private static byte[] row(ResultSet rows, int columns) throws SQLException {
        var row = new ByteArrayOutputStream();
        for (int i = 1; i <= columns; i++) {
            byte[] value = rows.getBytes(i);
            if (value == null) {
                row.write('n');
            } else {
                row.writeBytes((value.length + " ").getBytes(US_ASCII));
                row.writeBytes(value);
            }
        }
        return row.toByteArray();
    }

    /// The statements that bring all rows back, for MariaDB's own client; read once, in one
    /// transaction of the connection.
    static InputStream statements(Connection connection, List<Table> tables) throws SQLException {
        Sql.run(connection, "SET SESSION character_set_results = NULL");
        return new Text(connection, tables);
    }

    private static final class Text extends InputStream {
        /// A statement is ended when it has that many bytes: far below what servers take.
        private static final int STATEMENT = 1 << 20;

        private static final String HEAD =
                """
                SET NAMES utf8mb4;
                SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00';
                SET SESSION foreign_key_checks = 0, check_constraint_checks = 0;
                SET SESSION autocommit = 0;
                """;

        private final Connection connection;
        private final Iterator<Table> left;
        private byte[] ready = HEAD.getBytes(UTF_8);
        private int at;
        private @Nullable Table table;
        private @Nullable Statement statement;
        private @Nullable ResultSet rows;

        Text(Connection connection, List<Table> tables) {
            this.connection = connection;
            this.left = tables.iterator();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int from, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            try {
                while (at == ready.length) {
                    if (Thread.interrupted()) {
                        throw new InterruptedIOException("the backup was ended");
                    }
                    byte[] more = more();
                    if (more.length == 0) {
                        return -1;
                    }
                    ready = more;
                    at = 0;
                }
            } catch (SQLException e) {
                throw new IOException("reading rows: " + e.getMessage(), e);
            }
            int n = Math.min(length, ready.length - at);
            System.arraycopy(ready, at, to, from, n);
            at += n;
            return n;
        }

        /// The next statement, or nothing at the end.
        private byte[] more() throws SQLException {
            while (true) {
                ResultSet open = rows;
                Table current = table;
                if (open == null || current == null) {
                    if (!left.hasNext()) {
                        return new byte[0];
                    }
                    begin(left.next());
                } else {
                    byte[] text = insert(open, current);
                    if (text.length > 0) {
                        return text;
                    }
                    end();
                    return "COMMIT;\n".getBytes(UTF_8);
                }
            }
        }

        private void begin(Table next) throws SQLException {
            if (next.given().isEmpty()) {
                return;
            }
            Statement fresh = connection.createStatement();
            statement = fresh;
            fresh.setFetchSize(AT_ONCE);
            rows = fresh.executeQuery(next.select(next.given()));
            table = next;
        }

        private void end() throws SQLException {
            if (rows != null) {
                rows.close();
                rows = null;
            }
            if (statement != null) {
                statement.close();
                statement = null;
            }
        }

        private static byte[] insert(ResultSet rows, Table table) throws SQLException {
            var text = new ByteArrayOutputStream();
            while (text.size() < STATEMENT && rows.next()) {
                text.writeBytes(text.size() == 0 ? head(table) : ",\n(".getBytes(UTF_8));
                for (int i = 0; i < table.given().size(); i++) {
                    if (i > 0) {
                        text.write(',');
                    }
                    text.writeBytes(literal(rows.getBytes(i + 1), table.given().get(i).form()));
                }
                text.write(')');
            }
            if (text.size() > 0) {
                text.writeBytes(";\n".getBytes(UTF_8));
            }
            return text.toByteArray();
        }

        private static byte[] head(Table table) {
            var names = table.given().stream().map(one -> Sql.quoted(one.name())).toList();
            return ("INSERT INTO "
                            + Sql.quoted(table.name())
                            + " ("
                            + String.join(", ", names)
                            + ") VALUES\n(")
                    .getBytes(UTF_8);
        }

        private static byte[] literal(byte @Nullable [] value, Table.Form form) {
            if (value == null) {
                return "NULL".getBytes(US_ASCII);
            }
            return switch (form) {
                case NUMBER -> value;
                case WORD -> ("'" + new String(value, US_ASCII) + "'").getBytes(US_ASCII);
                case BYTES -> ("x'" + HexFormat.of().formatHex(value) + "'").getBytes(US_ASCII);
            };
        }

        @Override
        public void close() throws IOException {
            try {
                end();
                Sql.run(connection, "SET NAMES utf8mb4");
            } catch (SQLException e) {
                throw new IOException("reading rows: " + e.getMessage(), e);
            }
        }
    }
}
