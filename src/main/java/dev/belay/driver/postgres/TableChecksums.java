package dev.belay.driver.postgres;

import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.RowAdder;
import dev.belay.driver.backup.RowChecksum;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/// What the rows of tables add up to, read as `COPY` writes them: by the hash of each row, so that
/// nothing depends on their order, and nothing on the server's own hash functions, which differ
/// from one major version to the next. A generated column is not in it: it follows from the others.
///
/// A row is in memory as a whole, as it is in the server.
public final class TableChecksums {
    /// A clock that is read for every row would be a good part of the work.
    private static final int TELL_BYTES = 1 << 16;

    private final PostgresAddress address;
    private final String snapshot;
    private final Duration lockWait;
    private final Queue<Table> left;
    private final Meter meter;
    private final SortedMap<String, RowChecksum> sums = new ConcurrentSkipListMap<>();

    TableChecksums(
            PostgresAddress address,
            String snapshot,
            Duration lockWait,
            List<Table> tables,
            Meter meter) {
        this.address = address;
        this.snapshot = snapshot;
        this.lockWait = lockWait;
        // The largest first: one that begins last would keep the others waiting.
        this.left =
                new ConcurrentLinkedQueue<>(
                        tables.stream()
                                .sorted(Comparator.comparingLong(Table::bytes).reversed())
                                .toList());
        this.meter = meter;
    }

    /// Of these tables, by quoted name.
    ///
    /// @param snapshot what `pg_export_snapshot` gave, or empty for as it is now
    /// @param sessions at the same time
    public static SortedMap<String, RowChecksum> of(
            PostgresAddress address, String snapshot, List<Table> tables, int sessions, Meter meter)
            throws PostgresFailure, InterruptedException {
        var checksums = new TableChecksums(address, snapshot, Snapshot.LOCK_WITHIN, tables, meter);
        try (Crew crew = new Crew()) {
            checksums.begin(crew, sessions);
            crew.await();
        } catch (IOException e) {
            throw new IllegalStateException("sums are not written anywhere", e);
        }
        return checksums.sums();
    }

    /// Complete when the crew's works are done.
    SortedMap<String, RowChecksum> sums() {
        return sums;
    }

    void begin(Crew crew, int sessions) {
        for (int i = 0; i < Math.min(sessions, left.size()); i++) {
            crew.begin(() -> {
                read(crew);
                return null;
            });
        }
    }

    private void read(Crew crew) throws PostgresFailure, InterruptedException {
        try (SnapshotSession session = SnapshotSession.open(address, snapshot, lockWait)) {
            crew.endBy(session::end);
            String encoding = Ask.text(session.connection(), "SHOW server_encoding");
            for (Table table = left.poll(); table != null; table = left.poll()) {
                // With the database's own encoding named, nothing is converted: what is no text in
                // any encoding, as in SQL_ASCII, is read as it is.
                String copy =
                        "COPY %s TO STDOUT (ENCODING %s)"
                                .formatted(table.quoted(), Sql.literal(encoding).strip());
                sums.put(table.quoted(), sum(session, table.quoted(), copy, meter));
            }
        }
    }

    /// @param copy a whole statement, `COPY … TO STDOUT`
    static RowChecksum sum(SnapshotSession session, String what, String copy, Meter meter)
            throws PostgresFailure {
        var adder = new RowAdder();
        long told;
        long unheard = 0;
        try {
            CopyOut out =
                    session.connection().unwrap(PGConnection.class).getCopyAPI().copyOut(copy);
            // The server sends every row in a message of its own.
            for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
                adder.add(row);
                unheard += row.length;
                if (unheard >= TELL_BYTES) {
                    meter.add(unheard);
                    unheard = 0;
                }
            }
            meter.add(unheard);
            told = out.getHandledRowCount();
        } catch (SQLException e) {
            throw new PostgresFailure("adding up the rows of " + what, e);
        }
        RowChecksum sum = adder.sum();
        if (told != sum.rows()) {
            throw new PostgresFailure(
                    "of %s came %d rows, and the server says that it sent %d"
                            .formatted(what, sum.rows(), told),
                    "");
        }
        return sum;
    }
}
