package dev.belay.server.operations;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Who may work on an environment at the moment: first come, first served, and not endlessly many.
///
/// Environments are named by manifests, so there are few of them.
final class Lanes {
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final int QUEUE_MAX = 32;

    private final ConcurrentHashMap<String, Semaphore> deploys = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Semaphore> planning = new ConcurrentHashMap<>();

    /// A place in a lane, given up by closing.
    record Place(Semaphore lane) implements AutoCloseable {
        @Override
        public void close() {
            lane.release();
        }
    }

    /// For whoever builds and deploys.
    Place deploys(String environment) {
        return enter(deploys, environment);
    }

    /// For the moment of looking, planning and submitting.
    Place planning(String environment) {
        return enter(planning, environment);
    }

    private static Place enter(ConcurrentHashMap<String, Semaphore> lanes, String environment) {
        Semaphore lane = lanes.computeIfAbsent(environment, _ -> new Semaphore(1, true));
        if (lane.getQueueLength() >= QUEUE_MAX) {
            throw busy(environment);
        }
        try {
            if (!lane.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw busy(environment);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw busy(environment);
        }
        return new Place(lane);
    }

    private static Denied busy(String environment) {
        return new Denied(
                new No.Busy(
                        "too many requests for `" + environment + "` wait already",
                        "ask again when they are done; `belay releases " + environment + "`"));
    }
}
