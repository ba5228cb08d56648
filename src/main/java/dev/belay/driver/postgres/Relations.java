package dev.belay.driver.postgres;

import java.sql.Connection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The tables of a database as they were at one moment, by what they were called then.
final class Relations {
    private static final String ALL =
            """
            SELECT c.oid, coalesce(i.indrelid, c.oid), n.nspname, c.relname,
              format('%I.%I', n.nspname, c.relname)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
            WHERE c.relkind IN ('r', 'p', 'm', 'f', 'i', 'I')
            AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'belay_ledger')
            """;

    private final Map<Long, Table> byOid = new HashMap<>();
    private final Map<String, Table> byName = new HashMap<>();

    /// @param name with its schema, quoted where it has to be
    record Table(long oid, String name) {}

    static Relations of(Connection session) throws PostgresFailure {
        var all = new Relations();
        var indexes = new HashMap<Long, Long>();
        Ask.all(
                session,
                ALL,
                row -> {
                    long oid = row.getLong(1);
                    if (oid == row.getLong(2)) {
                        var table = new Table(oid, row.getString(5));
                        all.byOid.put(oid, table);
                        all.byName.put(key(row.getString(3), row.getString(4)), table);
                    } else {
                        indexes.put(oid, row.getLong(2));
                    }
                    return oid;
                });
        indexes.forEach((index, table) -> {
            Table its = all.byOid.get(table);
            if (its != null) {
                all.byOid.put(index, its);
            }
        });
        return all;
    }

    /// The table, also by one of its indexes; null for what is none.
    @Nullable Table of(long oid) {
        return byOid.get(oid);
    }

    @Nullable Table named(String schema, String name) {
        return byName.get(key(schema, name));
    }

    private static String key(String schema, String name) {
        return schema + "\0" + name;
    }
}
