package dev.belay.simulation;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.execution.Engine;
import dev.belay.execution.Mark;
import dev.belay.execution.World;
import dev.belay.journal.Journal;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One control plane in the simulated world: an engine that can crash, stall and lose calls. Every
/// call to the outside passes two crash points, before it is sent and after it took effect.
final class Replica {
    private static final long TIMEOUT = 5_000;
    private static final long STALL_MAX = 60_000;
    private static final long DOWN_MAX = 20_000;

    private final Simulation simulation;
    private final Universe universe;
    private final String name;
    private int life;
    private boolean up;
    private long stalledUntil;
    private @Nullable Engine engine;

    Replica(Simulation simulation, String name) {
        this.simulation = simulation;
        this.universe = simulation.universe();
        this.name = name;
    }

    void boot() {
        life++;
        up = true;
        engine = new Engine(new Life(life), name + "#" + life, simulation.codec());
        engine.start();
    }

    void crash() {
        if (!up) {
            return;
        }
        up = false;
        life++;
        if (engine != null) {
            engine.close();
        }
        universe.in(500 + universe.below((int) DOWN_MAX), this::boot);
    }

    void nudge() {
        if (up && engine != null) {
            engine.nudge();
        }
    }

    /// The world as one incarnation of the engine sees it. What arrives after a crash finds nobody.
    private final class Life implements World {
        private final int number;

        Life(int number) {
            this.number = number;
        }

        private boolean alive() {
            return up && life == number;
        }

        /// Runs on the engine's thread, when it is awake.
        private void awake(Runnable task) {
            if (!alive()) {
                return;
            }
            if (stalledUntil > universe.now()) {
                universe.at(stalledUntil, () -> awake(task));
            } else if (universe.hit(Fault.REPLICA_STALLS)) {
                stalledUntil = universe.now() + universe.below((int) STALL_MAX);
                universe.at(stalledUntil, () -> awake(task));
            } else {
                task.run();
            }
        }

        @Override
        public long now() {
            return universe.now();
        }

        @Override
        public int random(int bound) {
            return universe.below(bound);
        }

        @Override
        public void at(long when, Runnable task) {
            universe.at(when, () -> awake(task));
        }

        @Override
        public <T> void journal(Function<Journal, T> call, Consumer<T> then, Runnable lost) {
            send(
                    Fault.JOURNAL_CALL_LOST,
                    Fault.JOURNAL_ANSWER_LOST,
                    10,
                    () -> call.apply(simulation.journal()),
                    then,
                    lost);
        }

        @Override
        public void apply(Work.Effect effect, Order order, Consumer<Answer> then, Runnable lost) {
            simulation.invariants().beforeEffect(order);
            Host host = simulation.host(order.scope());
            boolean early = !simulation.design().has(Design.Part.GUARD_IN_TIME);
            String danger = early ? host.danger(effect) : "";
            send(
                    Fault.CALL_LOST,
                    Fault.ANSWER_LOST,
                    200,
                    () -> danger.isEmpty() ? host.apply(effect, order) : new Answer.NotYet(danger),
                    then,
                    lost);
        }

        @Override
        public void probe(Work.Effect effect, Order order, Consumer<Finding> then, Runnable lost) {
            send(
                    Fault.CALL_LOST,
                    Fault.ANSWER_LOST,
                    200,
                    () -> simulation.host(order.scope()).probe(effect, order),
                    then,
                    lost);
        }

        @Override
        public void look(
                Work.Check check, Order order, Duration since, Consumer<Look> then, Runnable lost) {
            send(
                    Fault.CALL_LOST,
                    Fault.ANSWER_LOST,
                    100,
                    () -> simulation.host(order.scope()).look(check, since),
                    then,
                    lost);
        }

        private <T> void send(
                Fault goesMissing,
                Fault comesToNothing,
                int latency,
                Supplier<T> effect,
                Consumer<T> then,
                Runnable lost) {
            int call = simulation.nextCall();
            if (crashesAt(call * 2, Fault.CRASH_BEFORE_CALL)) {
                return;
            }
            var answered = new boolean[1];
            boolean missing = universe.hit(goesMissing);
            boolean mute = universe.hit(comesToNothing);
            boolean world = goesMissing == Fault.CALL_LOST;
            long delay = 1L + universe.below(latency);
            if (world && universe.hit(Fault.CALL_LATE)) {
                delay += universe.below((int) STALL_MAX);
            }
            if (!missing) {
                universe.in(delay, () -> arrive(call, effect, mute, answered, then));
                if (world && universe.hit(Fault.CALL_TWICE)) {
                    universe.in(delay + universe.below(30_000), () -> twice(effect));
                }
            }
            universe.in(TIMEOUT, () -> awake(() -> giveUp(answered, lost)));
        }

        private <T> void arrive(
                int call, Supplier<T> effect, boolean mute, boolean[] answered, Consumer<T> then) {
            T answer = effect.get();
            if (alive() && crashesAt(call * 2 + 1, Fault.CRASH_AFTER_CALL)) {
                return;
            }
            if (!mute) {
                universe.in(
                        1,
                        () ->
                                awake(() -> {
                                    if (!answered[0]) {
                                        answered[0] = true;
                                        then.accept(answer);
                                    }
                                }));
            }
        }

        /// The answer to a duplicate reaches nobody.
        private <T> void twice(Supplier<T> effect) {
            T _ = effect.get();
        }

        private void giveUp(boolean[] answered, Runnable lost) {
            if (!answered[0]) {
                answered[0] = true;
                lost.run();
            }
        }

        private boolean crashesAt(int point, Fault fault) {
            if (simulation.crashesAt(point) || universe.hit(fault)) {
                crash();
                return true;
            }
            return false;
        }

        @Override
        public void mark(Mark mark) {
            simulation.count(mark);
        }

        @Override
        public void bug(String where, RuntimeException bug) {
            throw bug;
        }
    }
}
