package dev.belay.gateway;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
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

        /// The process is about to end: nothing new should come this way. Nothing is cut.
        default void drain() {}
    }

    /// All of what is open is looked at in so many sweeps.
    static final int PARTS = 8;

    /// Over how long those that have to be ended are told so, that they do not come back all at
    /// once.
    private static final Duration SPREAD = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

    private final EventLoop eventLoop;
    private final ConnectionPool pool;
    private final WaitingRoom waitingRoom;
    private final List<Set<Bounded>> open =
            Stream.generate(() -> (Set<Bounded>) new HashSet<Bounded>()).limit(PARTS).toList();
    private int nextPart;
    private final Overload overload;
    private long nextTick;
    private boolean draining;
    private long drainEnd;

    Loop(EventLoop eventLoop, Transport transport, Limits limits) {
        this.eventLoop = eventLoop;
        this.overload = new Overload(limits.load(), DirectMemory::used, DirectMemory.most());
        this.pool = new ConnectionPool(this, transport, limits);
        this.waitingRoom = new WaitingRoom(eventLoop);
    }

    WaitingRoom waitingRoom() {
        return waitingRoom;
    }

    /// There is another table.
    void look() {
        waitingRoom.look();
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    ConnectionPool pool() {
        return pool;
    }

    Overload overload() {
        return overload;
    }

    /// Looks how late it is from now on.
    void startTicking() {
        nextTick = System.nanoTime() + Overload.TICK.toNanos();
        var _ = eventLoop.schedule(this::tick, Overload.TICK.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void tick() {
        long now = System.nanoTime();
        overload.tick(now, now - nextTick);
        startTicking();
    }

    void opened(Bounded one) {
        part(one).add(one);
    }

    void closed(Bounded one) {
        part(one).remove(one);
    }

    private Set<Bounded> part(Bounded one) {
        return open.get(Math.floorMod(one.hashCode(), PARTS));
    }

    /// Looks at one part of what is open, in turn, so that many connections cost no request a long
    /// wait.
    void sweep() {
        long now = System.nanoTime();
        Set<Bounded> part = open.get(nextPart);
        each(part, one -> one.sweep(now));
        nextPart = (nextPart + 1) % PARTS;
        if (nextPart == 0) {
            pool.sweep(now);
        }
        if (draining && now - drainEnd >= 0) {
            dismiss(part, now);
        }
    }

    /// The process is about to end: connections come to their end as their protocols have it, and
    /// what runs long is asked to after this time.
    void drain(Duration within) {
        draining = true;
        drainEnd = System.nanoTime() + within.toNanos();
        open.forEach(part -> each(part, Bounded::drain));
    }

    boolean draining() {
        return draining;
    }

    /// Connections of clients, tunnels included.
    int connections() {
        return open.stream().mapToInt(Set::size).sum();
    }

    /// Tells some of those that are left; all of them by the end of the spread.
    private void dismiss(Set<Bounded> part, long now) {
        long left = drainEnd + SPREAD.toNanos() - now;
        int turns = (int) Math.max(1, left / Loops.SWEEP.toNanos());
        each(
                part,
                one -> {
                    if (ThreadLocalRandom.current().nextInt(turns) == 0) {
                        one.close(Farewell.ALL);
                    }
                });
    }

    void close(Farewell farewell) {
        open.forEach(part -> each(part, one -> one.close(farewell)));
    }

    /// Over a copy: ending one takes it out of the set.
    private static void each(Set<Bounded> part, Consumer<Bounded> action) {
        for (Bounded one : new ArrayList<>(part)) {
            try {
                action.accept(one);
            } catch (RuntimeException e) {
                // One broken connection must not take the time limits of all others with it.
                LOG.error("a bug, at a connection's time limit", e);
            }
        }
    }
}
