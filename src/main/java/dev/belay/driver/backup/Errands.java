package dev.belay.driver.backup;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Long work that somebody asks for again and again until it is done. The first to ask starts it;
/// whoever asks with the same key meanwhile hears how far it is, and afterwards how it ended. It
/// ends with the process, and where it is for somebody who has to keep asking, when he does not:
/// his release was called off.
///
/// @param <K> what the work is for
/// @param <R> how it ends
public final class Errands<K, R> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Errands.class);

    /// So many results wait for somebody who asks.
    private static final int RESULTS_MAX = 100;

    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(30);

    private final Map<K, Errand<R>> all = new LinkedHashMap<>();
    private final @Nullable Duration unasked;
    private boolean closed;

    /// Work that goes on when nobody asks any more.
    public Errands() {
        unasked = null;
    }

    /// @param unasked work that nobody asked for in this time is ended, and forgotten
    public Errands(Duration unasked) {
        this.unasked = unasked;
        Thread.ofVirtual().name("errands").start(this::giveUpUnasked);
    }

    /// How far it is.
    public sealed interface State<R> {
        /// Somebody is at it.
        ///
        /// @param progress a line for people
        record Going<R>(String progress) implements State<R> {}

        record Ended<R>(R result) implements State<R> {}

        /// It ended without a result: a bug, or the end of the process.
        record Broken<R>(String why) implements State<R> {}
    }

    /// The work itself; an interrupt ends it.
    public interface Doing<R> {
        R run(Consumer<String> progress) throws InterruptedException;
    }

    private static final class Errand<R> {
        private final FutureTask<R> task;
        private final Thread thread;
        private volatile String progress = "it begins";
        private volatile long ended;
        private long asked = System.nanoTime();

        Errand(Doing<R> doing) {
            task =
                    new FutureTask<>(() -> {
                        try {
                            return doing.run(line -> progress = line);
                        } finally {
                            ended = System.nanoTime();
                        }
                    });
            thread = Thread.ofVirtual().name("errand").unstarted(task);
        }

        boolean endedFor(Duration time) {
            return task.isDone() && System.nanoTime() - ended >= time.toNanos();
        }

        State<R> state() {
            if (!task.isDone()) {
                return new State.Going<>(progress);
            }
            try {
                return new State.Ended<>(task.get());
            } catch (ExecutionException e) {
                LOG.error("an errand broke", e.getCause());
                return new State.Broken<>(String.valueOf(e.getCause()));
            } catch (CancellationException e) {
                return new State.Broken<>("it was called off");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new State.Going<>(progress);
            }
        }
    }

    /// Starts it when nobody did.
    public synchronized State<R> ask(K key, Doing<R> doing) {
        Errand<R> known = all.get(key);
        if (known == null) {
            if (closed) {
                return new State.Going<>("the control plane ends");
            }
            forgetOldest();
            known = new Errand<>(doing);
            all.put(key, known);
            known.thread.start();
        }
        known.asked = System.nanoTime();
        return known.state();
    }

    /// Whether somebody asked for it, and it is not forgotten.
    public synchronized boolean knows(K key) {
        return all.containsKey(key);
    }

    /// How far it is; starts nothing. Empty when nobody asked for it, or it is forgotten.
    public synchronized Optional<State<R>> look(K key) {
        return Optional.ofNullable(all.get(key)).map(Errand::state);
    }

    /// The next to ask starts it anew; what goes on is left alone.
    ///
    /// @param ago only when it ended that long ago
    public synchronized void forgetEnded(K key, Duration ago) {
        Errand<R> known = all.get(key);
        if (known != null && known.endedFor(ago)) {
            all.remove(key);
        }
    }

    private void giveUpUnasked() {
        try {
            while (forgotUnasked()) {
                Thread.sleep(LOOK_EVERY);
            }
        } catch (InterruptedException end) {
            LOG.debug("nobody looks after errands any more");
        }
    }

    /// @return whether there may be more
    private synchronized boolean forgotUnasked() {
        long limit = unasked == null ? Long.MAX_VALUE : unasked.toNanos();
        long now = System.nanoTime();
        all.values()
                .removeIf(one -> {
                    boolean alone = !one.task.isDone() && now - one.asked > limit;
                    if (alone) {
                        LOG.info("nobody asks any more for what an errand does: {}", one.progress);
                        one.thread.interrupt();
                    }
                    return alone;
                });
        return !closed;
    }

    private void forgetOldest() {
        var ended = all.entrySet().stream().filter(one -> one.getValue().task.isDone()).toList();
        for (int i = 0; i <= ended.size() - RESULTS_MAX; i++) {
            all.remove(ended.get(i).getKey());
        }
    }

    /// Ends what goes on, and comes back when that has tidied up.
    @Override
    public void close() {
        List<Errand<R>> going;
        synchronized (this) {
            closed = true;
            going = List.copyOf(all.values());
        }
        going.forEach(one -> one.thread.interrupt());
        for (Errand<R> one : going) {
            try {
                if (!one.thread.join(ENDS_WITHIN)) {
                    LOG.warn("an errand does not end");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
