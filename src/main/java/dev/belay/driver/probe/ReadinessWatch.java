package dev.belay.driver.probe;

import dev.belay.release.Health;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;

/// Decides when a starting instance is asked next and when it is ready. Pure: times come in as
/// durations since the start, so that a clock that jumps cannot make anything ready.
///
/// ```
///   ask at 0 ──unwell──▶ ask 10, 20, 40 … 250 ms later ──▶ `within` is over: not ready
///      │                          ▲
///     well ──▶ ask again, so that the last success comes `over` after the first
///      │                          │
///      └─ `successes` in a row, `over` apart: ready      unwell: count from nothing
/// ```
public final class ReadinessWatch {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);
    private static final int HISTORY_MAX = 20;

    /// What to do now.
    public sealed interface Next {
        /// Ask when so much time has passed since the start.
        record AskAt(Duration sinceStart) implements Next {}

        /// Traffic may come.
        record Ready(Duration sinceStart) implements Next {}

        /// It will not be asked again.
        record NotReady(String reason) implements Next {}
    }

    /// One answer of the history.
    public record Probed(Duration sinceStart, HealthAnswer answer) {}

    private final Health health;
    private final RandomGenerator jitter;
    private final Deque<Probed> history = new ArrayDeque<>();
    private Duration due = Duration.ZERO;
    private Duration pause = FIRST_PAUSE;
    private Duration firstSuccess = Duration.ZERO;
    private int successes;
    private boolean ready;

    public ReadinessWatch(Health health, RandomGenerator jitter) {
        this.health = health;
        this.jitter = jitter;
    }

    /// What follows at `now`.
    public Next next(Duration now) {
        if (ready) {
            return new Next.Ready(history.getLast().sinceStart());
        }
        if (now.compareTo(health.within()) >= 0) {
            return new Next.NotReady(reason());
        }
        return new Next.AskAt(due.compareTo(health.within()) < 0 ? due : health.within());
    }

    /// Takes in an answer that came at `now`; one that came too late makes nothing ready.
    public void answered(Duration now, HealthAnswer answer) {
        if (history.size() == HISTORY_MAX) {
            history.removeFirst();
        }
        history.addLast(new Probed(now, answer));
        switch (answer) {
            case HealthAnswer.Unwell _, HealthAnswer.NotAsked _ -> {
                successes = 0;
                due = now.plus(shortened(pause));
                Duration doubled = pause.multipliedBy(2);
                pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
            }
            case HealthAnswer.Well _ -> succeeded(now);
        }
    }

    /// The last answers, oldest first.
    public List<Probed> history() {
        return List.copyOf(history);
    }

    private void succeeded(Duration now) {
        successes++;
        pause = FIRST_PAUSE;
        if (successes == 1) {
            firstSuccess = now;
        }
        Duration missing = health.over().minus(now.minus(firstSuccess));
        int more = Math.max(0, health.successes() - successes);
        if (more == 0 && !missing.isPositive()) {
            ready = now.compareTo(health.within()) <= 0;
            due = now.plus(LONGEST_PAUSE);
        } else {
            Duration even = missing.dividedBy(Math.max(1, more));
            due = now.plus(even.compareTo(FIRST_PAUSE) > 0 ? even : FIRST_PAUSE);
        }
    }

    /// Three quarters to all of it, so that instances started together are not asked together.
    private Duration shortened(Duration pause) {
        return Duration.ofNanos((long) (pause.toNanos() * (0.75 + jitter.nextDouble() / 4)));
    }

    private String reason() {
        String within = " within " + Wire.said(health.within());
        if (history.isEmpty()) {
            return "no answer" + within;
        }
        return switch (history.getLast().answer()) {
            case HealthAnswer.Unwell(_, String reason) ->
                    "not ready" + within + ", last: " + reason;
            case HealthAnswer.NotAsked(_, String reason) ->
                    "not ready" + within + ", last: " + reason;
            case HealthAnswer.Well _ ->
                    "not ready%s: %d of %d successes, which must be %s apart"
                            .formatted(
                                    within,
                                    successes,
                                    health.successes(),
                                    Wire.said(health.over()));
        };
    }
}
