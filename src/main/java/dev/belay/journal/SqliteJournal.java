package dev.belay.journal;

import dev.belay.journal.tree.Proofs;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import dev.belay.release.people.Directory;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// The journal in one SQLite file, for one process on one machine.
///
/// ```
/// callers ──► GroupCommit ──► one connection ──► WAL, synced before any answer
/// callers ──► Readers ──────► a few read-only connections
/// ```
///
/// Beside the file lie `….lock`, held while a process has the journal, and `….ballast`, the reserve
/// for a full disk.
public final class SqliteJournal
        implements Journal, AuditLog, AuditTree, EarlierRequests, PeopleStore {
    /// How a journal is kept.
    ///
    /// @param clock where time comes from; it may jump, the journal's own clock does not go back
    /// @param ballastBytes the reserve for a full disk
    /// @param floorBytes with less free room than this nothing new begins
    public record Settings(InstantSource clock, long ballastBytes, long floorBytes) {
        /// Steady time, a reserve of 16 MiB, a floor of 8 MiB.
        public static Settings standard() {
            return new Settings(
                    JournalClock.steady(InstantSource.system(), System::nanoTime),
                    16L << 20,
                    8L << 20);
        }
    }

    private static final int PATIENCE_MILLIS = 5_000;
    private static final int WAL_BYTES_KEPT = 16 << 20;

    private final ProcessLock lock;
    private final Disk disk;
    private final Session session;
    private final GroupCommit writer;
    private final Readers readers;
    private final JournalClock clock;
    private boolean closed;

    private SqliteJournal(
            ProcessLock lock, Disk disk, Session session, Readers readers, JournalClock clock) {
        this.lock = lock;
        this.disk = disk;
        this.session = session;
        this.readers = readers;
        this.clock = clock;
        this.writer = new GroupCommit(session, disk);
    }

    /// Opens the journal, or makes an empty one.
    ///
    /// @throws JournalException when it cannot be used, with a sentence that says why
    public static SqliteJournal open(Path database) {
        return open(database, Settings.standard());
    }

    /// Opens the journal, or makes an empty one.
    ///
    /// @throws JournalException when it cannot be used, with a sentence that says why
    public static SqliteJournal open(Path database, Settings settings) {
        Path file = database.toAbsolutePath().normalize();
        ProcessLock lock = ProcessLock.take(file);
        var disk = new Disk(file, settings.ballastBytes(), settings.floorBytes());
        Session session = null;
        try {
            session = connect(file, false);
            long floor = prepare(session, file, settings.clock().millis());
            disk.settle();
            var readers = new Readers(() -> connect(file, true), disk);
            var clock = new JournalClock(settings.clock(), floor);
            return new SqliteJournal(lock, disk, session, readers, clock);
        } catch (SQLException | RuntimeException e) {
            JournalException why =
                    switch (e) {
                        case SQLException failed -> disk.explain(failed);
                        case JournalException said -> said;
                        default -> new JournalException("The journal `" + file + "` broke", e);
                    };
            shut(session, lock, why);
            throw why;
        }
    }

    private static void shut(@Nullable Session session, ProcessLock lock, Exception why) {
        try (lock) {
            if (session != null) {
                session.close();
            }
        } catch (SQLException e) {
            why.addSuppressed(e);
        }
    }

    private static Session connect(Path file, boolean readOnly) throws SQLException {
        SqliteLibrary.load();
        var config = new SQLiteConfig();
        config.setBusyTimeout(PATIENCE_MILLIS);
        config.setReadOnly(readOnly);
        if (!readOnly) {
            config.setJournalMode(SQLiteConfig.JournalMode.WAL);
            config.setJournalSizeLimit(WAL_BYTES_KEPT);
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
            config.enforceForeignKeys(true);
        }
        var source = new SQLiteDataSource(config);
        // As an address, so that a question mark in a folder's name is not read as an option.
        source.setUrl("jdbc:sqlite:" + file.toUri());
        return new Session(source.getConnection());
    }

    /// Lays out or recognises the tables. Whoever held a lease has lost the process lock and with
    /// it the lease, so every active release can be claimed at once.
    ///
    /// @return the greatest time already written
    private static long prepare(Session session, Path file, long now) throws SQLException {
        session.begin();
        Schema.prepare(session, file, now);
        session.update(
                """
                UPDATE release SET lease_owner = NULL, lease_until = 0
                  WHERE active = 1 AND lease_until <> 0\
                """);
        long floor = session.number("SELECT at FROM audit ORDER BY seq DESC LIMIT 1");
        session.commit();
        return floor;
    }

    @Override
    public Submission.Reply submit(Submission submission) {
        return writer.run(transaction -> {
            disk.requireRoom();
            return new SubmitTransaction(transaction, submission, now()).run();
        });
    }

    @Override
    public Optional<ReleaseRow> claim(String owner, Duration lease, Set<String> except) {
        Set<String> excepted = Set.copyOf(except);
        return writer.run(transaction ->
                new ClaimTransaction(transaction, owner, lease, excepted, now()).run());
    }

    @Override
    public Append.Reply append(Append append) {
        boolean begins = append.facts().stream().anyMatch(Fact.Intent.class::isInstance);
        return writer.run(transaction -> {
            if (begins) {
                disk.requireRoom();
            }
            return new AppendTransaction(transaction, append, now()).run();
        });
    }

    @Override
    public boolean renew(String release, long fence, Duration lease) {
        return writer.run(transaction ->
                transaction.update(
                                """
                                UPDATE release SET lease_millis = ?, lease_until = ?
                                  WHERE id = ? AND fence = ? AND active = 1\
                                """,
                                lease.toMillis(),
                                now() + lease.toMillis(),
                                release,
                                fence)
                        == 1);
    }

    @Override
    public void giveBack(String release, long fence) {
        // The fence moves, so that a late renewal by the same holder does not take it back.
        writer.run(transaction ->
                transaction.update(
                        """
                        UPDATE release SET fence = fence + 1, lease_owner = NULL,
                          lease_until = 0 WHERE id = ? AND fence = ? AND active = 1\
                        """,
                        release,
                        fence));
    }

    @Override
    public Optional<ReleaseRow> find(String release) {
        return readers.read(reader -> Releases.find(reader, release));
    }

    @Override
    public List<ReleaseRow> list(
            String environment, Set<ReleaseState> states, long before, int limit) {
        return readers.read(reader -> Releases.list(reader, environment, states, before, limit));
    }

    @Override
    public List<Entry> entries(String release, long after) {
        return readers.read(reader -> Lines.entries(reader, release, after));
    }

    @Override
    public List<Past> history(Scope scope, int limit) {
        return readers.read(reader -> Lines.history(reader, scope, limit));
    }

    @Override
    public List<Scope> scopes(String environment) {
        return readers.read(reader -> Lines.scopes(reader, environment));
    }

    @Override
    public long token(Scope scope) {
        return readers.read(reader ->
                reader.number("SELECT op_token FROM scope WHERE scope = ?", scope.toString()));
    }

    @Override
    public void record(Deed deed) {
        recorded(deed, _ -> {});
    }

    private interface Beside {
        void write(Session session) throws SQLException;
    }

    /// Writes the deed, and what it did in the same transaction.
    private void recorded(Deed deed, Beside beside) {
        writer.run(transaction -> {
            beside.write(transaction);
            AuditLeaf.add(
                    transaction, now(), deed.actor(), Map.of("deed", deed.what(), "of", deed.of()));
            return true;
        });
    }

    @Override
    public Directory people() {
        return readers.read(PeopleRows::read);
    }

    @Override
    public void write(PeopleStore.Change change) {
        recorded(change.deed(), transaction -> PeopleRows.write(transaction, change));
    }

    @Override
    public List<Leaf> leaves(long after, int limit) {
        return readers.read(reader -> Lines.leaves(reader, after, limit));
    }

    @Override
    public List<Leaf> search(AuditSearch search) {
        return readers.read(reader -> AuditRows.search(reader, search));
    }

    @Override
    public Proofs.Head head() {
        return readers.read(CheckpointRows::head);
    }

    @Override
    public Proofs.Head head(long size) {
        return readers.read(reader -> CheckpointRows.head(reader, size));
    }

    @Override
    public List<String> inclusion(long seq, long size) {
        return readers.read(reader -> CheckpointRows.inclusion(reader, seq, size));
    }

    @Override
    public List<String> consistency(long from, long to) {
        return readers.read(reader -> CheckpointRows.consistency(reader, from, to));
    }

    @Override
    public Optional<Kept> newest() {
        return readers.read(CheckpointRows::newest);
    }

    @Override
    public List<Kept> checkpoints(long after, int limit) {
        return readers.read(reader -> CheckpointRows.after(reader, after, limit));
    }

    @Override
    public void keep(Kept checkpoint) {
        int _ = writer.run(transaction -> CheckpointRows.keep(transaction, checkpoint));
    }

    @Override
    public Optional<Submission.Reply> earlier(String requestKey, String bodyDigest) {
        return readers.read(reader -> SubmitTransaction.earlier(reader, requestKey, bodyDigest));
    }

    @Override
    public long now() {
        return clock.now();
    }

    /// How often the disk was waited for since the journal was opened.
    long commits() {
        return writer.commits();
    }

    /// Writes what waits, then lets go of the file. Closing twice does nothing more.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (lock) {
            writer.close();
            readers.close();
            session.close();
        } catch (SQLException e) {
            throw disk.explain(e);
        }
    }
}
