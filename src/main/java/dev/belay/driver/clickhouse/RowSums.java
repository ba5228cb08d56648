package dev.belay.driver.clickhouse;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.RowAdder;
import dev.belay.driver.backup.RowChecksum;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/// Adds up the rows of a table from their text, one a line: the file of a backup is of another
/// format, `Native`, so that both are not wrong in one way.
final class RowSums {
    private static final int CHUNK = 1 << 17;

    private RowSums() {}

    /// What reads the text of a table's rows.
    static String query(String table, List<String> columns, String where) {
        return "SELECT %s FROM %s%s FORMAT TabSeparated"
                .formatted(Names.all(columns), table, where);
    }

    /// Of all rows of a table.
    static RowChecksum read(ClickhouseSession session, String table, Definition of, Meter meter)
            throws DataFailure, IOException, InterruptedException {
        try (InputStream in = session.stream(query(table, of.stored(), ""), Map.of())) {
            return of(in, meter);
        }
    }

    /// Of an answer while it comes.
    static RowChecksum of(InputStream in, Meter meter) throws IOException, DataFailure {
        var adder = new RowAdder();
        var open = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK];
        for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
            int from = 0;
            for (int i = 0; i < n; i++) {
                if (chunk[i] == '\n') {
                    open.write(chunk, from, i - from);
                    adder.add(open.toByteArray());
                    open.reset();
                    from = i + 1;
                }
            }
            open.write(chunk, from, n - from);
            meter.add(n);
        }
        if (open.size() > 0) {
            throw new DataFailure("ClickHouse broke off in the middle of a row", "");
        }
        return adder.sum();
    }
}
