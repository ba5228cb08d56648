package dev.belay.gateway;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// How many connections each client has, in fixed room as in [Meters]: a client has a cell in each
/// of two rows, and has at most what the emptier one says.
final class Crowd {
    private static final int CELLS = 16 * 1_024;

    private final AtomicIntegerArray first = new AtomicIntegerArray(CELLS);
    private final AtomicIntegerArray second = new AtomicIntegerArray(CELLS);
    private final long seed = ThreadLocalRandom.current().nextLong();

    /// One more, if it is among the first `most`; otherwise nothing is counted.
    boolean enter(long client, int most) {
        int one = first.incrementAndGet(Meters.cell(client ^ seed));
        int other = second.incrementAndGet(Meters.cell(client + Long.rotateLeft(seed, 32)));
        boolean fits = Math.min(one, other) <= most;
        if (!fits) {
            leave(client);
        }
        return fits;
    }

    void leave(long client) {
        first.decrementAndGet(Meters.cell(client ^ seed));
        second.decrementAndGet(Meters.cell(client + Long.rotateLeft(seed, 32)));
    }
}
