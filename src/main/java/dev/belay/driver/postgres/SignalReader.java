package dev.belay.driver.postgres;

import dev.belay.schema.Signals;
import dev.belay.schema.Signals.Lock;
import dev.belay.schema.Signals.Seen;
import dev.belay.schema.Signals.Tuples;
import dev.belay.schema.script.Script;
import dev.belay.schema.script.Statement;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Carries a script out on a copy of a database, and looks after each statement at what it locked,
/// rewrote, read and wrote. What it asks is asked before the transaction ends, in the same session:
/// nothing is missed. Only statements that run alone are watched from outside, and a lock that is
/// held for less than a moment can be missed there.
final class SignalReader implements AutoCloseable {
    /// Names are resolved before a statement: a dropped table has none afterwards.
    private static final String RELATIONS =
            """
            SELECT c.oid, format('%I.%I', n.nspname, c.relname), pg_relation_filenode(c.oid)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'm', 'i', 'p', 'S', 'v', 'f')
            AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'belay')
            """;

    private static final String LOCKS =
            "SELECT relation, mode FROM pg_catalog.pg_locks"
                    + " WHERE locktype = 'relation' AND granted AND pid = ";
    private static final String COUNTS =
            """
            SELECT relid, seq_scan, n_tup_ins, n_tup_upd, n_tup_del
            FROM pg_catalog.pg_stat_xact_user_tables
            """;
    private static final Duration LOOKS_EVERY = Duration.ofMillis(5);

    private final Connection session;
    private final PostgresAddress at;
    private final String role;
    private final List<Seen> seen = new ArrayList<>();

    /// @param at the way to a copy that nobody else uses, of a superuser or of a member of the role
    /// @param role who carries the script out; empty for the superuser
    SignalReader(PostgresAddress at, String role) throws PostgresFailure {
        this.at = at;
        this.role = role;
        session = at.connect("belay/rehearsal");
    }

    /// As the runner's session is before every file: nothing of the one before is left, and what
    /// the role's own settings say holds.
    private void begin() throws SQLException {
        execute(session, "RESET SESSION AUTHORIZATION");
        execute(session, "RESET ROLE");
        execute(session, "RESET ALL");
        if (!role.isEmpty()) {
            StatementReplay.settings(session, role);
            execute(session, "SET ROLE " + Sql.identifier(role));
        }
        execute(session, "SET TimeZone = 'UTC'");
    }

    private record Relation(String name, String file) {}

    private record Counts(long scans, Tuples tuples) {
        static final Counts NONE = new Counts(0, new Tuples(0, 0, 0));
    }

    /// Runs a script as production will, in the same portions.
    ///
    /// @throws PostgresFailure when a statement is refused, which it names
    Signals run(Script script) throws PostgresFailure {
        seen.clear();
        int number = 0;
        Statement last = null;
        try {
            begin();
            for (Script.Portion portion : script.portions()) {
                session.setAutoCommit(!portion.transaction());
                for (Statement one : portion.statements()) {
                    last = one;
                    number++;
                    if (portion.transaction()) {
                        inTransaction(number, one);
                    } else {
                        alone(number, one);
                    }
                }
                if (portion.transaction()) {
                    session.commit();
                }
            }
            session.setAutoCommit(true);
        } catch (SQLException e) {
            abandon();
            throw new PostgresFailure(
                    "statement "
                            + number
                            + (last == null ? "" : " (line " + last.line() + ")")
                            + " is refused",
                    e);
        }
        return new Signals(List.copyOf(seen));
    }

    private void abandon() {
        try {
            if (!session.getAutoCommit()) {
                session.rollback();
                session.setAutoCommit(true);
            }
        } catch (SQLException ended) {
            // The session is gone with its transaction; whoever uses it next is told.
        }
    }

    private void inTransaction(int number, Statement one) throws SQLException {
        Map<Long, Relation> before = relations(session);
        Map<Long, Counts> counted = counts();
        String wal = text("SELECT pg_current_wal_insert_lsn()");
        long begun = System.nanoTime();
        execute(one);
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        var locks = new HashMap<String, Lock>();
        locks(session, "pg_backend_pid()", before, locks);
        add(new Done(number, one, false, took), before, locks, counted, wal);
    }

    private void alone(int number, Statement one) throws SQLException {
        Map<Long, Relation> before = relations(session);
        String wal = text("SELECT pg_current_wal_insert_lsn()");
        var locks = new HashMap<String, Lock>();
        String pid = text("SELECT pg_backend_pid()");
        Thread watch = Thread.ofVirtual().start(() -> watch(pid, before, locks));
        long begun = System.nanoTime();
        try {
            execute(one);
        } finally {
            watch.interrupt();
            try {
                watch.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        add(new Done(number, one, true, took), before, locks, Map.of(), wal);
    }

    private void watch(String pid, Map<Long, Relation> before, Map<String, Lock> locks) {
        try (Connection outside = at.connect("belay/rehearsal")) {
            while (!Thread.currentThread().isInterrupted()) {
                locks(outside, pid, before, locks);
                Thread.sleep(LOOKS_EVERY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException | PostgresFailure e) {
            // What was seen so far is all that is known.
        }
    }

    /// @param alone whether it ran outside of a transaction
    private record Done(int number, Statement statement, boolean alone, Duration took) {}

    private void add(
            Done done,
            Map<Long, Relation> before,
            Map<String, Lock> locks,
            Map<Long, Counts> counted,
            String wal)
            throws SQLException {
        var scans = new HashMap<String, Long>();
        var tuples = new HashMap<String, Tuples>();
        if (!done.alone()) {
            counts().forEach((oid, is) -> {
                Relation relation = before.get(oid);
                Counts was = counted.getOrDefault(oid, Counts.NONE);
                if (relation != null) {
                    if (is.scans() > was.scans()) {
                        scans.put(relation.name(), is.scans() - was.scans());
                    }
                    Tuples more = less(is.tuples(), was.tuples());
                    if (more.inserted() + more.updated() + more.deleted() > 0) {
                        tuples.put(relation.name(), more);
                    }
                }
            });
        }
        long written =
                Long.parseLong(
                        text(
                                "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), "
                                        + Sql.literal(wal)
                                        + ")::bigint"));
        seen.add(
                new Seen(
                        done.number(),
                        done.statement().text(),
                        done.alone(),
                        done.took(),
                        locks,
                        rewritten(before),
                        scans,
                        tuples,
                        written));
    }

    private static Tuples less(Tuples is, Tuples was) {
        return new Tuples(
                is.inserted() - was.inserted(),
                is.updated() - was.updated(),
                is.deleted() - was.deleted());
    }

    private Set<String> rewritten(Map<Long, Relation> before) throws SQLException {
        var rewritten = new HashSet<String>();
        relations(session)
                .forEach((oid, is) -> {
                    Relation was = before.get(oid);
                    if (was != null && !was.file().equals(is.file())) {
                        rewritten.add(was.name());
                    }
                });
        return rewritten;
    }

    private void execute(Statement one) throws SQLException {
        execute(session, one.text());
    }

    private static void execute(Connection session, String text) throws SQLException {
        try (var statement = session.createStatement()) {
            // As the runner says it: braces are the server's, and no escapes of JDBC.
            statement.setEscapeProcessing(false);
            statement.execute(text);
        }
    }

    private static Map<Long, Relation> relations(Connection from) throws SQLException {
        var relations = new HashMap<Long, Relation>();
        try (var statement = from.createStatement();
                ResultSet rows = statement.executeQuery(RELATIONS)) {
            while (rows.next()) {
                String file = rows.getString(3);
                relations.put(
                        rows.getLong(1), new Relation(rows.getString(2), file == null ? "" : file));
            }
        }
        return relations;
    }

    private Map<Long, Counts> counts() throws SQLException {
        var counts = new HashMap<Long, Counts>();
        try (var statement = session.createStatement();
                ResultSet rows = statement.executeQuery(COUNTS)) {
            while (rows.next()) {
                counts.put(
                        rows.getLong(1),
                        new Counts(
                                rows.getLong(2),
                                new Tuples(rows.getLong(3), rows.getLong(4), rows.getLong(5))));
            }
        }
        return counts;
    }

    private static void locks(
            Connection from, String pid, Map<Long, Relation> known, Map<String, Lock> into)
            throws SQLException {
        try (var statement = from.createStatement();
                ResultSet rows = statement.executeQuery(LOCKS + pid)) {
            while (rows.next()) {
                Relation relation = known.get(rows.getLong(1));
                Lock lock = lock(rows.getString(2));
                if (relation != null && lock != Lock.ACCESS_SHARE) {
                    into.merge(relation.name(), lock, (a, b) -> a.compareTo(b) > 0 ? a : b);
                }
            }
        }
    }

    /// `AccessExclusiveLock` is `ACCESS_EXCLUSIVE`.
    private static Lock lock(String mode) {
        return Lock.valueOf(
                mode.replaceAll("Lock$", "")
                        .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
                        .toUpperCase(Locale.ROOT));
    }

    private String text(String query) throws SQLException {
        try (var statement = session.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Override
    public void close() throws PostgresFailure {
        try {
            session.close();
        } catch (SQLException e) {
            throw new PostgresFailure("ending a rehearsal", e);
        }
    }
}
