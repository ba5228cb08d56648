package dev.belay.driver.probe;

import dev.belay.release.Health;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/// Waits until a starting instance is ready. Blocks its caller, who runs it on a virtual thread per
/// instance and interrupts it to stop.
public final class Readiness {
    /// How the wait ended, with the last answers, oldest first.
    public sealed interface Verdict {
        List<ReadinessWatch.Probed> history();

        record Ready(Duration after, List<ReadinessWatch.Probed> history) implements Verdict {
            public Ready {
                history = List.copyOf(history);
            }
        }

        record NotReady(String reason, List<ReadinessWatch.Probed> history) implements Verdict {
            public NotReady {
                history = List.copyOf(history);
            }
        }
    }

    private final HealthProbe probe;

    public Readiness(HealthProbe probe) {
        this.probe = probe;
    }

    /// Asks as [ReadinessWatch] says, until it is ready, its time is over, or its process ended.
    public Verdict await(Health health, ProbeTarget target) throws InterruptedException {
        var watch = new ReadinessWatch(health, RandomGenerator.getDefault());
        long start = System.nanoTime();
        while (true) {
            if (!target.alive().getAsBoolean()) {
                return new Verdict.NotReady(
                        "the process ended before it was ready", watch.history());
            }
            Duration now = since(start);
            switch (watch.next(now)) {
                case ReadinessWatch.Next.Ready(Duration after) -> {
                    return new Verdict.Ready(after, watch.history());
                }
                case ReadinessWatch.Next.NotReady(String reason) -> {
                    return new Verdict.NotReady(reason, watch.history());
                }
                case ReadinessWatch.Next.AskAt(Duration due) -> {
                    if (due.compareTo(now) > 0) {
                        Thread.sleep(due.minus(now));
                    } else {
                        watch.answered(since(start), ask(health, target, now));
                    }
                }
            }
        }
    }

    private HealthAnswer ask(Health health, ProbeTarget target, Duration now) {
        Duration left = health.within().minus(now);
        boolean enough = health.timeout().compareTo(left) < 0;
        return probe.ask(health.check(), target, enough ? health.timeout() : left);
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
