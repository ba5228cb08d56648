package dev.belay.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is looked after again and again as long as the control plane lives: whether a backup is
/// due, whether an exchange of databases was cut off, whether something is to be promoted. Each on
/// a thread of its own, since a pass may take hours.
final class Residents implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Residents.class);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(30);

    private final List<Thread> threads = new ArrayList<>();

    /// A pass of one of them.
    interface Doing {
        void run() throws InterruptedException;
    }

    /// Adds one; before [#start].
    ///
    /// @param of what it looks after, for the log
    /// @param every pause between two passes
    Residents with(String of, Duration every, Doing doing) {
        threads.add(Thread.ofVirtual().name(of).unstarted(() -> work(of, every, doing)));
        return this;
    }

    void start() {
        threads.forEach(Thread::start);
    }

    private static void work(String of, Duration every, Doing doing) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    doing.run();
                } catch (RuntimeException e) {
                    LOG.error("a bug while looking after {}", of, e);
                }
                Thread.sleep(every);
            }
        } catch (InterruptedException end) {
            LOG.debug("no more {}", of);
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
