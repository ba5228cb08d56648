package dev.belay.server;

import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.artifact.Builder;
import dev.belay.release.Digest;
import dev.belay.server.operations.NeededArtifacts;
import dev.belay.server.operations.StoreDoor;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes artifacts and images of containers that nothing needs any more, on a thread of its own:
/// at the start, after every release, and now and then. When what is needed cannot be read, nothing
/// is removed.
final class Sweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
    private static final Duration NOW_AND_THEN = Duration.ofHours(1);
    private static final Duration AGAIN = Duration.ofSeconds(2);
    private static final Duration END_WITHIN = Duration.ofSeconds(10);

    private final ArtifactStore artifacts;
    private final Builder builder;
    private final Collecting images;
    private final NeededArtifacts needed;
    private final StoreDoor door;
    private final Retention retention;
    private final BlockingQueue<Boolean> wishes = new ArrayBlockingQueue<>(1);
    private final Thread thread;
    private volatile boolean closed;

    /// Takes away images of containers that nothing needs.
    interface Collecting {
        /// Takes away what is old and not needed.
        ///
        /// @param needed digests that stay
        /// @param age what was used that lately stays
        /// @return how many are gone
        int collect(Set<Digest> needed, Duration age) throws IOException;
    }

    Sweeper(
            ArtifactStore artifacts,
            Builder builder,
            Collecting images,
            NeededArtifacts needed,
            StoreDoor door,
            Retention retention) {
        this.artifacts = artifacts;
        this.builder = builder;
        this.images = images;
        this.needed = needed;
        this.door = door;
        this.retention = retention;
        thread = Thread.ofPlatform().name("belay-sweeper").daemon().unstarted(this::work);
    }

    void start() {
        thread.start();
    }

    /// Something ended: look soon. Never blocks.
    void wake() {
        boolean _ = wishes.offer(true);
    }

    private void work() {
        while (!closed) {
            boolean done = true;
            try {
                done = sweep();
            } catch (IOException e) {
                LOG.error("artifacts are not removed: {}", e.getMessage());
            } catch (RuntimeException e) {
                LOG.error("a bug while removing artifacts; none is removed", e);
            }
            Duration pause = done ? NOW_AND_THEN : AGAIN;
            try {
                Boolean _ = wishes.poll(pause.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    /// @return false when somebody builds or plans: then another time
    private boolean sweep() throws IOException {
        var alone = door.alone();
        if (alone.isEmpty()) {
            return false;
        }
        try (var _ = alone.get()) {
            Set<Digest> stay = needed.read(retention.releases());
            Set<Digest> gone =
                    artifacts.collect(digest -> closed || stay.contains(digest), retention.age());
            builder.forget(gone);
            if (!gone.isEmpty()) {
                LOG.info("removed {} artifacts that nothing needs", gone.size());
            }
            int unused = closed ? 0 : images.collect(stay, retention.age());
            if (unused > 0) {
                LOG.info("removed {} images of containers that nothing needs", unused);
            }
            return true;
        }
    }

    /// Ends between two artifacts.
    @Override
    public void close() {
        closed = true;
        wake();
        try {
            if (!thread.join(END_WITHIN)) {
                LOG.warn("artifacts are still being removed");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
