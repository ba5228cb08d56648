package dev.belay.driver.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/// A database as it is at one instant, for any number of sessions and for `pg_dump`, for as long as
/// this is open.
///
/// A snapshot alone does not hold it: what `TRUNCATE` or an `ALTER TABLE` that rewrites has done by
/// the time somebody reads is gone, and the table reads as empty, without an error, for the dump
/// and for whoever compares it. So every table is locked against that *before* the snapshot is
/// taken, and what waits for us then waits until [#close]. To be closed before anything migrates:
/// it also makes `CREATE INDEX CONCURRENTLY` wait.
public final class Snapshot implements AutoCloseable {
    /// For one table's lock, each time.
    public static final Duration LOCK_WITHIN = Duration.ofSeconds(3);

    private static final int ATTEMPTS = 10;
    private static final Duration PAUSE = Duration.ofMillis(500);

    /// Any two operations of ours on one database: a number of our own, and the database's.
    private static final String ONE_AT_A_TIME =
            "SELECT pg_try_advisory_lock(1650814049, oid::int)::text FROM pg_database"
                    + " WHERE datname = current_database()";

    /// Sessions that somebody left behind who died; the lock says that nobody else is alive.
    private static final String END_OTHERS =
            "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE pid <>"
                    + " pg_backend_pid() AND datname = current_database() AND usename = current_user"
                    + " AND application_name = 'belay/backup'";

    /// Who stands in the way, for whoever can ask him to go.
    private static final String HOLDERS =
            """
            SELECT DISTINCT format('%s (process %s, %s, %s)', a.usename, a.pid,
              coalesce(nullif(a.application_name, ''), 'unnamed'), l.relation::regclass)
            FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.mode = 'AccessExclusiveLock' AND l.locktype = 'relation'
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND l.relation >= 16384
            LIMIT 5
            """;

    private record Listed(Table table, boolean hasRows) {}

    private final SnapshotSession session;
    private final String id;
    private final List<Table> tables;

    private Snapshot(SnapshotSession session, String id, List<Table> tables) {
        this.session = session;
        this.id = id;
        this.tables = List.copyOf(tables);
    }

    /// Locks every table and takes the snapshot, after several attempts when somebody else holds a
    /// table or tables come and go.
    public static Snapshot take(PostgresAddress address)
            throws PostgresFailure, InterruptedException {
        return take(address, LOCK_WITHIN, ATTEMPTS);
    }

    static Snapshot take(PostgresAddress address, Duration lockWithin, int attempts)
            throws PostgresFailure, InterruptedException {
        Connection connection = address.connect("belay/backup");
        try {
            if (!Ask.text(connection, ONE_AT_A_TIME).equals("true")) {
                throw new PostgresFailure(
                        "another backup of " + address + " is under way",
                        "wait for it, or end its session (`belay/backup` in pg_stat_activity)");
            }
            Ask.texts(connection, END_OTHERS);
            for (int attempt = 1; ; attempt++) {
                try {
                    return locked(connection, lockWithin);
                } catch (PostgresFailure failure) {
                    if (!passing(failure)) {
                        throw failure;
                    }
                    rollBack(connection);
                    if (attempt == attempts) {
                        throw inTheWay(connection, address, failure);
                    }
                }
                Thread.sleep(
                        PAUSE.toMillis() + ThreadLocalRandom.current().nextLong(PAUSE.toMillis()));
            }
        } catch (PostgresFailure | InterruptedException | RuntimeException e) {
            close(connection);
            throw e;
        }
    }

    private static Snapshot locked(Connection connection, Duration lockWithin)
            throws PostgresFailure {
        List<Listed> before = list(connection, "0");
        SnapshotSession session = SnapshotSession.of(connection, lockWithin);
        if (!before.isEmpty()) {
            // Each by itself: partitions are in the list as well.
            session.execute(
                    before.stream()
                            .map(one -> "ONLY " + one.table().quoted())
                            .collect(
                                    Collectors.joining(
                                            ", ", "LOCK TABLE ", " IN ACCESS SHARE MODE")));
        }
        String id = Ask.text(connection, "SELECT pg_export_snapshot()");
        List<Listed> after = list(connection, "pg_relation_size(c.oid)");
        if (!identities(before).equals(identities(after))) {
            throw new PostgresFailure("tables come and go", new SQLException("", "42P01"));
        }
        List<Table> tables = after.stream().filter(Listed::hasRows).map(Listed::table).toList();
        return new Snapshot(session, id, tables);
    }

    /// @param size of each, in SQL; only of what is locked already: to ask for it takes the lock
    private static List<Listed> list(Connection connection, String size) throws PostgresFailure {
        return Ask.all(
                connection,
                """
                SELECT c.oid, n.nspname, c.relname, %s, c.relkind
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
                  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
                  AND n.nspname !~ '^pg_(toast|temp_)'
                ORDER BY 1
                """
                        .formatted(size),
                row ->
                        new Listed(
                                new Table(
                                        row.getLong(1),
                                        row.getString(2),
                                        row.getString(3),
                                        row.getLong(4)),
                                row.getString(5).equals("r")));
    }

    private static List<String> identities(List<Listed> tables) {
        return tables.stream()
                .map(one -> one.table().oid() + one.table().quoted() + one.hasRows())
                .toList();
    }

    /// A lock, a deadlock, a table that is gone: another attempt may find it otherwise.
    static boolean passing(PostgresFailure failure) {
        return Set.of(PostgresFailure.LOCK_NOT_AVAILABLE, "40P01", "42P01", "3F000")
                .contains(failure.state());
    }

    private static PostgresFailure inTheWay(
            Connection connection, PostgresAddress address, PostgresFailure last)
            throws PostgresFailure {
        String holders = String.join("; ", Ask.texts(connection, HOLDERS));
        return new PostgresFailure(
                "the tables of "
                        + address
                        + " cannot be locked for a consistent backup: "
                        + last.getMessage(),
                holders.isEmpty()
                        ? "back up when nothing changes its tables"
                        : "in the way stand " + holders);
    }

    /// What `pg_dump --snapshot` and `SET TRANSACTION SNAPSHOT` take.
    public String id() {
        return id;
    }

    /// All that have rows of their own.
    public List<Table> tables() {
        return tables;
    }

    /// For more questions about that instant.
    Connection connection() {
        return session.connection();
    }

    private static void rollBack(Connection connection) throws PostgresFailure {
        try (var statement = connection.createStatement()) {
            statement.execute("ROLLBACK");
        } catch (SQLException e) {
            throw new PostgresFailure("beginning anew", e);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            org.slf4j.LoggerFactory.getLogger(Snapshot.class)
                    .debug("while closing: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
