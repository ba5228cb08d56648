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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What a statement that runs outside of a transaction leaves when it is interrupted: above all an
/// index that is there by name, that no query uses, and that every later `IF NOT EXISTS` is content
/// with.
///
/// Names are looked up as the session would find them: its search path has to be the statement's.
final class Debris {
    private static final int NAME_BYTES = 63;
    private static final Duration CLEARED_WITHIN = Duration.ofMinutes(1);
    private static final Set<String> REPEATABLE = Set.of("reindex", "vacuum", "cluster", "analyze");

    /// By what a statement makes: whether it is there, and of no use since it was to be dropped.
    private static final Map<String, String> OF_THE_SERVER =
            Map.of(
                    "database",
                    "SELECT datconnlimit = -2 FROM pg_database WHERE datname = ?",
                    "tablespace",
                    "SELECT false FROM pg_tablespace WHERE spcname = ?",
                    "subscription",
                    """
                    SELECT false FROM pg_subscription JOIN pg_database d ON d.oid = subdbid
                    WHERE subname = ? AND datname = current_database()\
                    """);

    /// How PostgreSQL names what `REINDEX CONCURRENTLY` makes, until it is done.
    private static final Pattern ASIDE = Pattern.compile("_cc(new|old)[0-9]*\"?$");

    /// What was of no use before the statement began: no trace of it.
    private Set<String> before = Set.of();

    private final Connection connection;

    /// @param connection outside of a transaction
    Debris(Connection connection) {
        this.connection = connection;
    }

    /// What became of a statement whose end nobody saw.
    sealed interface Trace {
        /// It is carried out.
        record Done() implements Trace {}

        /// It had stopped between its two steps, and is carried out now.
        record Finished() implements Trace {}

        /// What was left of it was of no use, and is gone.
        record Cleared() implements Trace {}

        /// Nothing of it is there, or doing it again is doing it once.
        record Nothing() implements Trace {}

        /// Something is there that is of no use, and stays.
        ///
        /// @param what a sentence
        /// @param again whether the statement, carried out once more, gets where it was to
        record Left(String what, boolean again) implements Trace {}

        /// Nobody can tell.
        record Unknown() implements Trace {}
    }

    /// A statement is about to begin for the first time.
    void begin() throws SQLException {
        before = Set.copyOf(invalidIndexes());
    }

    /// One goes on that was begun in another session: all that is of no use may be its.
    void resume() {
        before = Set.of();
    }

    /// Finds out what became of it, and takes away what is of no use.
    Trace find(Statement statement) throws SQLException {
        Optional<ConcurrentIndex> index = statement.concurrentIndex();
        if (index.isPresent()) {
            return statement.begins("create") ? built(index.get()) : dropped(index.get());
        }
        if (!statement.isAlone()) {
            return new Trace.Unknown();
        }
        if (statement.begins("alter", "table")) {
            return detached(statement);
        }
        if (statement.begins("reindex")) {
            return reindexed();
        }
        if (statement.begins("create") || statement.begins("drop")) {
            return named(statement);
        }
        boolean repeatable =
                REPEATABLE.contains(statement.tokens().getFirst())
                        || statement.begins("alter", "system");
        return repeatable ? new Trace.Nothing() : new Trace.Unknown();
    }

    private Trace built(ConcurrentIndex index) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement(
                        """
                        SELECT i.indrelid = to_regclass(?), i.indisvalid AND i.indisready,
                          c.oid::regclass::text
                        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                        WHERE c.relname = ? ORDER BY 1 DESC NULLS LAST\
                        """)) {
            query.setString(1, index.table());
            query.setString(2, unquoted(index.name()));
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    return new Trace.Nothing();
                }
                boolean its = row.getBoolean(1);
                if (row.wasNull()) {
                    // The table is not in the search path, and some index has the name.
                    return new Trace.Unknown();
                }
                if (!its) {
                    return new Trace.Nothing();
                }
                if (row.getBoolean(2)) {
                    return new Trace.Done();
                }
                String name = row.getString(3);
                return finished("DROP INDEX CONCURRENTLY IF EXISTS " + name)
                        ? new Trace.Cleared()
                        : new Trace.Left(unused(List.of(name)), false);
            }
        }
    }

    private Trace dropped(ConcurrentIndex index) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement(
                        """
                        SELECT indisvalid AND indisready AND indislive, indexrelid::regclass::text
                        FROM pg_index WHERE indexrelid = to_regclass(?)\
                        """)) {
            query.setString(1, index.name());
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    return new Trace.Done();
                }
                // One on its way out is invalid first; to drop it again is to drop it.
                String name = row.getString(2);
                return row.getBoolean(1) || before.contains(name)
                        ? new Trace.Nothing()
                        : new Trace.Left(unused(List.of(name)), true);
            }
        }
    }

    /// What a whole server has is made and taken away at one instant, by one line of a catalogue.
    private Trace named(Statement statement) throws SQLException {
        List<String> tokens = statement.tokens();
        String catalogue = OF_THE_SERVER.get(tokens.get(1));
        int at = 2;
        while (at < tokens.size() && Set.of("if", "exists").contains(tokens.get(at))) {
            at++;
        }
        if (catalogue == null || at >= tokens.size()) {
            return new Trace.Unknown();
        }
        String name = unquoted(tokens.get(at));
        try (PreparedStatement query = connection.prepareStatement(catalogue)) {
            query.setString(1, name);
            try (ResultSet row = query.executeQuery()) {
                boolean there = row.next();
                if (there == statement.begins("create")) {
                    return new Trace.Done();
                }
                return there && row.getBoolean(1)
                        ? new Trace.Left("left is `" + name + "`, which lets nobody in", true)
                        : new Trace.Nothing();
            }
        }
    }

    /// Doing it again is doing it once, but for what it built beside an index, or put aside.
    private Trace reindexed() throws SQLException {
        List<String> aside =
                invalidIndexes().stream()
                        .filter(name -> ASIDE.matcher(name).find() && !before.contains(name))
                        .toList();
        return aside.isEmpty() ? new Trace.Nothing() : new Trace.Left(unused(aside), true);
    }

    private static String unused(List<String> indexes) {
        return "left is index `"
                + String.join("`, `", indexes)
                + "`, which no query uses and every write pays for";
    }

    /// A partition that is detached in two steps may stand between them.
    private Trace detached(Statement statement) throws SQLException {
        List<String> tokens = statement.tokens();
        int detach = tokens.indexOf("detach");
        int end = Math.max(tokens.lastIndexOf("concurrently"), tokens.lastIndexOf("finalize"));
        if (detach < 3 || end < detach + 3) {
            return new Trace.Unknown();
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
                        SELECT inhdetachpending FROM (
                          SELECT to_regclass(?) AS parent, to_regclass(?) AS part) named
                        LEFT JOIN pg_inherits ON inhparent = parent AND inhrelid = part
                        WHERE parent IS NOT NULL AND part IS NOT NULL\
                        """)) {
            query.setString(1, parent);
            query.setString(2, partition);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    // What is not in the search path may be there all the same.
                    return new Trace.Unknown();
                }
                boolean between = row.getBoolean(1);
                if (row.wasNull()) {
                    return new Trace.Done();
                }
                if (!between) {
                    return new Trace.Nothing();
                }
                return finished(
                                "ALTER TABLE "
                                        + parent
                                        + " DETACH PARTITION "
                                        + partition
                                        + " FINALIZE")
                        ? new Trace.Finished()
                        : new Trace.Left(
                                "left is partition `" + partition + "`, half let go", false);
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

    /// Carries out what is missing of a statement.
    ///
    /// @return false when the server did not, as somebody is in the way
    private boolean finished(String sql) throws SQLException {
        try (var limit = connection.createStatement()) {
            limit.execute("SET lock_timeout = 0");
            limit.execute("SET statement_timeout = " + CLEARED_WITHIN.toMillis());
        }
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
            return true;
        } catch (SQLException e) {
            if (PortionRun.isGone(e)) {
                throw e;
            }
            return false;
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
