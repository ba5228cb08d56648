package dev.belay.server.audit;

import dev.belay.journal.AuditTree;
import dev.belay.journal.JournalException;
import dev.belay.journal.tree.Checkpoint;
import dev.belay.journal.tree.NoteKey;
import dev.belay.journal.tree.NoteSigner;
import dev.belay.journal.tree.Proofs;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Signs how far the audit log has grown: at the start and the end of the control plane, when a
/// release has ended, after a thousand entries, and within a minute of any. A crash between an
/// entry and its checkpoint costs nothing: the next start signs what is there.
public final class Checkpoints implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    private static final Duration WITHIN = Duration.ofMinutes(1);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(10);
    private static final long ENTRIES = 1_000;

    private final AuditTree tree;
    private final NoteSigner signer;
    private final LongSupplier clock;
    private final Runnable told;
    private final BlockingQueue<Boolean> wishes = new ArrayBlockingQueue<>(1);
    private final Thread thread;
    private volatile boolean closed;

    /// @param clock milliseconds since the epoch
    /// @param told when there is a new one
    public Checkpoints(AuditTree tree, NoteSigner signer, LongSupplier clock, Runnable told) {
        this.tree = tree;
        this.signer = signer;
        this.clock = clock;
        this.told = told;
        thread = Thread.ofVirtual().name("checkpoints").unstarted(this::work);
    }

    /// Signs what an earlier control plane left, and goes on from there.
    public void start() {
        wake();
        thread.start();
    }

    /// Something ended: sign soon. Never blocks.
    public void wake() {
        boolean _ = wishes.offer(true);
    }

    /// Who signs.
    public NoteKey key() {
        return signer.publicKey();
    }

    /// Signs the log as it is now. Empty when nothing is in it.
    public synchronized Optional<AuditTree.Kept> sign() {
        Proofs.Head head = tree.head();
        Optional<AuditTree.Kept> newest = tree.newest();
        if (newest.isPresent() && newest.get().size() >= head.size()) {
            return newest;
        }
        if (head.size() == 0) {
            return Optional.empty();
        }
        var checkpoint = new Checkpoint(key().name(), head.size(), head.root());
        String note = signer.sign(checkpoint.text()).written();
        tree.keep(new AuditTree.Kept(head.size(), head.root(), note, clock.getAsLong()));
        told.run();
        return tree.newest();
    }

    private void work() {
        while (!closed) {
            try {
                Boolean wished = wishes.poll(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                if (wished != null || isDue()) {
                    sign();
                }
            } catch (JournalException e) {
                LOG.error("no checkpoint of the audit log: {}", e.getMessage());
            } catch (RuntimeException e) {
                LOG.error("a bug while signing the audit log", e);
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    private boolean isDue() {
        Optional<AuditTree.Kept> newest = tree.newest();
        long entries = tree.head().size() - newest.map(AuditTree.Kept::size).orElse(0L);
        long age = clock.getAsLong() - newest.map(AuditTree.Kept::at).orElse(0L);
        // An age below zero is a clock that went back: then a checkpoint too many does no harm.
        return entries >= ENTRIES || (entries > 0 && (age >= WITHIN.toMillis() || age < 0));
    }

    /// Signs what came last.
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            if (thread.isAlive() && !thread.join(ENDS_WITHIN)) {
                LOG.warn("checkpoints are still being signed");
            }
            sign();
        } catch (JournalException e) {
            LOG.error("no checkpoint of the audit log: {}", e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
