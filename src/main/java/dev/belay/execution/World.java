package dev.belay.execution;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.journal.Journal;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;

/// The engine's only door to time, chance, the journal and everything outside. Two exist:
/// [LiveWorld] and the simulated one of the tests.
///
/// Every call returns at once. One of its two continuations runs later, on the engine's one thread:
/// `then` with the answer, or `lost` when no answer came in time and nobody knows whether the call
/// arrived. Neither runs twice; an answer after `lost` is dropped.
public interface World {
    /// Milliseconds since the epoch, by the journal's clock.
    long now();

    /// From 0 to `bound - 1`, for jitter; 0 is the tamest.
    int random(int bound);

    /// Runs something later.
    void at(long when, Runnable task);

    <T> void journal(Function<Journal, T> call, Consumer<T> then, Runnable lost);

    void apply(Work.Effect effect, Order order, Consumer<Answer> then, Runnable lost);

    void probe(Work.Effect effect, Order order, Consumer<Finding> then, Runnable lost);

    /// Looks once, and changes nothing.
    ///
    /// @param since how long the step has been waiting
    void look(Work.Check check, Order order, Duration since, Consumer<Look> then, Runnable lost);

    /// Something worth counting happened; tests demand that each of them happens sometimes.
    void mark(Mark mark);

    /// Something went wrong that is nobody's but ours: a bug.
    void bug(String where, RuntimeException bug);
}
