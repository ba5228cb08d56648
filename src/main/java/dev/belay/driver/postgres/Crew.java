package dev.belay.driver.postgres;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Works that are done at the same time and stand or fall together: the first that fails, and
/// whoever interrupts the one that waits, ends all of them and what they hold.
final class Crew implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ExecutorCompletionService<Void> works = new ExecutorCompletionService<>(threads);
    private final List<Runnable> held = new ArrayList<>();
    private int begun;
    private boolean over;

    void begin(Callable<Void> work) {
        begun++;
        works.submit(work);
    }

    /// How to end something that blocks in ways an interrupt does not end.
    void endBy(Runnable end) throws InterruptedException {
        synchronized (held) {
            if (!over) {
                held.add(end);
                return;
            }
        }
        end.run();
        throw new InterruptedException("the others have ended");
    }

    /// Until all are done.
    void await() throws PostgresFailure, IOException, InterruptedException {
        for (; begun > 0; begun--) {
            Future<Void> done = works.take();
            try {
                done.get();
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case PostgresFailure failure -> throw failure;
                    case IOException failure -> throw failure;
                    case InterruptedException interrupted -> throw interrupted;
                    case Error error -> throw error;
                    case null, default -> throw new IllegalStateException(e.getCause());
                }
            }
        }
    }

    /// Ends what still runs, and comes back when it has ended.
    @Override
    public void close() {
        List<Runnable> all;
        synchronized (held) {
            over = true;
            all = List.copyOf(held);
        }
        threads.shutdownNow();
        all.forEach(Runnable::run);
        threads.close();
    }
}
