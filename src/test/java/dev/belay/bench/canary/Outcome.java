package dev.belay.bench.canary;

import dev.belay.judge.History;
import dev.belay.judge.Measure;
import dev.belay.judge.Rule;
import dev.belay.judge.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What became of many rollouts of one scenario before one judge.
final class Outcome {
    private int runs;
    private int found;
    private int early;
    private final List<Double> requests = new ArrayList<>();
    private final List<Double> seconds = new ArrayList<>();
    private final List<Double> harmed = new ArrayList<>();

    /// A rollout that is over.
    ///
    /// @param before the onset
    /// @param requests of the canary since the onset
    /// @param ticks since the onset
    /// @param harm requests that failed because of it
    synchronized void add(
            boolean rolledBack, boolean before, double requests, double ticks, double harm) {
        runs++;
        if (rolledBack && before) {
            early++;
        } else if (rolledBack) {
            found++;
            this.requests.add(requests);
            seconds.add(ticks * 10);
            harmed.add(harm);
        }
    }

    /// When a rollout passes, in place of when it fails.
    void add(Scenario scenario, Measure.Errors measure, long seed) {
        // Without a dwell: how soon it is proven.
        var rule = new Rule(Ours.errors(measure, seed).guards(), 0.01, 0.05, 1, 30, seed);
        var known = Ours.calibrated(rule, scenario.world(), Scenario.DAY, ~seed);
        var ours = new Ours(rule, known);
        World.Run world = scenario.world().new Run(seed);
        double seen = 0;
        for (int t = 0; t < scenario.ticks(); t++) {
            Tick tick = world.next();
            seen += tick.canary().all();
            ours.add(tick);
            if (ours.verdict().outcome() == Verdict.Outcome.PASS) {
                add(true, false, seen, t + 1.0, 0);
                return;
            }
        }
        add(false, false, 0, 0, 0);
    }

    String passes() {
        return String.format(
                Locale.ROOT,
                "passed %.1f %% (at most %.1f), after %.0f requests, %.0f s",
                100.0 * found / runs,
                100 * upper(found, runs),
                medianRequests(),
                quantile(seconds, 0.5));
    }

    /// Rollbacks at all, of what is fine.
    String falseRate() {
        int failed = found + early;
        return String.format(
                Locale.ROOT, "%5.1f (%4.1f)", 100.0 * failed / runs, 100 * upper(failed, runs));
    }

    /// Clopper and Pearson's, 95 % from above.
    private static double upper(int failed, int runs) {
        return new History.FalseRollbacks(runs, failed).atMost();
    }

    double medianRequests() {
        return quantile(requests, 0.5);
    }

    String detection() {
        if (found * 2 < runs) {
            return String.format(Locale.ROOT, "found %.0f %%", 100.0 * found / runs);
        }
        String all =
                String.format(
                        Locale.ROOT,
                        "%.0f/%.0f (%.0f s, %.0f lost)",
                        medianRequests(),
                        quantile(requests, 0.9),
                        quantile(seconds, 0.5),
                        harmed.stream().mapToDouble(x -> x).average().orElse(0));
        String missing =
                found == runs ? "" : String.format(Locale.ROOT, " %.0f %%", 100.0 * found / runs);
        return all + missing + (early > 0 ? " early " + early : "");
    }

    private static double quantile(List<Double> values, double part) {
        double[] sorted = values.stream().mapToDouble(x -> x).toArray();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[(int) (part * (sorted.length - 1))];
    }
}
