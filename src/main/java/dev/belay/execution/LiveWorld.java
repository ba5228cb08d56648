package dev.belay.execution;

import dev.belay.driver.Answer;
import dev.belay.driver.Checks;
import dev.belay.driver.Databases;
import dev.belay.driver.Finding;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.driver.Target;
import dev.belay.journal.Journal;
import dev.belay.release.Work;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The real world: blocking calls on virtual threads, answers back on the engine's one platform
/// thread.
///
/// A call that throws is a call without an answer: the engine then finds out by asking, which is
/// right whatever had gone wrong. What was asked may be out of reach; any other exception is logged
/// as what it is, a bug.
public final class LiveWorld implements World, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveWorld.class);
    private static final int CALLS_MAX = 256;

    /// How much longer than a call may take its answer is awaited.
    private static final Duration SLACK = Duration.ofSeconds(5);

    private static final Duration JOURNAL_WITHIN = Duration.ofSeconds(30);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(5);

    private final Journal journal;
    private final Target target;
    private final Router router;
    private final Checks checks;
    private final Databases databases;
    private final Semaphore calls = new Semaphore(CALLS_MAX);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService loop =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("belay-engine").factory());

    public LiveWorld(
            Journal journal, Target target, Router router, Checks checks, Databases databases) {
        this.journal = journal;
        this.target = target;
        this.router = router;
        this.checks = checks;
        this.databases = databases;
    }

    @Override
    public long now() {
        return journal.now();
    }

    @Override
    public int random(int bound) {
        return ThreadLocalRandom.current().nextInt(bound);
    }

    @Override
    public void at(long when, Runnable task) {
        schedule(task, Math.max(0, when - now()));
    }

    @Override
    public <T> void journal(Function<Journal, T> call, Consumer<T> then, Runnable lost) {
        call("journal", JOURNAL_WITHIN, () -> call.apply(journal), then, lost);
    }

    @Override
    public void apply(Work.Effect effect, Order order, Consumer<Answer> then, Runnable lost) {
        call(
                "apply",
                order.within(),
                () ->
                        switch (effect) {
                            case Work.Scale work -> target.scale(work, order);
                            case Work.Publish work -> target.publish(work, order);
                            case Work.RunJob work -> target.runJob(work, order);
                            case Work.MigrateByCommand work -> target.migrate(work, order);
                            case Work.TakeBackByCommand work -> target.takeBack(work, order);
                            case Work.Route work -> router.route(work, order);
                            case Work.Shut work -> router.shut(work, order);
                            case Work.Open work -> router.open(work, order);
                            case Work.Migrate work -> databases.migrate(work, order);
                            case Work.TakeBack work -> databases.takeBack(work, order);
                        },
                then,
                lost);
    }

    @Override
    public void probe(Work.Effect effect, Order order, Consumer<Finding> then, Runnable lost) {
        call(
                "probe",
                order.within(),
                () ->
                        switch (effect) {
                            case Work.Route route -> router.probe(route, order);
                            case Work.Shut _, Work.Open _ -> router.probeDoor(effect, order);
                            case Work.Migrate _, Work.TakeBack _ -> databases.probe(effect, order);
                            case Work.Scale _,
                                    Work.Publish _,
                                    Work.RunJob _,
                                    Work.MigrateByCommand _,
                                    Work.TakeBackByCommand _ ->
                                    target.probe(effect, order);
                        },
                then,
                lost);
    }

    @Override
    public void look(
            Work.Check check, Order order, Duration since, Consumer<Look> then, Runnable lost) {
        call("look", order.within(), () -> checks.look(check, order, since), then, lost);
    }

    @Override
    public void mark(Mark mark) {
        LOG.trace("{}", mark);
    }

    @Override
    public void bug(String where, RuntimeException bug) {
        LOG.error("a bug of Belay, while {}", where, bug);
    }

    /// Exactly one of the continuations runs, and it runs on the loop.
    private <T> void call(
            String what, Duration within, Supplier<T> work, Consumer<T> then, Runnable lost) {
        var answered = new AtomicBoolean();
        Runnable onTimeout =
                () -> {
                    if (answered.compareAndSet(false, true)) {
                        lost.run();
                    }
                };
        ScheduledFuture<?> timeout =
                loop.schedule(
                        guarded(onTimeout), within.plus(SLACK).toMillis(), TimeUnit.MILLISECONDS);
        threads.execute(() -> {
            try {
                calls.acquire();
                try {
                    T answer = work.get();
                    schedule(
                            () -> {
                                if (answered.compareAndSet(false, true)) {
                                    timeout.cancel(false);
                                    then.accept(answer);
                                }
                            },
                            0);
                } finally {
                    calls.release();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                unanswered(what, e);
                timeout.cancel(false);
                schedule(onTimeout, 0);
            }
        });
    }

    private void unanswered(String what, RuntimeException e) {
        if (loop.isShutdown()) {
            LOG.debug("gave up a call to {}", what, e);
        } else if (e instanceof UncheckedIOException) {
            LOG.warn("no answer to a call to {}: {}", what, e.getMessage());
        } else {
            bug(what, e);
        }
    }

    private void schedule(Runnable task, long millis) {
        try {
            ScheduledFuture<?> _ = loop.schedule(guarded(task), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            LOG.debug("dropped after closing");
        }
    }

    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                bug("deciding", e);
            }
        };
    }

    /// Runs something on the engine's thread and waits for it: the only way to look at an engine
    /// from another thread.
    public <T> T ask(Supplier<T> question) {
        try {
            return loop.submit(question::get).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking the engine", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the engine failed to answer", e.getCause());
        }
    }

    /// Gives up what is under way, and waits a moment until it has ended: whoever closes may hand
    /// the folders on, or remove them.
    @Override
    public void close() {
        loop.shutdownNow();
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(ENDS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("some calls outlive the engine");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
