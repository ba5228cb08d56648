package dev.belay.driver.postgres;

import dev.belay.schema.Catalogue;
import dev.belay.schema.Kind;
import dev.belay.schema.SchemaObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads what a database is made of. Changes nothing, and takes no lock that a reader does not
/// take.
public final class CatalogueReader {
    /// So many sequences are looked at in one statement.
    private static final int BATCH = 100;

    /// A greatest value that no index knows is looked for in tables up to this size.
    private static final long SEARCHED_BYTES = 64L * 1024 * 1024;

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Connection connection;
    private final List<String> roles;
    private final Map<String, SchemaObject> found = new LinkedHashMap<>();

    /// By table.
    private final Map<String, List<SchemaObject>> indexes = new HashMap<>();

    private CatalogueReader(Connection connection, List<String> roles) {
        this.connection = connection;
        this.roles = roles;
    }

    /// Reads the whole database in a transaction of its own.
    ///
    /// @param connection without an open transaction
    /// @param roles as which the application works
    public static Catalogue read(Connection connection, List<String> roles) throws PostgresFailure {
        try {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
                // Names are written with their schema only where the path does not lead to it.
                statement.execute("SET LOCAL search_path = pg_catalog");
                statement.execute("SET LOCAL row_security = off");
                return new CatalogueReader(connection, roles).read();
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new PostgresFailure("reading the catalogue", e);
        }
    }

    private Catalogue read() throws SQLException {
        for (CatalogueQueries.Query query : CatalogueQueries.ALL) {
            try (PreparedStatement statement = connection.prepareStatement(query.sql())) {
                statement.setArray(1, connection.createArrayOf("text", roles.toArray()));
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        take(query.kind(), rows);
                    }
                }
            }
        }
        found.values().stream()
                .filter(one -> one.kind() == Kind.INDEX)
                .forEach(one -> indexes.computeIfAbsent(one.of(), _ -> new ArrayList<>()).add(one));
        sequences();
        return new Catalogue(List.copyOf(found.values()), roles);
    }

    private void take(Optional<Kind> kind, ResultSet row) throws SQLException {
        String identity = row.getString(1);
        SortedMap<String, List<String>> facets = values(row.getString(5));
        SortedMap<String, List<String>> facts = values(row.getString(6));
        SchemaObject earlier = found.get(identity);
        if (earlier != null) {
            found.put(identity, with(earlier, facets, facts));
            return;
        }
        Kind its =
                kind.orElseGet(
                        () -> Kind.valueOf(facts.getOrDefault("kind", List.of()).getFirst()));
        facts.remove("kind");
        found.put(
                identity,
                new SchemaObject(
                        its,
                        identity,
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        facets,
                        facts));
    }

    private static SchemaObject with(
            SchemaObject one,
            SortedMap<String, List<String>> facets,
            SortedMap<String, List<String>> facts) {
        facets.putAll(one.facets());
        facts.putAll(one.facts());
        return new SchemaObject(
                one.kind(), one.identity(), one.of(), one.name(), one.local(), facets, facts);
    }

    /// An object of JSON as texts: null is absent, an array is its elements.
    private static SortedMap<String, List<String>> values(String json) {
        var values = new TreeMap<String, List<String>>();
        for (Map.Entry<String, JsonNode> one : JSON.readTree(json).properties()) {
            JsonNode value = one.getValue();
            if (value.isArray()) {
                values.put(one.getKey(), value.valueStream().map(JsonNode::asString).toList());
            } else if (!value.isNull()) {
                values.put(one.getKey(), List.of(value.asString()));
            }
        }
        return values;
    }

    /// Where sequences stand, and the greatest value in the columns that take their numbers from
    /// them: a sequence behind its column hands out numbers that are taken.
    private void sequences() throws SQLException {
        List<SchemaObject> all =
                found.values().stream().filter(one -> one.kind() == Kind.SEQUENCE).toList();
        for (int at = 0; at < all.size(); at += BATCH) {
            var selects = new ArrayList<String>();
            for (SchemaObject one : all.subList(at, Math.min(all.size(), at + BATCH))) {
                selects.add(
                        "SELECT "
                                + Sql.literal(one.identity())
                                + ", last_value + CASE WHEN is_called THEN "
                                + one.facet("increment")
                                + " ELSE 0 END, "
                                + greatest(one)
                                + " FROM "
                                + one.name());
            }
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(String.join(" UNION ALL ", selects))) {
                while (rows.next()) {
                    standing(rows.getString(1), rows.getString(2), rows.getString(3));
                }
            }
        }
    }

    private void standing(String identity, String next, String greatest) {
        SchemaObject one = found.get(identity);
        if (one == null) {
            return;
        }
        var facts = new TreeMap<String, List<String>>();
        facts.put("next", List.of(next));
        if (greatest != null) {
            facts.put("greatest", List.of(greatest));
        }
        found.put(identity, with(one, new TreeMap<>(), facts));
    }

    private String greatest(SchemaObject sequence) {
        List<String> maxima =
                sequence.factList("users").stream()
                        .map(found::get)
                        .filter(java.util.Objects::nonNull)
                        .filter(this::hasDistinctNumbers)
                        .map(column -> {
                            SchemaObject table = found.get(column.of());
                            return "(SELECT max("
                                    + Sql.identifier(column.local())
                                    + ")::numeric::bigint FROM "
                                    + java.util.Objects.requireNonNull(table).name()
                                    + ")";
                        })
                        .toList();
        return maxima.isEmpty() ? "NULL::bigint" : "greatest(" + String.join(", ", maxima) + ")";
    }

    /// Only where a number must not come twice does it matter; and only where an index knows the
    /// greatest, or the table is small, is it asked for.
    private boolean hasDistinctNumbers(SchemaObject column) {
        SchemaObject table = found.get(column.of());
        return table != null
                && List.of("bigint", "integer", "smallint", "numeric").contains(column.fact("base"))
                && (table.number("bytes", Long.MAX_VALUE) <= SEARCHED_BYTES
                        || leads(column, _ -> true))
                && leads(column, one -> one.is("unique") && one.factList("columns").size() == 1);
    }

    private boolean leads(SchemaObject column, Predicate<SchemaObject> which) {
        return indexes.getOrDefault(column.of(), List.of()).stream()
                .filter(one -> one.is("valid") && one.fact("predicate").isEmpty())
                .filter(which)
                .map(one -> one.factList("columns").getFirst())
                .anyMatch(first ->
                        first.equals(column.local())
                                || first.equals(Sql.identifier(column.local())));
    }
}
