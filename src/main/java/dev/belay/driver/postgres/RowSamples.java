package dev.belay.driver.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Some rows of a copy's tables, to ask it for what is there. They are kept in memory alone, and
/// written nowhere.
final class RowSamples {
    private static final int PAGES = 20;
    private static final int ROWS = 500;

    /// Longer ones are not what somebody compares with.
    private static final int LONGEST = 1_000;

    /// Types of which a value can be made that no row has.
    private static final Set<String> MAKEABLE =
            Set.of("integer", "bigint", "numeric", "uuid", "text", "character varying");

    private final Connection session;
    private final Map<String, List<String>> columns = new HashMap<>();
    private final Map<String, Set<String>> keys = new HashMap<>();
    private final Map<String, Set<String>> wanted = new LinkedHashMap<>();
    private final Map<String, List<Map<String, String>>> rows = new HashMap<>();

    /// @param session as somebody who may read everything
    RowSamples(Connection session) {
        this.session = session;
    }

    /// The columns of a table in their order; empty texts for those that were dropped.
    List<String> columns(String table) throws SQLException {
        List<String> known = columns.get(table);
        if (known == null) {
            known =
                    texts(
                            """
                            SELECT CASE WHEN attisdropped THEN '' ELSE attname END
                            FROM pg_catalog.pg_attribute
                            WHERE attrelid = ?::regclass AND attnum > 0 ORDER BY attnum
                            """,
                            table);
            columns.put(table, known);
        }
        return known;
    }

    /// Whether a new row needs a value there that no other has, and can have it.
    boolean needsNew(String table, String column, String type) throws SQLException {
        Set<String> known = keys.get(table);
        if (known == null) {
            known =
                    new HashSet<>(
                            texts(
                                    """
                                    SELECT a.attname FROM pg_catalog.pg_index i
                                    JOIN pg_catalog.pg_attribute a
                                      ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
                                    WHERE i.indrelid = ?::regclass AND i.indisunique
                                    AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint c
                                      WHERE c.conrelid = i.indrelid AND c.contype = 'f'
                                      AND a.attnum = ANY (c.conkey))
                                    """,
                                    table));
            keys.put(table, known);
        }
        return MAKEABLE.contains(type) && known.contains(column);
    }

    private List<String> texts(String query, String table) throws SQLException {
        try (var statement = session.prepareStatement(query)) {
            statement.setString(1, table);
            try (ResultSet row = statement.executeQuery()) {
                var all = new ArrayList<String>();
                while (row.next()) {
                    all.add(row.getString(1));
                }
                return all;
            }
        }
    }

    /// Values of that column will be asked for.
    void want(String table, String column) {
        wanted.computeIfAbsent(table, _ -> new TreeSet<>()).add(column);
    }

    /// Takes the rows: some pages from anywhere in each table.
    void take() throws SQLException {
        for (Map.Entry<String, Set<String>> one : wanted.entrySet()) {
            rows.put(one.getKey(), rows(one.getKey(), List.copyOf(one.getValue())));
        }
    }

    private List<Map<String, String>> rows(String table, List<String> names) throws SQLException {
        String list =
                String.join(
                        ", ", names.stream().map(one -> Sql.identifier(one) + "::text").toList());
        var all = new ArrayList<Map<String, String>>();
        try (Statement statement = session.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT %s FROM %s TABLESAMPLE SYSTEM (%s) LIMIT %d"
                                        .formatted(list, table, percent(table), ROWS))) {
            while (row.next()) {
                var values = new HashMap<String, String>();
                for (int i = 0; i < names.size(); i++) {
                    String value = row.getString(i + 1);
                    if (value != null && value.length() <= LONGEST) {
                        values.put(names.get(i), value);
                    }
                }
                all.add(values);
            }
        } catch (SQLException e) {
            if (PortionRun.isGone(e)) {
                throw e;
            }
            // A foreign table has no pages: it is asked with nothing.
        }
        return all;
    }

    private String percent(String table) throws SQLException {
        List<String> pages =
                texts(
                        "SELECT relpages::text FROM pg_catalog.pg_class WHERE oid = ?::regclass",
                        table);
        int size = Integer.parseInt(pages.getFirst());
        return size <= PAGES ? "100" : String.format(Locale.ROOT, "%.6f", 100.0 * PAGES / size);
    }

    /// What stands there; null where nothing does.
    ///
    /// @param row the same for one row, whatever the column
    @Nullable String value(String table, String column, long row) {
        List<Map<String, String>> all = rows.getOrDefault(table, List.of());
        return all.isEmpty() ? null : all.get((int) (row % all.size())).get(column);
    }
}
