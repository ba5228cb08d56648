package dev.belay.driver.postgres;

import dev.belay.schema.script.Statement;
import dev.belay.schema.script.Statement.ConcurrentIndex;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a statement that runs outside of a transaction leaves when it is interrupted: above all an
/// index that is there by name, that no query uses, and that every later `IF NOT EXISTS` is content
/// with.
final class Debris {
    private static final int NAME_BYTES = 63;
    private static final Duration CLEARED_WITHIN = Duration.ofMinutes(1);
    private static final Set<String> REPEATABLE = Set.of("reindex", "vacuum", "cluster", "analyze");

    private final Connection connection;

    /// @param connection outside of a transaction
    Debris(Connection connection) {
        this.connection = connection;
    }

    /// What became of a statement whose end nobody saw.
    enum Trace {
        /// It is carried out.
        DONE,
        /// What was left of it was of no use, and is gone.
        CLEARED,
        /// Nothing of it is there, or doing it again is doing it once.
        NOTHING,
        /// Nobody can tell.
        UNKNOWN
    }

    /// Finds out what became of it, and takes away what is of no use.
    Trace find(Statement statement) throws SQLException {
        Optional<ConcurrentIndex> index = statement.concurrentIndex();
        if (index.isPresent()) {
            return statement.begins("create") ? built(index.get()) : dropped(index.get());
        }
        if (!statement.isAlone()) {
            return Trace.UNKNOWN;
        }
        if (statement.begins("alter", "table")) {
            return detached(statement);
        }
        boolean repeatable =
                REPEATABLE.contains(statement.tokens().getFirst())
                        || statement.begins("alter", "system");
        return repeatable ? Trace.NOTHING : Trace.UNKNOWN;
    }

    private Trace built(ConcurrentIndex index) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement(
                        """
                        SELECT i.indisvalid AND i.indisready, c.oid::regclass::text
                        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                        WHERE c.relname = ? AND i.indrelid = to_regclass(?)\
                        """)) {
            query.setString(1, unquoted(index.name()));
            query.setString(2, index.table());
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    return Trace.NOTHING;
                }
                if (row.getBoolean(1)) {
                    return Trace.DONE;
                }
                execute("DROP INDEX CONCURRENTLY IF EXISTS " + row.getString(2));
                return Trace.CLEARED;
            }
        }
    }

    private Trace dropped(ConcurrentIndex index) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement(
                        "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(?)")) {
            query.setString(1, index.name());
            try (ResultSet row = query.executeQuery()) {
                // One on its way out is invalid first; to drop it again is to drop it.
                return row.next() ? Trace.NOTHING : Trace.DONE;
            }
        }
    }

    /// A partition that is detached in two steps may stand between them.
    private Trace detached(Statement statement) throws SQLException {
        List<String> tokens = statement.tokens();
        int detach = tokens.indexOf("detach");
        int end = Math.max(tokens.lastIndexOf("concurrently"), tokens.lastIndexOf("finalize"));
        if (detach < 3 || end < detach + 3) {
            return Trace.UNKNOWN;
        }
        int from = 2;
        while (Set.of("if", "exists", "only").contains(tokens.get(from)) && from < detach - 1) {
            from++;
        }
        String parent = String.join("", tokens.subList(from, detach));
        String partition = String.join("", tokens.subList(detach + 2, end));
        try (PreparedStatement query =
                connection.prepareStatement(
                        """
                        SELECT inhdetachpending FROM pg_inherits
                        WHERE inhparent = to_regclass(?) AND inhrelid = to_regclass(?)\
                        """)) {
            query.setString(1, parent);
            query.setString(2, partition);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    return Trace.DONE;
                }
                if (row.getBoolean(1)) {
                    execute(
                            "ALTER TABLE "
                                    + parent
                                    + " DETACH PARTITION "
                                    + partition
                                    + " FINALIZE");
                    return Trace.DONE;
                }
                return Trace.NOTHING;
            }
        }
    }

    /// Indexes that no query uses though they cost every write, wherever they come from.
    List<String> invalidIndexes() throws SQLException {
        var names = new ArrayList<String>();
        try (var query = connection.createStatement();
                ResultSet row =
                        query.executeQuery(
                                """
                                SELECT i.indexrelid::regclass::text FROM pg_index i
                                JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i'
                                WHERE NOT (i.indisvalid AND i.indisready AND i.indislive)
                                ORDER BY 1\
                                """)) {
            while (row.next()) {
                names.add(row.getString(1));
            }
        }
        return names;
    }

    private void execute(String sql) throws SQLException {
        try (var limit = connection.createStatement()) {
            limit.execute("SET lock_timeout = 0");
            limit.execute("SET statement_timeout = " + CLEARED_WITHIN.toMillis());
        }
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// As the catalogue has it: of a longer name it keeps as many whole characters as have room.
    private static String unquoted(String name) {
        String plain =
                name.startsWith("\"")
                        ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
                        : name;
        while (plain.getBytes(StandardCharsets.UTF_8).length > NAME_BYTES) {
            plain = plain.substring(0, plain.offsetByCodePoints(plain.length(), -1));
        }
        return plain;
    }
}
