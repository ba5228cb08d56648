package dev.belay.driver.clickhouse;

import dev.belay.driver.backup.DataFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a server says of itself and of the tables of one database.
final class Catalogue {
    private Catalogue() {}

    static boolean hasDatabase(ClickhouseSession session, String name) throws DataFailure {
        return !session.value("SELECT name FROM system.databases WHERE name = " + Names.text(name))
                .isEmpty();
    }

    /// All tables, views and dictionaries, by name.
    static List<Definition> read(ClickhouseSession session, String database) throws DataFailure {
        String of = " WHERE database = " + Names.text(database);
        Map<String, List<Definition.Column>> columns = new HashMap<>();
        for (List<String> row :
                whole(
                        session,
                        "table, name, type, default_kind, default_expression",
                        "system.columns" + of)) {
            columns.computeIfAbsent(row.get(0), _ -> new ArrayList<>())
                    .add(new Definition.Column(row.get(1), row.get(2), row.get(3), row.get(4)));
        }
        var all = new TreeMap<String, Definition>();
        for (List<String> row :
                whole(
                        session,
                        "name, engine, create_table_query, engine_full",
                        "system.tables" + of)) {
            all.put(
                    row.get(0),
                    new Definition(
                            row.get(0),
                            row.get(1),
                            row.get(2),
                            row.get(3),
                            columns.getOrDefault(row.get(0), List.of())));
        }
        return List.copyOf(all.values());
    }

    /// A limit of the user's that cuts answers off would leave tables out, and nobody would know.
    private static List<List<String>> whole(ClickhouseSession session, String what, String from)
            throws DataFailure {
        List<List<String>> rows = session.rows("SELECT " + what + " FROM " + from);
        if (!session.value("SELECT count() FROM " + from).equals(Integer.toString(rows.size()))) {
            throw new DataFailure(
                    "ClickHouse tells only a part of the database's tables",
                    "a limit of the user cuts answers off, or somebody makes tables: try again");
        }
        return rows;
    }

    /// The names of tables that hold rows or could: all but views and what leads elsewhere.
    static List<String> withRows(ClickhouseSession session, String database) throws DataFailure {
        return read(session, database).stream()
                .filter(one ->
                        one.fate() == Definition.Fate.ROWS || one.fate() == Definition.Fate.UNKNOWN)
                .map(Definition::name)
                .toList();
    }

    /// As 1816 for 18.16.1.
    static int number(String version) {
        String[] words = version.split("\\.", -1);
        return words.length > 1 && words[0].matches("[0-9]{1,4}") && words[1].matches("[0-9]{1,2}")
                ? 100 * Integer.parseInt(words[0]) + Integer.parseInt(words[1])
                : 0;
    }

    /// Its own name, where the server has one that it keeps; empty on older ones.
    static String identity(ClickhouseSession session) throws DataFailure {
        boolean has =
                !session.value("SELECT name FROM system.functions WHERE name = 'serverUUID'")
                        .isEmpty();
        return has ? session.value("SELECT toString(serverUUID())") : "";
    }

    /// Those of the wanted settings that the server has.
    static Map<String, String> settings(ClickhouseSession session, Map<String, String> wanted)
            throws DataFailure {
        var known = new TreeMap<String, String>();
        for (String name :
                session.column(
                        "SELECT name FROM system.settings WHERE name IN ("
                                + Names.texts(wanted.keySet())
                                + ")")) {
            known.put(name, wanted.getOrDefault(name, ""));
        }
        return known;
    }
}
