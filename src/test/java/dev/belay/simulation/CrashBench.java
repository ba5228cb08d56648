package dev.belay.simulation;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
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

    private record Shape(long seed, Simulation whole) {
        int points() {
            return 2 * whole.calls() + 1;
        }

        long pairs() {
            long pairs = 0;
            for (int first = 2; first <= points(); first++) {
                pairs += points() + CrashEverywhereTest.FURTHER - first;
            }
            return pairs;
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
                        .mapToObj(seed -> new Shape(seed, CrashEverywhereTest.run(seed)))
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
        int last = shape.points() + CrashEverywhereTest.FURTHER;
        boolean inTime = true;
        for (int first = 2; inTime && first <= shape.points(); first++) {
            for (int second = first + 1; inTime && second <= last; second++) {
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
