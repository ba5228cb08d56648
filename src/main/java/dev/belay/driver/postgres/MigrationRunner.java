package dev.belay.driver.postgres;

import dev.belay.schema.migration.Adoption;
import dev.belay.schema.migration.Applied;
import dev.belay.schema.migration.MigrationSet;
import dev.belay.schema.migration.MigrationVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/// Applies and takes back the migrations of one set in one database.
///
/// **Invariants.** One runner at a time: it holds an advisory lock in the very session that carries
/// the statements out, so that it is held as long as the server works, whoever died. Whatever is
/// committed is committed with the runner's token, or not at all. What the ledger says of a portion
/// in a transaction is true, as it is committed with it; of a statement that runs alone it says
/// before that it is begun, and after that it is done.
///
/// Refuses a pooler that lends sessions for one transaction: it would lend the lock with them.
public final class MigrationRunner {
    private static final Duration LOCK_WITHIN = Duration.ofSeconds(10);
    private static final int AGAIN_MILLIS = 100;
    private static final String POOLED =
            "the address leads to a pooler that lends sessions for single transactions: no lock"
                    + " would be kept";

    private final PostgresAddress address;
    private final String set;
    private final LockPatience patience;
    private final Duration within;

    /// @param set whose migrations they are, as `platform/component`
    /// @param within the time for one call
    public MigrationRunner(
            PostgresAddress address, String set, LockPatience patience, Duration within) {
        this.address = address;
        this.set = set;
        this.patience = patience;
        this.within = within;
    }

    /// In whose name somebody migrates.
    ///
    /// @param token greater than every one before
    /// @param release what applied it is asked before it is taken back
    public record Claim(long token, String release) {}

    /// Applies what is pending.
    ///
    /// @throws PostgresFailure when the server went away, and nobody knows what became of the last
    ///   portion; the next call finds out
    public MigrationOutcome up(MigrationSet files, Claim claim) throws PostgresFailure {
        return within(claim, false, session -> session.run(claim).up(files));
    }

    /// Takes back what of `versions` the claim's release applied, the latest first. Uses the way
    /// back that was kept when it was applied: the files of the release that goes back need not
    /// know it.
    public MigrationOutcome down(Set<MigrationVersion> versions, Claim claim)
            throws PostgresFailure {
        return down(versions, claim, false);
    }

    /// The same, where it may be wanted of what other releases applied.
    ///
    /// @param whoever whether it does not matter who applied them
    MigrationOutcome down(Set<MigrationVersion> versions, Claim claim, boolean whoever)
            throws PostgresFailure {
        return within(claim, false, session -> session.run(claim).down(versions, whoever));
    }

    /// What [#adopt] would write. Changes nothing, waits for nobody.
    public Adoption adoptable(AdoptionWish wish) throws PostgresFailure {
        try (Connection connection = address.connect(application())) {
            return new LedgerAdoption(connection, new Ledger(connection, set)).look(wish);
        } catch (SQLException e) {
            throw new PostgresFailure("reading the migrations of " + set + " in " + address, e);
        }
    }

    /// Writes that migrations are applied which others carried out, and carries nothing out.
    ///
    /// @param token the last that was given out, not a new one: a release that has it already must
    ///   ask anew, and one that gets the next finds what is written here
    /// @param by who says so
    public MigrationOutcome adopt(AdoptionWish wish, long token, String by) throws PostgresFailure {
        return within(
                new Claim(token, ""),
                true,
                session ->
                        new LedgerAdoption(session.connection(), session.ledger())
                                .write(wish, token, by));
    }

    /// What stands, and the last token.
    ///
    /// @param applied in their order; nothing where nothing ever was
    public record Status(List<Applied> applied, OptionalLong token, List<String> invalidIndexes) {
        public Status {
            applied = List.copyOf(applied);
            invalidIndexes = List.copyOf(invalidIndexes);
        }
    }

    /// Looks, and changes nothing.
    public Status status() throws PostgresFailure {
        try (Connection connection = address.connect(application())) {
            var ledger = new Ledger(connection, set);
            List<String> invalid = new Debris(connection).invalidIndexes();
            return ledger.exists()
                    ? new Status(List.copyOf(ledger.rows().values()), ledger.last(), invalid)
                    : new Status(List.of(), OptionalLong.empty(), invalid);
        } catch (SQLException e) {
            throw new PostgresFailure("reading the migrations of " + set + " in " + address, e);
        }
    }

    /// Keeps every smaller token from migrating, and says what stands; empty while somebody is at
    /// it.
    public Optional<Collection<Applied>> seal(long token) throws PostgresFailure {
        try (Connection connection = address.connect(application())) {
            if (Pooler.lends(connection, address)) {
                throw new PostgresFailure(POOLED, Pooler.HINT);
            }
            var ledger = new Ledger(connection, set);
            ledger.prepare();
            if (!locked(connection)) {
                return Optional.empty();
            }
            ledger.raise(token);
            return Optional.of(ledger.rows().values());
        } catch (SQLException e) {
            throw new PostgresFailure("sealing the migrations of " + set + " in " + address, e);
        }
    }

    /// One that holds the set's lock.
    private record Session(Connection connection, Ledger ledger, PortionRun portions) {
        MigrationRun run(Claim claim) {
            return new MigrationRun(connection, ledger, claim, portions);
        }
    }

    private interface Moving {
        MigrationOutcome move(Session session) throws SQLException;
    }

    /// @param again whether the claim's token may be the last already
    private MigrationOutcome within(Claim claim, boolean again, Moving moving)
            throws PostgresFailure {
        long until = System.nanoTime() + within.toNanos();
        try (Connection connection = address.connect(application())) {
            var ledger = new Ledger(connection, set);
            if (Pooler.lends(connection, address)) {
                boolean left = ledger.exists() && ledger.holdsOf(claim.release());
                return new MigrationOutcome.Refused(POOLED, Pooler.HINT, left, false);
            }
            var portions = new PortionRun(connection, address, patience, until);
            boolean kept = true;
            try {
                portions.begin();
                kept = ledger.exists();
                ledger.prepare();
            } catch (SQLException e) {
                if (PortionRun.isGone(e)) {
                    throw e;
                }
                return new MigrationOutcome.Refused(
                        "the ledger `" + Ledger.SCHEMA + "` cannot be used: " + ServerWords.of(e),
                        "it needs a role that may create and use that schema, at a server that"
                                + " takes writes",
                        kept,
                        PortionRun.passes(e));
            }
            long deadline = System.nanoTime() + LOCK_WITHIN.toNanos();
            while (!locked(connection)) {
                if (System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted()) {
                    return new MigrationOutcome.Busy(holder(connection));
                }
                // Never waited for within the server: a session that waits holds a snapshot, for
                // which an index that is built CONCURRENTLY would wait in turn.
                long jitter = ThreadLocalRandom.current().nextLong(AGAIN_MILLIS);
                LockSupport.parkNanos(Duration.ofMillis(AGAIN_MILLIS + jitter).toNanos());
            }
            if (!ledger.raise(claim.token())) {
                long last = ledger.last().orElse(claim.token());
                if (!again || last != claim.token()) {
                    return new MigrationOutcome.Stale(last);
                }
            }
            return moving.move(new Session(connection, ledger, portions));
        } catch (SQLException e) {
            throw new PostgresFailure("migrating " + set + " in " + address, e);
        }
    }

    private String application() {
        return "belay/migrate/" + set;
    }

    private boolean locked(Connection connection) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement(
                        "SELECT pg_try_advisory_lock(hashtextextended(?, 0))")) {
            query.setString(1, application());
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private String holder(Connection connection) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement(
                        """
                        SELECT a.pid, coalesce(a.application_name, ''),
                          floor(extract(epoch FROM now() - a.backend_start))::bigint
                        FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                        WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
                          AND ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended(?, 0)
                        """)) {
            query.setString(1, application());
            try (ResultSet row = query.executeQuery()) {
                return row.next()
                        ? "another session migrates `"
                                + set
                                + "`: process "
                                + row.getInt(1)
                                + " ("
                                + row.getString(2)
                                + "), for "
                                + row.getLong(3)
                                + " s"
                        : "another session migrates `" + set + "`";
            }
        }
    }
}
