package dev.belay.gateway;

import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The requests of one event loop that wait for doors to open, each component's in the order in
/// which they came. When a door opens they go some at a time, so that the members are not run over.
// A scheduled task that fails is logged where it fails.
@SuppressWarnings("FutureReturnValueIgnored")
final class WaitingRoom {
    /// How many go at once, and how long after them the next.
    static final int PER_TURN = 64;

    private static final long TURN_MILLIS = 10;
    private static final Logger LOG = LoggerFactory.getLogger(WaitingRoom.class);

    private final EventLoop eventLoop;
    private final Map<RouteKey, Set<HeldExchange>> waiting = new HashMap<>();

    /// Whether the next turn is due by itself.
    private boolean turning;

    WaitingRoom(EventLoop eventLoop) {
        this.eventLoop = eventLoop;
    }

    void add(RouteKey key, HeldExchange one) {
        waiting.computeIfAbsent(key, _ -> new LinkedHashSet<>()).add(one);
    }

    void remove(RouteKey key, HeldExchange one) {
        Set<HeldExchange> line = waiting.get(key);
        if (line != null && line.remove(one) && line.isEmpty()) {
            waiting.remove(key);
        }
    }

    /// The table has changed: doors may be open.
    void look() {
        if (!turning && !waiting.isEmpty()) {
            turn();
        }
    }

    private void turn() {
        int left = PER_TURN;
        turning = false;
        for (RouteKey key : List.copyOf(waiting.keySet())) {
            left = release(key, left);
        }
        if (turning) {
            eventLoop.schedule(this::turn, TURN_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private int release(RouteKey key, int most) {
        int left = most;
        Set<HeldExchange> line = waiting.getOrDefault(key, Set.of());
        while (!line.isEmpty() && !first(line).held()) {
            if (left == 0) {
                turning = true;
                return 0;
            }
            HeldExchange next = first(line);
            remove(key, next);
            left--;
            try {
                next.go();
            } catch (RuntimeException e) {
                // One broken connection must not keep all others waiting.
                LOG.error("a bug, at a request that had waited", e);
            }
        }
        return left;
    }

    private static HeldExchange first(Set<HeldExchange> line) {
        Iterator<HeldExchange> all = line.iterator();
        return all.next();
    }
}
