package dev.belay.driver.mariadb;

import dev.belay.driver.backup.DataFailure;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A state of a database that stands still while it is read: one transaction that only reads, begun
/// while every table was held against changes of its shape, and which holds them itself from then
/// on. Who writes to InnoDB waits for nothing.
///
/// A transaction sees nothing of a table that was altered after it began: rows that were there are
/// missing then, without an error. So one connection holds all tables first, in a transaction that
/// has seen nothing yet; then another begins the one that counts.
///
/// Tables of engines without transactions are locked against writers until this is closed.
final class HeldState implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HeldState.class);

    /// Whoever waits to alter a table keeps everybody else from it: he is let through, and it is
    /// tried again.
    private static final int TRIES = 4;

    /// Nobody is waited for between these.
    private static final int MOMENTS = 20;

    private static final int PATIENCE_SECONDS = 4;
    private static final int LOCK_TIMEOUT = 1205;

    /// Often enough that nobody's requests pile up behind him.
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private static final String WAITS =
            "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'Waiting for table"
                    + " metadata lock' AND TIME >= 1 AND (DB = ? OR DB IS NULL) AND INFO REGEXP"
                    + " '(?i)^\\\\s*(ALTER|DROP|TRUNCATE|RENAME|OPTIMIZE|CREATE|REPAIR)'";

    private final Connection reader;
    private final @Nullable Connection locker;
    private final List<Table> tables;
    private final Instant instant;
    private final Thread watch;
    private volatile boolean gaveWay;

    private HeldState(
            Connection reader,
            @Nullable Connection locker,
            List<Table> tables,
            Instant instant,
            MariadbAddress address) {
        this.reader = reader;
        this.locker = locker;
        this.tables = tables;
        this.instant = instant;
        this.watch = Thread.ofVirtual().name("mariadb-watch").start(() -> letThrough(address));
    }

    static HeldState open(MariadbAddress address) throws DataFailure {
        return open(address, () -> {});
    }

    /// @param begun called when the transaction has begun, and holds nothing itself yet
    static HeldState open(MariadbAddress address, Runnable begun) throws DataFailure {
        int waited = 0;
        int moved = 0;
        while (true) {
            try {
                HeldState state = tried(address, begun);
                if (state != null) {
                    return state;
                }
                if (++moved == MOMENTS) {
                    throw new DataFailure(
                            "tables of `"
                                    + address
                                    + "` come and go; none of the moments was still",
                            "try again when nobody changes them");
                }
            } catch (SQLException e) {
                if (e.getErrorCode() != LOCK_TIMEOUT || ++waited == TRIES) {
                    throw address.failure("holding the tables of `" + address + "`", e);
                }
                LOG.info("somebody changes tables of {}: he goes first", address);
            }
        }
    }

    /// Null when tables came or went meanwhile.
    private static @Nullable HeldState tried(MariadbAddress address, Runnable begun)
            throws DataFailure, SQLException {
        Connection locker = null;
        Connection reader = null;
        try (Connection holder = address.connect(PATIENCE_SECONDS)) {
            var catalogue = new Catalogue(holder, address.database());
            List<Table> tables = catalogue.tables();
            List<Table> others = tables.stream().filter(one -> !one.standsStill()).toList();
            catalogue.requireRights(!others.isEmpty());
            if (!others.isEmpty()) {
                locker = address.connect(PATIENCE_SECONDS);
                lock(locker, others);
            }
            Sql.run(holder, "START TRANSACTION READ ONLY");
            hold(holder, tables);
            reader = address.connect(PATIENCE_SECONDS);
            Sql.run(reader, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            Sql.run(reader, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
            Instant instant = Instant.now();
            begun.run();
            hold(reader, tables);
            if (shapes(new Catalogue(reader, address.database()).tables()).equals(shapes(tables))) {
                var state = new HeldState(reader, locker, tables, instant, address);
                reader = null;
                locker = null;
                return state;
            }
            return null;
        } finally {
            end(reader);
            end(locker);
        }
    }

    /// Behind whoever waits to alter a table everybody waits who wants to read it: as soon as one
    /// is seen to wait, nothing is held any more. A user without the right `PROCESS` sees only
    /// those of his own name.
    private void letThrough(MariadbAddress address) {
        try (Connection eyes = address.connect(PATIENCE_SECONDS)) {
            while (true) {
                Thread.sleep(LOOK_EVERY);
                if (!Sql.text(eyes, WAITS, address.database()).equals("0")) {
                    gaveWay = true;
                    reader.abort(Runnable::run);
                    if (locker != null) {
                        locker.abort(Runnable::run);
                    }
                    return;
                }
            }
        } catch (InterruptedException e) {
            LOG.trace("nobody has to be let through any more");
        } catch (DataFailure | SQLException e) {
            LOG.debug("who waits for {} is not seen: {}", address, e.getMessage());
        }
    }

    /// Whether it let somebody through, and can be read no more.
    boolean gaveWay() {
        return gaveWay;
    }

    private static List<String> shapes(List<Table> tables) {
        return tables.stream()
                .map(one -> one.name() + "\0" + one.engine() + "\0" + one.columns())
                .toList();
    }

    /// A transaction keeps every table that it asked for anything, even for no rows: asking for
    /// none reads nothing, and so is no first look yet.
    private static void hold(Connection connection, List<Table> tables) throws SQLException {
        for (Table table : tables) {
            Sql.texts(connection, "SELECT 1 FROM " + Sql.quoted(table.name()) + " WHERE FALSE");
        }
    }

    private static void lock(Connection connection, List<Table> tables) throws SQLException {
        Sql.run(
                connection,
                "LOCK TABLES "
                        + tables.stream()
                                .map(one -> Sql.quoted(one.name()) + " READ")
                                .collect(Collectors.joining(", ")));
    }

    private static void end(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                LOG.debug("a connection does not close: {}", e.getMessage());
            }
        }
    }

    /// Its transaction; who reads sets its character set back.
    Connection reader() {
        return reader;
    }

    List<Table> tables() {
        return tables;
    }

    Instant instant() {
        return instant;
    }

    /// Names of those that nobody can write to meanwhile.
    List<String> locked() {
        return tables.stream()
                .filter(one -> !one.standsStill())
                .map(one -> Sql.quoted(one.name()))
                .toList();
    }

    long bytes() {
        return tables.stream().mapToLong(Table::bytes).sum();
    }

    @Override
    public void close() {
        watch.interrupt();
        end(reader);
        end(locker);
    }
}
