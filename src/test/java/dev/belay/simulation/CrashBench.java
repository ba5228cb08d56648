package dev.belay.simulation;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// Run by `bench/crash`: for each shape a crash at every pair of calls, the second after the first,
/// judged as in the build, which has the time for one shape. The shapes with the fewest calls come
/// first, so that a short run finishes as many as it can.
public final class CrashBench {
    private static final PrintStream OUT = System.out;
    private static final int SHOWN = 20;

    private final long ends;
    private long runs;
    private long violations;

    private CrashBench(Duration time) {
        this.ends = System.nanoTime() + time.toNanos();
    }

    /// One release, and where the run with a first crash at each of its points ends: what is begun
    /// after a crash has points of its own.
    private record Shape(long seed, Simulation whole, List<Integer> lasts) {
        static Shape of(long seed) {
            Simulation whole = CrashEverywhereTest.run(seed);
            List<Integer> lasts =
                    IntStream.rangeClosed(2, 2 * whole.calls() + 1)
                            .map(first -> 2 * CrashEverywhereTest.run(seed, first).calls() + 1)
                            .boxed()
                            .toList();
            return new Shape(seed, whole, lasts);
        }

        int points() {
            return lasts.size() + 1;
        }

        int last(int first) {
            return lasts.get(first - 2);
        }

        long pairs() {
            return IntStream.rangeClosed(2, points()).mapToLong(first -> last(first) - first).sum();
        }
    }

    public static void main(String[] arguments) {
        int minutes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10;
        long began = System.nanoTime();
        boolean well = new CrashBench(Duration.ofMinutes(minutes)).everyShape(began);
        if (!well) {
            System.exit(1);
        }
    }

    private boolean everyShape(long began) {
        List<Shape> shapes =
                LongStream.rangeClosed(1, CrashEverywhereTest.SHAPES)
                        .mapToObj(Shape::of)
                        .sorted(Comparator.comparingInt(Shape::points))
                        .toList();
        long pairs = shapes.stream().mapToLong(Shape::pairs).sum();
        int whole = 0;
        for (Shape shape : shapes) {
            if (everyPair(shape)) {
                whole++;
            }
        }
        OUT.printf(
                "%,d runs of %,d, %d of %d shapes whole, %,d violations, %,.0f s%n",
                runs, pairs, whole, shapes.size(), violations, (System.nanoTime() - began) / 1e9);
        return violations == 0;
    }

    /// @return whether there was time for all of them
    private boolean everyPair(Shape shape) {
        long before = runs;
        boolean inTime = true;
        for (int first = 2; inTime && first <= shape.points(); first++) {
            for (int second = first + 1; inTime && second <= shape.last(first); second++) {
                inTime = System.nanoTime() < ends;
                if (inTime) {
                    pair(shape, first, second);
                }
            }
        }
        OUT.printf(
                "shape %2d  %,9d of %,9d pairs, %s, %d calls without a crash%n",
                shape.seed(),
                runs - before,
                shape.pairs(),
                shape.whole().releases().getFirst().state(),
                shape.whole().calls());
        return inTime;
    }

    private void pair(Shape shape, int first, int second) {
        runs++;
        try {
            Simulation crashed = CrashEverywhereTest.run(shape.seed(), first, second);
            CrashEverywhereTest.judge(shape.seed(), shape.whole(), crashed, List.of(first, second));
        } catch (AssertionError broken) {
            violations++;
            if (violations <= SHOWN) {
                Throwable cause = broken.getCause() == null ? broken : broken.getCause();
                OUT.println(broken.getMessage() + ": " + cause);
            }
        }
    }
}
