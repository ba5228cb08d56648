package dev.belay.bench.canary;

import dev.belay.judge.Batch;
import dev.belay.judge.Calibration;
import dev.belay.judge.Guard;
import dev.belay.judge.Measure;
import dev.belay.judge.Rule;
import dev.belay.judge.Trial;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What one batch costs, in processor time of the thread that judges it.
final class UpdateCost {
    private static final int ROUNDS = 7;
    private static final int BATCHES = 2_000;
    private static final int TIMES = 10;

    void print() {
        System.out.println("\nProcessor time of an update, the best of " + ROUNDS + ":");
        World plain = Scenario.nulls().getFirst().world();
        World timed = Scenario.timedNulls(1).getFirst().world();
        var ratio = new Measure.Errors(1.25, 0, 1.5, 0, false);
        print("errors, ratio alone", plain, ratio);
        print("errors, ratio and peers", plain, Ours.STRICT);
        print("errors, as usual", plain, Ours.USUAL);
        print("latency, 500 requests an arm", timed, Ours.latency(timed, 2, 1));
        print("silence", plain, Measure.Silence.USUAL);
    }

    private static void print(String name, World world, Measure measure) {
        Rule rule = Rule.usual(List.of(new Guard("it", 1, measure)), 1);
        World.Run run = world.new Run(1);
        var batches = new ArrayList<Batch>();
        for (int i = 0; i < BATCHES; i++) {
            batches.add(Ours.batch(rule, run.next()));
        }
        var clock = ManagementFactory.getThreadMXBean();
        double best = Double.POSITIVE_INFINITY;
        for (int round = 0; round < ROUNDS; round++) {
            long begin = clock.getCurrentThreadCpuTime();
            for (int i = 0; i < TIMES; i++) {
                var trial = new Trial(rule, Map.of("it", Calibration.INDEPENDENT));
                batches.forEach(trial::add);
            }
            double took = clock.getCurrentThreadCpuTime() - begin;
            best = Math.min(best, took / (BATCHES * TIMES));
        }
        System.out.printf(Locale.ROOT, "%-30s %6.0f ns%n", name, best);
    }
}
