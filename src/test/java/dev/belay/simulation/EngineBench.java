package dev.belay.simulation;

import dev.belay.journal.Entry;
import dev.belay.journal.Fact;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.journal.SqliteJournal;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Run by `bench/engine`: storms in the simulated world per second, and what one step of a calm
/// release costs over the real journal beyond the syncs that its disk demands.
public final class EngineBench {
    private static final PrintStream OUT = System.out;
    private static final int WARM_UP = 200;
    private static final int CALM_WARM_UP = 30;
    private static final int CALM_RUNS = 100;
    private static final int SYNCS = 200;
    private static final int BLOCK = 4096;

    private EngineBench() {}

    public static void main(String[] arguments) throws IOException {
        int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10;
        storms(Duration.ofSeconds(seconds));
        Path folder = Files.createTempDirectory("belay-bench");
        try {
            steps(folder);
        } finally {
            try (var files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /// Every seed is new to the machine's caches; an invariant that breaks ends the program.
    private static void storms(Duration time) {
        long seed = Instant.now().getEpochSecond() << 20;
        long first = seed;
        while (seed < first + WARM_UP) {
            storm(seed++);
        }
        long began = System.nanoTime();
        long processor = cpu();
        long releases = 0;
        long from = seed;
        while (System.nanoTime() - began < time.toNanos()) {
            releases += storm(seed++);
        }
        OUT.printf(
                "simulated, faults on     %,7.0f releases/s on the clock, %,7.0f per processor second"
                        + "  (%,d storms, seeds from %d, 0 violations)%n",
                releases * 1e9 / (System.nanoTime() - began),
                releases * 1e9 / (cpu() - processor),
                seed - from,
                from);
    }

    private static int storm(long seed) {
        try {
            return new Simulation(Draws.seeded(seed), Design.WHOLE, Simulation.Shape.STORMY)
                    .run()
                    .releases()
                    .size();
        } catch (RuntimeException broken) {
            throw new IllegalStateException("seed " + seed, broken);
        }
    }

    private static void steps(Path folder) throws IOException {
        for (int i = 0; i < CALM_WARM_UP; i++) {
            calm(folder.resolve("warm-up-" + i + ".db"), i);
        }
        long sync = sync(folder.resolve("sync"));
        var sum = new Cost(0, 0, 0, 0);
        for (int i = 0; i < CALM_RUNS; i++) {
            sum = sum.plus(calm(folder.resolve("calm-" + i + ".db"), i));
        }
        sync = (sync + sync(folder.resolve("sync"))) / 2;
        OUT.printf(
                "floor: fdatasync, 4 KiB  %7.3f ms%n"
                        + "calm releases on SQLite  %d steps, %d writes (%.1f a step)%n"
                        + "a step                   %7.3f ms on the clock, %.3f ms beyond its syncs,"
                        + " %.3f ms of processor time%n",
                sync / 1e6,
                sum.steps,
                sum.writes,
                (double) sum.writes / sum.steps,
                sum.nanos / 1e6 / sum.steps,
                (sum.nanos - sum.writes * sync) / 1e6 / sum.steps,
                sum.processor / 1e6 / sum.steps);
    }

    /// What a run took.
    ///
    /// @param writes that the journal cannot answer before its disk is synced
    /// @param nanos on the clock, idle times left out
    /// @param processor nanoseconds, idle times included
    private record Cost(long steps, long writes, long nanos, long processor) {
        Cost plus(Cost other) {
            return new Cost(
                    steps + other.steps,
                    writes + other.writes,
                    nanos + other.nanos,
                    processor + other.processor);
        }
    }

    private static Cost calm(Path file, long seed) {
        var writes = new AtomicLong();
        var idle = new AtomicLong();
        var simulation =
                new Simulation(
                        Draws.seeded(seed),
                        Design.WHOLE,
                        Simulation.Shape.CALM,
                        clock -> counted(open(file, clock), writes, idle));
        try (Journal journal = simulation.journal()) {
            long began = System.nanoTime();
            long processor = cpu();
            simulation.run();
            long nanos = System.nanoTime() - began - idle.get();
            long used = cpu() - processor;
            long steps = 0;
            for (ReleaseRow row : journal.list("", Set.of(), Long.MAX_VALUE, 1000)) {
                for (Entry entry : journal.entries(row.id(), 0)) {
                    steps += entry.fact() instanceof Fact.Outcome ? 1 : 0;
                }
            }
            return new Cost(steps, writes.get(), nanos, used);
        }
    }

    private static Journal open(Path file, LongSupplier clock) {
        return SqliteJournal.open(
                file,
                new SqliteJournal.Settings(
                        () -> Instant.ofEpochMilli(clock.getAsLong()), 1 << 20, 1 << 20));
    }

    /// Counts the writes, and times what belongs to no step: looking for work where there is none,
    /// and keeping leases. Simulated hours are full of both.
    private static Journal counted(Journal journal, AtomicLong writes, AtomicLong idle) {
        return (Journal)
                Proxy.newProxyInstance(
                        Journal.class.getClassLoader(),
                        new Class<?>[] {Journal.class},
                        (_, method, arguments) -> {
                            if (Set.of("submit", "append").contains(method.getName())) {
                                writes.incrementAndGet();
                            }
                            long before = System.nanoTime();
                            try {
                                Object answer = method.invoke(journal, arguments);
                                if (Optional.empty().equals(answer)
                                        || method.getName().equals("renew")) {
                                    idle.addAndGet(System.nanoTime() - before);
                                }
                                return answer;
                            } catch (InvocationTargetException thrown) {
                                throw thrown.getCause();
                            }
                        });
    }

    private static long sync(Path file) throws IOException {
        try (var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            var block = ByteBuffer.allocate(BLOCK);
            long began = System.nanoTime();
            for (int i = 0; i < SYNCS; i++) {
                channel.write(block.rewind());
                channel.force(false);
            }
            return (System.nanoTime() - began) / SYNCS;
        }
    }

    /// Of the whole process, as the journal writes on a thread of its own.
    private static long cpu() {
        var system =
                (com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime();
    }
}
