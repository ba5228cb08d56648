package dev.belay.server.rollout;

import dev.belay.driver.Answered;
import dev.belay.judge.Batch;
import dev.belay.judge.Count;
import dev.belay.judge.Guard;
import dev.belay.judge.Histogram;
import dev.belay.judge.Measure;
import dev.belay.judge.Rule;
import dev.belay.judge.Sample;
import dev.belay.release.Canary;
import dev.belay.release.Work;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/// What a canary is judged by: errors and times of answers, and, where chance decides who gets a
/// request, whether it gets its part of them.
final class Guarding {
    static final String ERRORS = "errors";
    static final String LATENCY = "latency";
    static final String SILENCE = "silence";
    static final String SPLIT = "split";

    private static final double PERCENT = 100;
    private static final double LEAST_FINE = 1.5;

    /// Fewer tell nothing of where the slowest hundredth begins.
    private static final long ENOUGH = 200;

    private static final int ONSETS = 30;
    private static final double ROLLBACK_ERROR = 0.01;
    private static final double PROMOTE_ERROR = 0.05;
    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final int BATCHES_A_STEP = 6;

    private Guarding() {}

    /// How long a batch lasts.
    static Duration tick(Canary rule) {
        Duration part = rule.least().dividedBy(BATCHES_A_STEP);
        return part.compareTo(LONGEST) > 0
                ? LONGEST
                : part.compareTo(SHORTEST) < 0 ? SHORTEST : part;
    }

    /// What a rollout is judged by.
    ///
    /// @param before what the baseline had answered when the rollout began: where its slow answers
    ///   are
    static Rule rule(Work.Judged work, String release, Answered before) {
        List<Guard> guards = compared(work.rule(), before);
        if (!work.sticky()) {
            guards.add(new Guard(SILENCE, 1, Measure.Silence.USUAL));
            guards.add(new Guard(SPLIT, 0, new Measure.Split()));
        }
        return rule(guards, work.rule(), release + " " + work.canary().id());
    }

    /// What a history is judged by: that nobody compares with anything new.
    static Rule ofHistory(Canary canary, String component, Answered before) {
        return rule(compared(canary, before), canary, component);
    }

    private static Rule rule(List<Guard> guards, Canary canary, String name) {
        var seed = new CRC32C();
        seed.update(name.getBytes(StandardCharsets.UTF_8));
        return new Rule(
                guards,
                ROLLBACK_ERROR,
                PROMOTE_ERROR,
                (int) canary.least().dividedBy(tick(canary)),
                ONSETS,
                seed.getValue());
    }

    private static List<Guard> compared(Canary canary, Answered before) {
        double tolerated = 1 + canary.errors() / PERCENT;
        double fine = Math.max(LEAST_FINE, 1 + 2 * canary.errors() / PERCENT);
        Measure.Errors usual = Measure.Errors.USUAL;
        var guards = new ArrayList<Guard>();
        guards.add(
                new Guard(
                        ERRORS,
                        1,
                        new Measure.Errors(
                                tolerated, usual.floor(), fine, usual.fineFloor(), false)));
        Histogram times = new Histogram(before.times());
        if (times.total() >= ENOUGH) {
            int bins = bins(canary.slower());
            guards.add(
                    new Guard(
                            LATENCY, 1, Measure.Latency.of(Answered.RATIO, bins, 2 * bins, times)));
        }
        return guards;
    }

    /// Of a stretch, in bins; at least one.
    private static int bins(int percent) {
        double bins = Math.log1p(percent / PERCENT) / Math.log(Answered.RATIO);
        return Math.max(1, (int) Math.round(bins));
    }

    /// What was counted, without whether it came as it should.
    static Map<String, Sample> compared(Reading counted) {
        var samples = new TreeMap<String, Sample>();
        samples.put(
                ERRORS, new Sample.Outcomes(count(counted.canary()), count(counted.baseline())));
        samples.put(
                LATENCY,
                new Sample.Times(
                        new Histogram(counted.canary().times()),
                        new Histogram(counted.baseline().times())));
        return samples;
    }

    /// What both sides of a history answered.
    static Answered both(List<Batch> batches) {
        Answered all = Answered.NONE;
        for (Batch batch : batches) {
            if (batch.samples().containsKey(ERRORS)) {
                Arms arms = arms(batch);
                all = all.plus(arms.canary()).plus(arms.baseline());
            }
        }
        return all;
    }

    /// What was counted, as the guards look at it.
    static Map<String, Sample> samples(Rule rule, Reading counted) {
        Answered canary = counted.canary();
        Answered baseline = counted.baseline();
        var samples = new TreeMap<String, Sample>();
        for (String guard : rule.guards().stream().map(Guard::name).toList()) {
            samples.put(
                    guard,
                    switch (guard) {
                        case ERRORS -> new Sample.Outcomes(count(canary), count(baseline));
                        case LATENCY ->
                                new Sample.Times(
                                        new Histogram(canary.times()),
                                        new Histogram(baseline.times()));
                        default ->
                                new Sample.Arrivals(
                                        canary.all(), baseline.all(), counted.percent() / PERCENT);
                    });
        }
        return samples;
    }

    private static Count count(Answered answered) {
        return new Count(answered.all(), answered.failed());
    }

    /// What either side of a batch answered.
    record Arms(Answered canary, Answered baseline) {}

    /// Of times only what is judged.
    ///
    /// @throws IllegalArgumentException when the batch does not say
    static Arms arms(Batch batch) {
        if (!(batch.samples().get(ERRORS) instanceof Sample.Outcomes errors)) {
            throw new IllegalArgumentException("a batch says nothing of " + ERRORS);
        }
        Sample.Times times =
                batch.samples().get(LATENCY) instanceof Sample.Times some
                        ? some
                        : new Sample.Times(Histogram.EMPTY, Histogram.EMPTY);
        return new Arms(
                answered(errors.canary(), times.canary()),
                answered(errors.baseline(), times.baseline()));
    }

    private static Answered answered(Count count, Histogram times) {
        return new Answered(count.all(), count.bad(), times.counted());
    }
}
