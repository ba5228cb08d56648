package dev.belay.driver.postgres;

import dev.belay.driver.backup.RowAdder;
import dev.belay.driver.backup.RowChecksum;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.List;
import java.util.stream.Collectors;

/// What large objects add up to: number, owner, rights and every megabyte of each. By their content
/// and not by the server's pages, which a restore cuts differently where an object has holes.
final class LargeObjects {
    private static final int PIECE = 1 << 20;
    private static final int AT_ONCE = 1000;

    private static final String ABOUT =
            """
            SELECT m.oid, m.lomowner::regrole::text, (SELECT string_agg(a::text, ' ' ORDER BY a::text)
              FROM unnest(coalesce(m.lomacl, acldefault('L', m.lomowner))) a)
            FROM pg_largeobject_metadata m ORDER BY 1
            """;

    private LargeObjects() {}

    /// Its rows are objects and pieces of them, its bytes what is in them.
    static RowChecksum sum(Connection connection) throws PostgresFailure {
        var adder = new RowAdder();
        List<Long> left =
                Ask.all(
                        connection,
                        ABOUT,
                        row -> {
                            long oid = row.getLong(1);
                            add(adder, oid + " " + row.getString(2) + " " + row.getString(3));
                            return oid;
                        });
        long bytes = 0;
        for (long from = 0; !left.isEmpty(); from += PIECE) {
            long offset = from;
            var longer = new java.util.ArrayList<Long>();
            for (int i = 0; i < left.size(); i += AT_ONCE) {
                String oids =
                        left.subList(i, Math.min(left.size(), i + AT_ONCE)).stream()
                                .map(Object::toString)
                                .collect(Collectors.joining(","));
                // The inner query has an OFFSET so that the object is read once and not twice.
                String query =
                        """
                        SELECT oid, length(piece), encode(sha256(piece), 'hex') FROM (
                          SELECT oid, lo_get(oid, %d, %d) AS piece FROM pg_largeobject_metadata
                          WHERE oid IN (%s) OFFSET 0) pieces
                        """
                                .formatted(offset, PIECE, oids);
                List<Long> lengths =
                        Ask.all(
                                connection,
                                query,
                                row -> {
                                    long length = row.getLong(2);
                                    add(
                                            adder,
                                            row.getLong(1)
                                                    + " "
                                                    + offset
                                                    + " "
                                                    + length
                                                    + " "
                                                    + row.getString(3));
                                    if (length == PIECE) {
                                        longer.add(row.getLong(1));
                                    }
                                    return length;
                                });
                bytes += lengths.stream().mapToLong(Long::longValue).sum();
            }
            left = longer;
        }
        RowChecksum sum = adder.sum();
        return new RowChecksum(sum.rows(), bytes, sum.lane0(), sum.lane1());
    }

    private static void add(RowAdder adder, String text) {
        adder.add(text.getBytes(StandardCharsets.UTF_8));
    }
}
