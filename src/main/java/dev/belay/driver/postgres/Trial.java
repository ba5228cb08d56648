package dev.belay.driver.postgres;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// Scratch in which a backup is tried, begun while the dump is still written.
final class Trial implements AutoCloseable {
    private @Nullable FutureTask<Scratch> starting;
    private @Nullable Thread starter;

    /// The first call starts it, the others find it.
    void begin(PostgresVerification verification, int major, int tables) {
        if (starting == null) {
            var task = new FutureTask<>(() -> verification.scratch(major, tables));
            starting = task;
            starter = Thread.startVirtualThread(task);
        }
    }

    /// Waits until it has started.
    Scratch scratch() throws PostgresFailure, InterruptedException {
        if (starting == null) {
            throw new IllegalStateException("no scratch was begun");
        }
        try {
            return starting.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof PostgresFailure failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /// Ends it, or what starts it, and comes back when it is gone.
    @Override
    public void close() {
        if (starter == null || starting == null) {
            return;
        }
        starter.interrupt();
        boolean interrupted = Thread.interrupted();
        while (!ended(starting)) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Whether it is gone; not, when the wait for it was interrupted.
    private static boolean ended(FutureTask<Scratch> starting) {
        try {
            starting.get().close();
            return true;
        } catch (ExecutionException failed) {
            // Whoever asked for it was told; there is nothing to end.
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }
}
