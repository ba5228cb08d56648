package dev.belay.driver.postgres;

import dev.belay.schema.Catalogue;
import dev.belay.schema.Kind;
import dev.belay.schema.SchemaObject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A sum over the rows of each table, and where each sequence stands, for two moments of one
/// database: enough to see that a way back lost something, not enough for a backup, whose sums must
/// mean the same on another server. The order of rows does not matter.
final class RowSums {
    /// One text for one value, whatever the session's settings are.
    private static final String SETTINGS =
            """
            SET search_path = pg_catalog; SET timezone = 'UTC'; SET datestyle = 'ISO, YMD';
            SET intervalstyle = 'postgres'; SET extra_float_digits = 3; SET bytea_output = 'hex';
            SET row_security = off
            """;

    private RowSums() {}

    static Map<String, String> of(PostgresAddress at, Catalogue catalogue) throws PostgresFailure {
        var sums = new TreeMap<String, String>();
        try (Connection session = at.connect("belay/rehearsal");
                Statement statement = session.createStatement()) {
            statement.execute(SETTINGS);
            for (SchemaObject table : catalogue.all(Kind.TABLE).toList()) {
                if (!table.is("partitioned")) {
                    sums.put(table.name(), sum(statement, table, columns(catalogue, table)));
                }
            }
        } catch (SQLException e) {
            throw new PostgresFailure("summing up rows at " + at, e);
        }
        catalogue.all(Kind.SEQUENCE).forEach(one -> sums.put(one.name(), one.fact("next")));
        return sums;
    }

    /// By name: a column that was dropped and added again stands in another place.
    private static Collection<String> columns(Catalogue catalogue, SchemaObject table) {
        List<String> names = new ArrayList<>();
        catalogue.parts(table, Kind.COLUMN).forEach(one -> names.add(one.local()));
        names.sort(String::compareTo);
        return names.stream().map(Sql::identifier).toList();
    }

    private static String sum(Statement statement, SchemaObject table, Collection<String> columns)
            throws SQLException {
        // Only what is its own: a parent's rows do not contain those of its heirs.
        String query =
                "SELECT count(*) || ' rows, ' || coalesce(sum(hashtextextended(ROW("
                        + String.join(", ", columns)
                        + ")::text, 0)::numeric), 0) FROM ONLY "
                        + table.name();
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }
}
