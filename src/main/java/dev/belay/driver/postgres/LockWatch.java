package dev.belay.driver.postgres;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Looks every few milliseconds which sessions of a load wait for the migration, directly or behind
/// others that do, and which keep it from its locks.
final class LockWatch {
    private static final Duration EVERY = Duration.ofMillis(10);
    private static final String WAITING =
            "SELECT pid, relation, mode, pg_catalog.pg_blocking_pids(pid)"
                    + " FROM pg_catalog.pg_locks WHERE NOT granted";

    private final Map<Integer, LoadSession> sessions = new HashMap<>();
    private final int migration;
    private final Relations relations;
    private final Supplier<String> place;
    private final Map<String, Integer> inTheWay = new HashMap<>();
    private volatile boolean over;

    /// @param migration the server's process that migrates
    /// @param place of the statement that the migration is at
    LockWatch(
            Collection<LoadSession> load,
            int migration,
            Relations relations,
            Supplier<String> place) {
        load.forEach(one -> sessions.put(one.pid(), one));
        this.migration = migration;
        this.relations = relations;
        this.place = place;
    }

    /// One that waits for a lock.
    ///
    /// @param relation its number, 0 when the lock is of something else
    private record Waiting(int pid, long relation, String mode, List<Integer> blockers) {}

    /// Looks until it is told that all is over.
    void run(Connection connection) throws SQLException, InterruptedException {
        try (PreparedStatement query = connection.prepareStatement(WAITING)) {
            long before = System.nanoTime();
            while (!over) {
                Thread.sleep(EVERY);
                var said = new HashMap<Integer, Saying>();
                sessions.forEach((pid, session) -> put(said, pid, session.now()));
                String at = place.get();
                long now = System.nanoTime();
                look(waiting(query), said, at, before, now);
                before = now;
            }
        }
    }

    private static void put(Map<Integer, Saying> said, int pid, @Nullable Saying now) {
        if (now != null) {
            said.put(pid, now);
        }
    }

    private static Map<Integer, Waiting> waiting(PreparedStatement query) throws SQLException {
        var all = new HashMap<Integer, Waiting>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                var blockers = new ArrayList<Integer>();
                Array array = row.getArray(4);
                if (array != null) {
                    blockers.addAll(List.of((Integer[]) array.getArray()));
                }
                int pid = row.getInt(1);
                all.put(pid, new Waiting(pid, row.getLong(2), row.getString(3), blockers));
            }
        }
        return all;
    }

    private void look(
            Map<Integer, Waiting> waiting,
            Map<Integer, Saying> said,
            String at,
            long before,
            long now) {
        said.forEach((pid, saying) -> {
            Waiting its = waiting.get(pid);
            LoadSession session = sessions.get(pid);
            // Who says something else by now may have begun to wait with that.
            if (its != null
                    && session != null
                    && session.now() == saying
                    && reaches(waiting, pid)) {
                Relations.Table table = relations.of(its.relation());
                saying.waits(before, now, at, table == null ? "" : table.name(), its.mode());
            }
        });
        Waiting own = waiting.get(migration);
        if (own != null) {
            synchronized (inTheWay) {
                own.blockers().stream()
                        .map(said::get)
                        .filter(one -> one != null)
                        .forEach(one -> inTheWay.merge(one.statement().text(), 1, Integer::sum));
            }
        }
    }

    private boolean reaches(Map<Integer, Waiting> waiting, int from) {
        var seen = new HashSet<Integer>();
        var next = new ArrayDeque<>(List.of(from));
        while (!next.isEmpty()) {
            int pid = next.poll();
            if (pid == migration) {
                return true;
            }
            Waiting its = waiting.get(pid);
            if (its != null && seen.add(pid)) {
                next.addAll(its.blockers());
            }
        }
        return false;
    }

    void end() {
        over = true;
    }

    /// The statement that kept the migration from a lock longest; empty when none was seen.
    String inTheWay() {
        synchronized (inTheWay) {
            return inTheWay.entrySet().stream()
                    .max(
                            Map.Entry.<String, Integer>comparingByValue()
                                    .thenComparing(Map.Entry::getKey, Comparator.naturalOrder()))
                    .map(Map.Entry::getKey)
                    .orElse("");
        }
    }
}
