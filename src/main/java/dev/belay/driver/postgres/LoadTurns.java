package dev.belay.driver.postgres;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Whose turn it is when: at an even pace, frequent statements more often, and every table's own
/// now and then. A round says each statement once, without a pace.
final class LoadTurns {
    /// Every so many turns, one goes to a table that would come to none by its frequency.
    private static final int FOR_THE_RARE = 4;

    /// Who was late begins anew, and does not catch up all at once.
    private static final long LATE_NANOS = Duration.ofMillis(100).toNanos();

    private final List<LoadStatement> all;
    private final long[] sums;
    private final long every;
    private final Deque<LoadStatement> round = new ArrayDeque<>();
    private List<LoadStatement> rare = List.of();
    private Phase phase = Phase.WARMING;
    private boolean paced;
    private long due;
    private long turns;
    private int underWay;

    /// What goes on.
    enum Phase {
        WARMING,
        BEFORE,
        DURING,
        AFTER,
        OVER
    }

    /// One statement to say.
    record Turn(LoadStatement statement, Phase phase) {}

    LoadTurns(List<LoadStatement> all, double perSecond) {
        this.all = List.copyOf(all);
        this.every = (long) (Duration.ofSeconds(1).toNanos() / perSecond);
        sums = new long[all.size()];
        long sum = 0;
        for (int i = 0; i < sums.length; i++) {
            sum += all.get(i).said().calls();
            sums[i] = sum;
        }
    }

    /// Waits until it is time for the next; null when all is over.
    synchronized @Nullable Turn next() throws InterruptedException {
        while (phase != Phase.OVER) {
            LoadStatement once = round.poll();
            if (once != null) {
                return begun(once);
            }
            long left = due - System.nanoTime();
            if (paced && left <= 0) {
                due = Math.max(due, due - left - LATE_NANOS) + every;
                return begun(picked());
            }
            if (paced) {
                wait(left / 1_000_000, (int) (left % 1_000_000));
            } else {
                wait();
            }
        }
        return null;
    }

    private Turn begun(LoadStatement one) {
        underWay++;
        return new Turn(one, phase);
    }

    private LoadStatement picked() {
        turns++;
        if (turns % FOR_THE_RARE == 0 && !rare.isEmpty()) {
            return rare.get((int) (turns / FOR_THE_RARE % rare.size()));
        }
        long at = ThreadLocalRandom.current().nextLong(sums[sums.length - 1]);
        int i = 0;
        while (sums[i] <= at) {
            i++;
        }
        return all.get(i);
    }

    /// What was given out by [#next] has ended.
    ///
    /// @return what goes on at its end
    synchronized Phase ended() {
        underWay--;
        notifyAll();
        return phase;
    }

    /// From now on at the pace.
    synchronized void paced(Phase now) {
        phase = now;
        paced = true;
        due = System.nanoTime();
        notifyAll();
    }

    /// The pace goes on, and something else is the case.
    synchronized void isNow(Phase now) {
        phase = now;
    }

    /// Each once.
    synchronized void round(Phase now) {
        phase = now;
        paced = false;
        round.addAll(all);
        notifyAll();
    }

    /// These come to a turn, however seldom they are said.
    synchronized void rare(Collection<LoadStatement> some) {
        rare = List.copyOf(some);
    }

    synchronized void over() {
        phase = Phase.OVER;
        notifyAll();
    }

    /// Until all that was begun has ended, or the time is over.
    synchronized void await(Duration within) throws InterruptedException {
        long until = System.nanoTime() + within.toNanos();
        while (underWay > 0 || (phase != Phase.OVER && !round.isEmpty())) {
            long left = (until - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                round.clear();
                return;
            }
            wait(left);
        }
    }
}
