package dev.belay.schema;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// What was seen while a migration was carried out on a copy of the data, statement by statement.
public record Signals(List<Seen> statements) {
    /// Nothing was carried out: danger is what a rule expects.
    public static final Signals NONE = new Signals(List.of());

    public Signals {
        statements = List.copyOf(statements);
    }

    /// One statement: what it did, and which locks were held when it was done.
    ///
    /// @param alone ran outside a transaction
    /// @param locks by relation, the strongest mode that it held; only what existed before it
    /// @param rewritten relations whose file is another one
    /// @param scans how often each table was read from end to end, inside of the server too
    /// @param tuples rows written, by table
    /// @param wal bytes of log written
    public record Seen(
            int number,
            String text,
            boolean alone,
            Duration took,
            Map<String, Lock> locks,
            Set<String> rewritten,
            Map<String, Long> scans,
            Map<String, Tuples> tuples,
            long wal) {
        public Seen {
            locks = Map.copyOf(locks);
            rewritten = Set.copyOf(rewritten);
            scans = Map.copyOf(scans);
            tuples = Map.copyOf(tuples);
        }
    }

    public record Tuples(long inserted, long updated, long deleted) {}

    /// PostgreSQL's table locks, weakest first.
    public enum Lock {
        ACCESS_SHARE,
        ROW_SHARE,
        ROW_EXCLUSIVE,
        SHARE_UPDATE_EXCLUSIVE,
        SHARE,
        SHARE_ROW_EXCLUSIVE,
        EXCLUSIVE,
        ACCESS_EXCLUSIVE;

        /// Writers wait for it.
        public boolean holdsWritersUp() {
            return compareTo(SHARE) >= 0;
        }
    }

    public boolean known() {
        return !statements.isEmpty();
    }

    /// How long writers of a relation waited, at least: from the statement that kept them out to
    /// the end of its transaction.
    public Duration heldUp(String relation) {
        return statements.stream()
                .filter(one ->
                        one.locks().getOrDefault(relation, Lock.ACCESS_SHARE).holdsWritersUp())
                .map(Seen::took)
                .reduce(Duration.ZERO, Duration::plus);
    }

    /// The worst that happened to a relation, by its name.
    public Danger danger(String relation) {
        Danger worst = Danger.NONE;
        for (Seen one : statements) {
            Lock lock = one.locks().getOrDefault(relation, Lock.ACCESS_SHARE);
            Danger its = Danger.NONE;
            if (one.rewritten().contains(relation)) {
                its = Danger.REWRITE_UNDER_LOCK;
            } else if (lock.holdsWritersUp() && one.scans().getOrDefault(relation, 0L) > 0) {
                its = Danger.SCAN_UNDER_LOCK;
            } else if (one.alone() && lock.compareTo(Lock.ROW_EXCLUSIVE) > 0) {
                its = Danger.NOT_TRANSACTIONAL;
            } else if (lock == Lock.ACCESS_EXCLUSIVE) {
                its = Danger.BRIEF_LOCK;
            }
            worst = its.compareTo(worst) > 0 ? its : worst;
        }
        return worst;
    }

    /// Every table of which rows were written.
    public Stream<String> written() {
        return statements.stream().flatMap(one -> one.tuples().keySet().stream()).distinct();
    }

    public Tuples tuples(String relation) {
        long inserted = 0;
        long updated = 0;
        long deleted = 0;
        for (Seen one : statements) {
            Tuples its = one.tuples().getOrDefault(relation, new Tuples(0, 0, 0));
            inserted += its.inserted();
            updated += its.updated();
            deleted += its.deleted();
        }
        return new Tuples(inserted, updated, deleted);
    }
}
