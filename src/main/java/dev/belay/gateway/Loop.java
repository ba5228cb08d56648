package dev.belay.gateway;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one event loop owns: its connections, and the idle connections to members. Used by that
/// loop's thread alone.
final class Loop {
    /// Something with a time limit that can be asked to end politely.
    interface Bounded {
        /// Ends it when its time is over.
        void sweep(long now);

        /// Starts its polite end, if it is one of those.
        void close(Farewell farewell);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

    private final EventLoop eventLoop;
    private final ConnectionPool pool;
    private final Set<Bounded> open = new HashSet<>();

    Loop(EventLoop eventLoop, Class<? extends Channel> channel, Limits limits) {
        this.eventLoop = eventLoop;
        this.pool = new ConnectionPool(this, channel, limits);
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    ConnectionPool pool() {
        return pool;
    }

    void opened(Bounded one) {
        open.add(one);
    }

    void closed(Bounded one) {
        open.remove(one);
    }

    void sweep() {
        long now = System.nanoTime();
        each(one -> one.sweep(now));
        pool.sweep(now);
    }

    void close(Farewell farewell) {
        each(one -> one.close(farewell));
    }

    /// Over a copy: ending one takes it out of the set.
    private void each(Consumer<Bounded> action) {
        for (Bounded one : new ArrayList<>(open)) {
            try {
                action.accept(one);
            } catch (RuntimeException e) {
                // One broken connection must not take the time limits of all others with it.
                LOG.error("a bug, at a connection's time limit", e);
            }
        }
    }
}
