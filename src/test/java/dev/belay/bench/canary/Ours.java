package dev.belay.bench.canary;

import dev.belay.judge.Batch;
import dev.belay.judge.Calibration;
import dev.belay.judge.Guard;
import dev.belay.judge.Histogram;
import dev.belay.judge.History;
import dev.belay.judge.Measure;
import dev.belay.judge.Rule;
import dev.belay.judge.Sample;
import dev.belay.judge.Trial;
import dev.belay.judge.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Belay's judge, calibrated with a day of another run of the same world, as it would be.
final class Ours implements Subject {
    /// Nothing is tolerated.
    static final Measure.Errors STRICT = new Measure.Errors(1, 0, 1.5, 0, true);

    static final Measure.Errors USUAL = Measure.Errors.USUAL;

    private final Trial trial;
    private final Rule rule;

    Ours(Rule rule, Map<String, Calibration> calibrations) {
        this.rule = rule;
        trial = new Trial(rule, calibrations);
    }

    static Rule errors(Measure.Errors measure, long seed) {
        return Rule.usual(List.of(new Guard("errors", 1, measure)), seed);
    }

    /// Everything that the gateway counts.
    static Rule everything(Measure.Errors errors, Measure.Latency latency, long seed) {
        return Rule.usual(
                List.of(
                        new Guard("errors", .35, errors),
                        new Guard("latency", .30, latency),
                        new Guard("silence", .15, Measure.Silence.USUAL),
                        new Guard("split", 0, new Measure.Split())),
                seed);
    }

    /// What requests tell before any is answered.
    static Rule arrivals(long seed) {
        return Rule.usual(
                List.of(
                        new Guard("errors", .35, USUAL),
                        new Guard("silence", .15, Measure.Silence.USUAL),
                        new Guard("split", 0, new Measure.Split())),
                seed);
    }

    static Measure.Latency latency(World world, int tolerated, long seed) {
        World.Run run = world.twice().new Run(seed);
        var all = new TreeMap<Integer, Long>();
        for (int i = 0; i < 40; i++) {
            Histogram times = run.next().baselineTimes();
            times.counted().forEach((bin, count) -> all.merge(bin, count, Long::sum));
        }
        return Measure.Latency.of(World.GAMMA, tolerated, 4, new Histogram(all));
    }

    static Map<String, Calibration> calibrated(Rule rule, World world, int ticks, long seed) {
        World.Run run = world.twice().new Run(seed);
        var batches = new ArrayList<Batch>();
        for (int i = 0; i < ticks; i++) {
            batches.add(batch(rule, run.next()));
        }
        return new History(batches).calibrations(rule);
    }

    static Batch batch(Rule rule, Tick tick) {
        var samples = new TreeMap<String, Sample>();
        for (Guard guard : rule.guards()) {
            Sample sample =
                    switch (guard.measure()) {
                        case Measure.Errors _ ->
                                new Sample.Outcomes(tick.canary(), tick.baseline(), tick.peers());
                        case Measure.Latency _ ->
                                new Sample.Times(tick.canaryTimes(), tick.baselineTimes());
                        default ->
                                new Sample.Arrivals(
                                        tick.canary().all(), tick.baseline().all(), tick.share());
                    };
            samples.put(guard.name(), sample);
        }
        return new Batch(tick.number(), tick.changed(), samples);
    }

    @Override
    public boolean add(Tick tick) {
        trial.add(batch(rule, tick));
        return trial.hasFailed();
    }

    Verdict verdict() {
        return trial.verdict();
    }
}
