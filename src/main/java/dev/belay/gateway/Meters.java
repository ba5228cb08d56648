package dev.belay.gateway;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/// Who comes too often. The room is fixed, so that no number of clients can fill it: a client has a
/// cell in each of two rows, shared with whoever falls there too, and is refused only when both are
/// spent. Where it falls is drawn anew by each process, so that nobody can aim at a neighbour.
///
/// A cell holds the moment at which its client will have rested enough (the generic cell rate
/// algorithm): one number, and no timer that refills anything.
final class Meters {
    private static final int CELLS = 16 * 1_024;

    private final AtomicLongArray first = new AtomicLongArray(CELLS);
    private final AtomicLongArray second = new AtomicLongArray(CELLS);
    private final long seed = ThreadLocalRandom.current().nextLong();
    private final long start = System.nanoTime();

    /// Takes note of a request, if it may come.
    ///
    /// @return whether it may
    boolean admit(long client, Limits.Rate rate) {
        return admit(client, rate, System.nanoTime());
    }

    boolean admit(long client, Limits.Rate rate, long at) {
        long now = at - start;
        long interval = TimeUnit.SECONDS.toNanos(1) / rate.perSecond();
        long rest = interval * (rate.burst() - 1L);
        int one = cell(client ^ seed);
        int other = cell(client + Long.rotateLeft(seed, 32));
        long spentUntil = Math.min(first.get(one), second.get(other));
        if (spentUntil - now > rest) {
            return false;
        }
        // Whoever shares one of the cells pays for this client there, and not in the other.
        long until = Math.max(now, spentUntil) + interval;
        raise(first, one, until);
        raise(second, other, until);
        return true;
    }

    private static void raise(AtomicLongArray row, int cell, long until) {
        row.accumulateAndGet(cell, until, Math::max);
    }

    /// Every bit of the input moves half of the output's (the finaliser of MurmurHash3).
    static int cell(long value) {
        long mixed = value;
        mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return (int) ((mixed ^ (mixed >>> 33)) & (CELLS - 1));
    }
}
