package dev.belay.driver.postgres;

import java.math.BigInteger;
import java.sql.Connection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Where a sequence stands. No snapshot holds it: a value that was given out stays given out.
///
/// @param value the last one, or the first one when none was given out
/// @param called whether `value` was given out
/// @param step from one to the next
record SequencePosition(long value, boolean called, long step) {
    private static final int AT_ONCE = 500;

    private static final String ALL =
            """
            SELECT n.nspname, c.relname, s.seqincrement
            FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
              JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
              AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY 1, 2
            """;

    private record Listed(String quoted, long step) {}

    /// What comes next.
    private BigInteger next() {
        BigInteger last = BigInteger.valueOf(value);
        return called ? last.add(BigInteger.valueOf(step)) : last;
    }

    /// Whether it stands where it could have stood between two looks, whichever way it counts.
    boolean isBetween(SequencePosition one, SequencePosition other) {
        BigInteger low = one.next().min(other.next());
        BigInteger high = one.next().max(other.next());
        return low.compareTo(next()) <= 0 && next().compareTo(high) <= 0;
    }

    /// All of the database, by quoted name.
    static SortedMap<String, SequencePosition> all(Connection connection) throws PostgresFailure {
        List<Listed> listed =
                Ask.all(
                        connection,
                        ALL,
                        row ->
                                new Listed(
                                        Sql.identifier(row.getString(1))
                                                + "."
                                                + Sql.identifier(row.getString(2)),
                                        row.getLong(3)));
        var all = new TreeMap<String, SequencePosition>();
        for (int i = 0; i < listed.size(); i += AT_ONCE) {
            String query =
                    listed.subList(i, Math.min(listed.size(), i + AT_ONCE)).stream()
                            .map(one ->
                                    "SELECT %s, last_value, is_called, %d FROM %s"
                                            .formatted(
                                                    Sql.literal(one.quoted()),
                                                    one.step(),
                                                    one.quoted()))
                            .collect(Collectors.joining(" UNION ALL "));
            Ask.all(
                    connection,
                    query,
                    row ->
                            all.put(
                                    row.getString(1),
                                    new SequencePosition(
                                            row.getLong(2), row.getBoolean(3), row.getLong(4))));
        }
        return all;
    }
}
