package dev.belay.server;

import dev.belay.server.operations.ArchiveWatch;
import dev.belay.server.operations.BackupCopies;
import dev.belay.server.operations.BackupWatch;
import dev.belay.server.operations.Restoring;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks every so often whether a backup or a drill is due, or an exchange of databases was cut
/// off; on a thread of its own, since backups may take hours.
final class BackupKeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackupKeeping.class);
    private static final Duration EVERY = Duration.ofSeconds(20);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(30);

    private final List<Thread> threads;

    BackupKeeping(
            BackupWatch watch, BackupCopies copies, ArchiveWatch archives, Restoring restoring) {
        threads =
                List.of(
                        resident("exchanges", restoring::settle),
                        resident("backups", watch::pass),
                        resident("copies", copies::pass),
                        resident("archives", archives::pass));
    }

    /// What is done again and again, and may take hours.
    private interface Doing {
        void run() throws InterruptedException;
    }

    private static Thread resident(String name, Doing doing) {
        return Thread.ofVirtual().name(name).unstarted(() -> work(name, doing));
    }

    void start() {
        threads.forEach(Thread::start);
    }

    private static void work(String name, Doing doing) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    doing.run();
                } catch (RuntimeException e) {
                    LOG.error("a bug while looking after {}", name, e);
                }
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException end) {
            LOG.debug("no more {}", name);
        }
    }

    /// What is being made is given up, and leaves nothing.
    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
        try {
            for (Thread one : threads) {
                if (one.isAlive() && !one.join(ENDS_WITHIN)) {
                    LOG.warn("{} do not end", one.getName());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
