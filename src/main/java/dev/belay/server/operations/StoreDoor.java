package dev.belay.server.operations;

import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// Keeps the removal of artifacts away from whoever has made or chosen one that no journal names
/// yet. Removing gives way: it goes in when nobody else is there, and never makes anybody queue
/// behind its waiting.
public final class StoreDoor {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    /// A stay, ended by closing, on the thread that began it.
    public record Stay(Lock lock) implements AutoCloseable {
        @Override
        public void close() {
            lock.unlock();
        }
    }

    /// For whoever chooses artifacts, until what was chosen is in the journal.
    Stay among() {
        lock.readLock().lock();
        return new Stay(lock.readLock());
    }

    /// For whoever removes artifacts; empty when somebody is inside.
    public Optional<Stay> alone() {
        return lock.writeLock().tryLock()
                ? Optional.of(new Stay(lock.writeLock()))
                : Optional.empty();
    }
}
