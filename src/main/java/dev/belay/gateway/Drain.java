package dev.belay.gateway;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// The end of a gateway that has handed over: its connections come to their ends, each as its
/// protocol has it, and its successor inherits what it counted.
final class Drain {
    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final Duration HEARD_WITHIN = Duration.ofSeconds(5);
    private static final int LAST_WORDS = 20;

    /// Beyond the limit: what is told to end is told so over half a minute, and has its grace then.
    private static final Duration BEYOND = Duration.ofMinutes(2);

    private final Loops loops;
    private final GatewayClient successor;
    private final Supplier<JsonNode> counts;

    /// The last word goes to whoever answers in the folder's name by then.
    Drain(Loops loops, GatewayOptions options, Supplier<JsonNode> counts) {
        this.loops = loops;
        this.successor = new GatewayClient(options.socket(), HEARD_WITHIN);
        this.counts = counts;
    }

    /// Returns when nothing is left.
    ///
    /// @param limit after which what runs long is asked to end
    void run(Duration limit) {
        long end = System.nanoTime() + limit.plus(BEYOND).toNanos();
        try {
            loops.onEach(loop -> loop.drain(limit));
            int left = connections();
            LOG.info("draining {} connections", left);
            while (left > 0 && System.nanoTime() - end < 0) {
                LockSupport.parkNanos(LOOK_EVERY.toNanos());
                left = connections();
            }
            LOG.info("drained, {} connections are left", left);
        } catch (TimeoutException e) {
            LOG.error("the end is not polite: {}", e.getMessage());
        }
        sayLastWord();
    }

    private int connections() throws TimeoutException {
        var sum = new AtomicInteger();
        loops.onEach(loop -> sum.addAndGet(loop.connections()));
        return sum.get();
    }

    private void sayLastWord() {
        JsonNode word = counts.get();
        for (int i = 0; i < LAST_WORDS; i++) {
            try {
                successor.inherit(ProcessHandle.current().pid(), word);
                return;
            } catch (IOException e) {
                LOG.warn("the successor does not take the counts: {}", e.getMessage());
                LockSupport.parkNanos(LOOK_EVERY.toNanos());
            }
        }
    }
}
