package dev.belay.driver.mariadb;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.Seal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What there is in a database, as a connection sees it that uses it.
final class Catalogue {
    private static final Set<String> ENGINES = Set.of("InnoDB", "MyISAM", "Aria", "MEMORY");
    private static final Pattern COUNTER =
            Pattern.compile("(?m)^(\\) ENGINE=\\S+) AUTO_INCREMENT=([0-9]+)");
    private static final List<String> RIGHTS =
            List.of("SELECT", "SHOW VIEW", "TRIGGER", "EVENT", "EXECUTE");

    private final Connection connection;
    private final String database;

    Catalogue(Connection connection, String database) {
        this.connection = connection;
        this.database = database;
    }

    /// Who may see only a part of a database would back up only that part, and never know.
    ///
    /// @param locking whether tables have to be locked, too
    void requireRights(boolean locking) throws SQLException, DataFailure {
        var missing = new ArrayList<>(RIGHTS);
        if (locking) {
            missing.add("LOCK TABLES");
        }
        var mine = new ArrayList<String>();
        String user = Sql.text(connection, "SELECT CURRENT_USER()");
        int at = user.lastIndexOf('@');
        mine.add("'" + user.substring(0, at) + "'@'" + user.substring(at + 1) + "'");
        for (String role :
                Sql.texts(connection, "SELECT ROLE_NAME FROM information_schema.ENABLED_ROLES")) {
            mine.add("'" + role + "'@''");
        }
        for (String one : mine) {
            missing.removeAll(
                    Sql.texts(
                            connection,
                            "SELECT PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES WHERE"
                                    + " GRANTEE = ? UNION SELECT PRIVILEGE_TYPE FROM"
                                    + " information_schema.SCHEMA_PRIVILEGES WHERE GRANTEE = ? AND ?"
                                    + " LIKE TABLE_SCHEMA",
                            one,
                            one,
                            database));
        }
        if (!missing.isEmpty()) {
            throw new DataFailure(
                    "the user of the address does not have %s on all of `%s`: what he cannot see would be missing"
                            .formatted(String.join(", ", missing), database),
                    "GRANT %s ON %s.* TO him"
                            .formatted(String.join(", ", missing), Sql.quoted(database)));
        }
    }

    /// All that hold rows, by name.
    ///
    /// @throws DataFailure when one is of a kind whose rows nobody could compare
    List<Table> tables() throws SQLException, DataFailure {
        Map<String, List<Table.Column>> columns = columns();
        var tables = new ArrayList<Table>();
        for (List<@Nullable String> row :
                Sql.rows(
                        connection,
                        "SELECT TABLE_NAME, TABLE_TYPE, ENGINE, COALESCE(DATA_LENGTH, 0),"
                                + " COALESCE(CREATE_OPTIONS, '') FROM information_schema.TABLES WHERE"
                                + " TABLE_SCHEMA = ? AND TABLE_TYPE NOT IN ('VIEW', 'SEQUENCE')"
                                + " ORDER BY BINARY TABLE_NAME",
                        database)) {
            String name = String.valueOf(row.get(0));
            String engine = String.valueOf(row.get(2));
            if ("SYSTEM VERSIONED".equals(row.get(1))) {
                throw new DataFailure(
                        "`" + name + "` keeps the history of its rows, which a backup would lose",
                        "back the database up in a `job`, or `ALTER TABLE … DROP SYSTEM VERSIONING`");
            }
            if (!"BASE TABLE".equals(row.get(1)) || !ENGINES.contains(engine)) {
                throw new DataFailure(
                        "`%s` is of the engine %s, which is not backed up".formatted(name, engine),
                        "change it to InnoDB, or back the database up in a `job`");
            }
            tables.add(
                    new Table(
                            name,
                            engine,
                            Long.parseLong(String.valueOf(row.get(3))),
                            columns.getOrDefault(name, List.of())));
        }
        return tables;
    }

    private Map<String, List<Table.Column>> columns() throws SQLException {
        var all = new TreeMap<String, List<Table.Column>>();
        for (List<@Nullable String> row :
                Sql.rows(
                        connection,
                        "SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, EXTRA FROM"
                                + " information_schema.COLUMNS WHERE TABLE_SCHEMA = ? ORDER BY"
                                + " TABLE_NAME, ORDINAL_POSITION",
                        database)) {
            String extra = String.valueOf(row.get(3));
            // What is worked out at each look may be another each time.
            if (!extra.contains("VIRTUAL GENERATED")) {
                all.computeIfAbsent(String.valueOf(row.get(0)), _ -> new ArrayList<>())
                        .add(
                                Table.Column.of(
                                        String.valueOf(row.get(1)),
                                        String.valueOf(row.get(2)).toLowerCase(Locale.ROOT),
                                        extra));
            }
        }
        return all;
    }

    /// All definitions, and where the counters stand now.
    MariadbFacts facts() throws SQLException, DataFailure {
        var definitions = new TreeMap<String, String>();
        var counters = new TreeMap<String, MariadbFacts.Span>();
        tableDefinitions(definitions, counters);
        routines(definitions);
        triggersAndEvents(definitions);
        List<@Nullable String> own =
                Sql.rows(
                                connection,
                                "SELECT VERSION(), DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME,"
                                        + " @@lower_case_table_names FROM information_schema.SCHEMATA"
                                        + " WHERE SCHEMA_NAME = ?",
                                database)
                        .getFirst();
        return new MariadbFacts(
                String.valueOf(own.get(0)),
                origin(),
                String.valueOf(own.get(1)),
                String.valueOf(own.get(2)),
                String.valueOf(own.get(3)),
                definitions,
                counters,
                List.of());
    }

    /// The server's own identity where it has one (from 10.10), else its name and port.
    String origin() throws SQLException {
        String uid =
                Sql.rows(connection, "SHOW GLOBAL VARIABLES LIKE 'server_uid'").stream()
                        .map(row -> String.valueOf(row.get(1)))
                        .findFirst()
                        .orElse("");
        String server =
                uid.isEmpty()
                        ? Sql.text(connection, "SELECT CONCAT(@@hostname, ':', @@port)")
                        : uid;
        return server + "/" + database;
    }

    private void tableDefinitions(
            Map<String, String> definitions, Map<String, MariadbFacts.Span> counters)
            throws SQLException, DataFailure {
        for (List<@Nullable String> row :
                Sql.rows(
                        connection,
                        "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE"
                                + " TABLE_SCHEMA = ?",
                        database)) {
            String name = String.valueOf(row.get(0));
            String quoted = Sql.quoted(name);
            switch (String.valueOf(row.get(1))) {
                case "VIEW" -> put(definitions, "view " + quoted, shown("VIEW", name, 1));
                case "SEQUENCE" -> {
                    put(definitions, "sequence " + quoted, shown("SEQUENCE", name, 1));
                    long at =
                            Long.parseLong(
                                    Sql.text(
                                            connection,
                                            "SELECT next_not_cached_value FROM " + quoted));
                    counters.put(quoted, new MariadbFacts.Span(at, at));
                }
                default -> {
                    Matcher counter = COUNTER.matcher(shown("TABLE", name, 1));
                    long at = counter.find() ? Long.parseLong(counter.group(2)) : 1;
                    counters.put(quoted, new MariadbFacts.Span(at, at));
                    String text = counter.replaceAll("$1");
                    if (text.contains(" DIRECTORY='")) {
                        throw new DataFailure(
                                quoted + " lies in a folder that it names itself",
                                "back the database up in a `job`");
                    }
                    put(definitions, "table " + quoted, text);
                }
            }
        }
    }

    private void routines(Map<String, String> definitions) throws SQLException, DataFailure {
        for (List<@Nullable String> row :
                Sql.rows(
                        connection,
                        "SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES WHERE"
                                + " ROUTINE_SCHEMA = ?",
                        database)) {
            String kind = String.valueOf(row.get(0));
            String name = String.valueOf(row.get(1));
            put(
                    definitions,
                    kind.toLowerCase(Locale.ROOT) + " " + Sql.quoted(name),
                    shown(kind, name, 1) + "\0" + shown(kind, name, 2));
        }
    }

    private void triggersAndEvents(Map<String, String> definitions) throws SQLException {
        for (List<@Nullable String> row :
                Sql.rows(
                        connection,
                        "SELECT TRIGGER_NAME, EVENT_MANIPULATION, EVENT_OBJECT_TABLE, ACTION_ORDER,"
                                + " ACTION_TIMING, DEFINER, SQL_MODE, ACTION_STATEMENT FROM"
                                + " information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?",
                        database)) {
            put(definitions, "trigger " + Sql.quoted(String.valueOf(row.get(0))), joined(row));
        }
        // Whether one is enabled is left out: of what is restored none runs by itself.
        for (List<@Nullable String> row :
                Sql.rows(
                        connection,
                        "SELECT EVENT_NAME, DEFINER, TIME_ZONE, SQL_MODE, EVENT_TYPE, EXECUTE_AT,"
                                + " INTERVAL_VALUE, INTERVAL_FIELD, STARTS, ENDS, ON_COMPLETION,"
                                + " EVENT_COMMENT, EVENT_DEFINITION FROM information_schema.EVENTS"
                                + " WHERE EVENT_SCHEMA = ?",
                        database)) {
            put(definitions, "event " + Sql.quoted(String.valueOf(row.get(0))), joined(row));
        }
    }

    private static String joined(List<@Nullable String> row) {
        return row.stream()
                .map(one -> String.valueOf(one).strip())
                .collect(Collectors.joining("\0"));
    }

    /// @param column of the answer, from 0
    private String shown(String kind, String name, int column) throws SQLException, DataFailure {
        List<List<@Nullable String>> rows =
                Sql.rows(connection, "SHOW CREATE " + kind + " " + Sql.quoted(name));
        // Of a routine: kind of column 0 is the name, 1 its sql_mode, 2 its text.
        String text = rows.isEmpty() ? null : rows.getFirst().get(column);
        if (text == null) {
            throw new DataFailure(
                    "the user of the address may not read what makes the "
                            + kind.toLowerCase(Locale.ROOT)
                            + " `"
                            + name
                            + "`",
                    "GRANT SELECT ON mysql.proc TO him");
        }
        return text.strip();
    }

    private static void put(Map<String, String> definitions, String name, String text) {
        definitions.put(name, Seal.sha256(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// Names of tables and sequences: what `RENAME TABLE` moves.
    static Set<String> movable(Connection connection, String database) throws SQLException {
        return new HashSet<>(
                Sql.texts(
                        connection,
                        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND"
                                + " TABLE_TYPE <> 'VIEW'",
                        database));
    }

    static boolean exists(Connection connection, String database) throws SQLException {
        return !Sql.texts(
                        connection,
                        "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?",
                        database)
                .isEmpty();
    }
}
