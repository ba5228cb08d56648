package dev.belay.journal;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// Reads one column on a thread and a connection of its own, some way ahead of whoever needs it.
final class Ahead implements AutoCloseable {
    private static final int ROWS = 1024;
    private static final int BATCHES = 8;

    private final Connection connection;
    private final String sql;
    private final BlockingQueue<Batch> batches = new ArrayBlockingQueue<>(BATCHES);
    private final Thread thread;
    private Batch batch = new Batch(new byte[0][], 0, false, null);
    private int at;

    /// Some rows.
    ///
    /// @param last whether no more follow
    /// @param why it could not be read any further
    @SuppressWarnings(
            "ArrayRecordComponent") // Handed from one thread to the other, never compared.
    private record Batch(
            byte[] @Nullable [] rows, int count, boolean last, @Nullable SQLException why) {}

    /// Begins to read.
    ///
    /// @param connection closed when this is
    Ahead(Connection connection, String sql) {
        this.connection = connection;
        this.sql = sql;
        thread = Thread.ofPlatform().name("audit-reader").daemon().start(this::work);
    }

    private void work() {
        try {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(sql)) {
                boolean more = true;
                while (more) {
                    byte[] @Nullable [] read = new byte[ROWS][];
                    int count = 0;
                    while (count < ROWS && (more = rows.next())) {
                        read[count++] = rows.getBytes(1);
                    }
                    batches.put(new Batch(read, count, !more, null));
                }
            } catch (SQLException e) {
                batches.put(new Batch(new byte[0][], 0, true, e));
            }
        } catch (InterruptedException _) {
            // Whoever wanted it has gone.
            Thread.currentThread().interrupt();
        }
    }

    /// The next row, null after the last one.
    byte @Nullable [] next() throws SQLException {
        while (at == batch.count()) {
            if (batch.why() != null) {
                throw batch.why();
            }
            if (batch.last()) {
                return null;
            }
            try {
                batch = batches.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SQLException("interrupted while reading", e);
            }
            at = 0;
        }
        byte[] row = batch.rows()[at++];
        return row == null ? new byte[0] : row;
    }

    @Override
    public void close() throws SQLException {
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        connection.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
