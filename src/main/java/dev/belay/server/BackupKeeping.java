package dev.belay.server;

import dev.belay.server.operations.BackupCopies;
import dev.belay.server.operations.BackupWatch;
import dev.belay.server.operations.Restoring;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks every so often whether a backup or a drill is due, or an exchange of databases was cut
/// off; on a thread of its own, since backups may take hours.
final class BackupKeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackupKeeping.class);
    private static final Duration EVERY = Duration.ofSeconds(20);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(30);

    private final BackupWatch watch;
    private final BackupCopies copies;
    private final Restoring restoring;
    private final Thread thread = Thread.ofVirtual().name("backups").unstarted(this::work);

    BackupKeeping(BackupWatch watch, BackupCopies copies, Restoring restoring) {
        this.watch = watch;
        this.copies = copies;
        this.restoring = restoring;
    }

    void start() {
        thread.start();
    }

    private void work() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    restoring.settle();
                    watch.pass();
                    copies.pass();
                } catch (RuntimeException e) {
                    LOG.error("a bug while looking after backups", e);
                }
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException end) {
            LOG.debug("no more backups");
        }
    }

    /// What is being made is given up, and leaves nothing.
    @Override
    public void close() {
        thread.interrupt();
        try {
            if (!thread.join(ENDS_WITHIN)) {
                LOG.warn("a backup does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
