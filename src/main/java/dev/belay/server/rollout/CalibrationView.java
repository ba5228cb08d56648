package dev.belay.server.rollout;

import dev.belay.judge.Batch;
import dev.belay.judge.Calibration;
import dev.belay.judge.Guard;
import dev.belay.judge.History;
import dev.belay.judge.Rule;
import dev.belay.judge.Sample;
import dev.belay.release.Canary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How far a component's requests hang together, and how often the rule would have rolled back what
/// nobody changed.
///
/// @param batches of ten seconds in which both halves answered something
/// @param guards what the history shows of each
/// @param hours of the history that were tried as rollouts, each twice, with either half as the
///   canary
/// @param rolledBack of those
/// @param atMost the greatest rate that this does not speak against, but for 5 %
public record CalibrationView(
        String component,
        int batches,
        List<Line> guards,
        int hours,
        int rolledBack,
        double atMost) {
    private static final int HOUR = 360;

    public CalibrationView {
        guards = List.copyOf(guards);
    }

    /// What is known of one guard.
    ///
    /// @param measured whether the history is long enough to tell; else the rest is a guess
    /// @param dispersion how many times the variance of counts is that of independent requests
    /// @param correlation over how many batches what happens hangs together
    /// @param block batches that are compared as one
    /// @param temper the power that evidence is raised to
    public record Line(
            String guard,
            boolean measured,
            double dispersion,
            double correlation,
            int block,
            double temper) {
        private static Line of(String guard, Calibration one) {
            return new Line(
                    guard,
                    one.measured(),
                    one.dispersion(),
                    one.correlation(),
                    one.block(),
                    one.temper());
        }
    }

    /// Measured with the first half of the history, tried on the second: what was fitted to a
    /// history says nothing of how it does on the same.
    public static CalibrationView of(String component, Canary canary, History history) {
        List<Batch> batches = history.batches();
        Rule rule = Guarding.ofHistory(canary, component, Guarding.both(batches));
        Map<String, Calibration> all = history.calibrations(rule);
        var lines = new ArrayList<Line>();
        for (Guard guard : rule.guards()) {
            lines.add(Line.of(guard.name(), all.getOrDefault(guard.name(), Calibration.DEFAULT)));
        }
        int middle = batches.size() / 2;
        Map<String, Calibration> first = history.part(0, middle).calibrations(rule);
        History rest = judgedBy(rule, history.part(middle, batches.size()));
        History.FalseRollbacks tried = rest.falseRollbacks(rule, first, HOUR);
        return new CalibrationView(
                component,
                batches.size(),
                lines,
                tried.rollouts() / 2,
                tried.failed(),
                tried.atMost());
    }

    /// Without what no guard looks at.
    private static History judgedBy(Rule rule, History history) {
        List<String> names = rule.guards().stream().map(Guard::name).toList();
        var batches = new ArrayList<Batch>();
        for (Batch batch : history.batches()) {
            var samples = new TreeMap<String, Sample>(batch.samples());
            samples.keySet().retainAll(names);
            batches.add(new Batch(batch.number(), batch.changed(), samples));
        }
        return new History(batches);
    }
}
