package dev.belay.journal;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The one thread that writes. It takes all transactions that wait, runs each under a savepoint,
/// commits them together, and answers them all: the disk is waited for once, however many write.
///
/// Nothing is answered before it is on the disk. A transaction may be run again, so it changes
/// nothing but the database. The queue needs no limit of its own: a caller waits for its answer, so
/// there are never more transactions than callers.
final class GroupCommit implements AutoCloseable {
    private static final int BATCH_MAX = 256;

    private final Session session;
    private final Disk disk;
    private final LinkedBlockingQueue<Pending<?>> queue = new LinkedBlockingQueue<>();
    private final AtomicLong commits = new AtomicLong();
    private final Thread thread;
    private volatile boolean stopping;
    private volatile boolean stopped;

    GroupCommit(Session session, Disk disk) {
        this.session = session;
        this.disk = disk;
        // A platform thread: native calls would pin a virtual one's carrier for as long as a sync.
        this.thread = Thread.ofPlatform().name("journal-writer").daemon().start(this::work);
    }

    /// One transaction's changes and answer.
    interface Transaction<T extends @Nullable Object> {
        T run(Session session) throws SQLException;
    }

    private static final class Pending<T extends @Nullable Object> {
        private final Transaction<T> transaction;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private @Nullable Runnable outcome;

        Pending(Transaction<T> transaction) {
            this.transaction = transaction;
        }

        void run(Session session) throws SQLException {
            T value = transaction.run(session);
            outcome = () -> answer.complete(value);
        }

        void refuse(Throwable why) {
            outcome = () -> answer.completeExceptionally(why);
        }

        void answer() {
            if (outcome != null) {
                outcome.run();
            }
        }
    }

    /// Runs the transaction and returns when it is on the disk. An interrupt is kept for later:
    /// half an answer would be none.
    <T extends @Nullable Object> T run(Transaction<T> transaction) {
        var pending = new Pending<>(transaction);
        queue.add(pending);
        if (stopped) {
            refuseRest();
        }
        try {
            return pending.answer.join();
        } catch (CompletionException e) {
            throw rethrown(e);
        }
    }

    /// How often the disk was waited for.
    long commits() {
        return commits.get();
    }

    /// How many transactions wait for the one that is being written.
    int waiting() {
        return queue.size();
    }

    /// Lets what waits be written, then stops.
    @Override
    public void close() {
        stopping = true;
        queue.add(new Pending<>(_ -> 0));
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        while (!stopping || !queue.isEmpty()) {
            var batch = new ArrayList<Pending<?>>();
            try {
                batch.add(queue.take());
            } catch (InterruptedException e) {
                // Nobody has a reason to interrupt this thread; it ends by its queue.
                continue;
            }
            queue.drainTo(batch, BATCH_MAX - 1);
            write(batch);
            batch.forEach(Pending::answer);
        }
        stopped = true;
        refuseRest();
    }

    private void refuseRest() {
        for (Pending<?> late = queue.poll(); late != null; late = queue.poll()) {
            late.refuse(disk.closed());
            late.answer();
        }
    }

    private void write(List<Pending<?>> batch) {
        try {
            disk.check();
            try {
                attempt(batch);
            } catch (SQLException e) {
                session.rollBack();
                if (!disk.ranOut(e) || !disk.release()) {
                    throw e;
                }
                attempt(batch);
            }
        } catch (SQLException e) {
            abandon(batch, disk.explain(e));
        } catch (RuntimeException | Error e) {
            abandon(batch, e);
        }
    }

    private void attempt(List<Pending<?>> batch) throws SQLException {
        session.begin();
        for (Pending<?> pending : batch) {
            session.mark();
            try {
                pending.run(session);
                session.dropMark();
            } catch (SQLException e) {
                if (!Disk.refusedByConstraint(e)) {
                    throw e;
                }
                session.rollBackToMark();
                pending.refuse(new IllegalStateException("the journal refuses this", e));
            } catch (RuntimeException e) {
                session.rollBackToMark();
                pending.refuse(e);
            }
        }
        session.commit();
        commits.incrementAndGet();
    }

    private void abandon(List<Pending<?>> batch, Throwable why) {
        session.rollBack();
        batch.forEach(pending -> pending.refuse(why));
    }

    private static RuntimeException rethrown(CompletionException e) {
        Throwable cause = e.getCause();
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException failure ? failure : e;
    }
}
