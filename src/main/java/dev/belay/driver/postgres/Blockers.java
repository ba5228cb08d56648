package dev.belay.driver.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// Looks, while a session waits for a lock, who stands in its way. Afterwards it could not be found
/// out any more. Looking is all: nobody is ended.
final class Blockers implements AutoCloseable {
    private static final int EVERY_MILLIS = 25;

    private static final Duration LOOKING_WITHIN = Duration.ofSeconds(1);

    private final CountDownLatch looking = new CountDownLatch(1);
    private final AtomicReference<String> seen = new AtomicReference<>("");
    private final Thread thread;

    /// @param pid the server process that will wait
    Blockers(PostgresAddress address, int pid) {
        thread = Thread.startVirtualThread(() -> watch(address, pid));
    }

    /// Waits until somebody looks, or nobody will.
    void begin() {
        try {
            looking.await(LOOKING_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// A sentence on whoever was in the way last; empty when nobody was seen.
    String seen() {
        return seen.get();
    }

    private void watch(PostgresAddress address, int pid) {
        try (Connection connection = address.connect("belay/watch");
                PreparedStatement query =
                        connection.prepareStatement(
                                """
                                SELECT a.pid, a.usename, a.application_name, a.state,
                                  floor(extract(epoch FROM now() - a.xact_start))::bigint
                                FROM unnest(pg_blocking_pids(?)) b
                                JOIN pg_stat_activity a ON a.pid = b LIMIT 1\
                                """)) {
            query.setInt(1, pid);
            while (!Thread.interrupted()) {
                try (ResultSet row = query.executeQuery()) {
                    if (row.next()) {
                        seen.set(sentence(row));
                    }
                }
                looking.countDown();
                Thread.sleep(EVERY_MILLIS);
            }
        } catch (PostgresFailure | SQLException _) {
            // Without a second session the wait stays unexplained, and nothing else is lost.
            looking.countDown();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static String sentence(ResultSet row) throws SQLException {
        String application = row.getString(3);
        return "process "
                + row.getInt(1)
                + " of `"
                + row.getString(2)
                + "`"
                + (application == null || application.isEmpty() ? "" : " (" + application + ")")
                + ", "
                + row.getString(4)
                + ", has been in its transaction for "
                + row.getLong(5)
                + " s";
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
