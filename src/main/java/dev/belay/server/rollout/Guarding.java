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
import dev.belay.release.Prometheus;
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

    /// A point, and two, more of all answers.
    private static final double SLOW_FLOOR = 0.01;

    private static final double SLOW_FINE_FLOOR = 0.02;

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
        Prometheus source = rule.prometheus();
        if (source != null) {
            return source.every();
        }
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
        Prometheus source = work.rule().prometheus();
        List<Guard> guards = compared(work.rule(), source == null ? before : Answered.NONE);
        if (source != null) {
            // What is collected every now and then, of one side sooner than of the other, tells
            // nothing of who got which part of the requests.
            if (source.slow() != null) {
                guards.add(new Guard(LATENCY, 1, slow(work.rule())));
            }
        } else if (!work.sticky()) {
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

    /// Of answers that are slow, as of those that fail.
    private static Measure slow(Canary canary) {
        Measure.Errors errors = errors(canary);
        return new Measure.Errors(
                errors.tolerated(), SLOW_FLOOR, errors.fine(), SLOW_FINE_FLOOR, false);
    }

    private static Measure.Errors errors(Canary canary) {
        double tolerated = 1 + canary.errors() / PERCENT;
        double fine = Math.max(LEAST_FINE, 1 + 2 * canary.errors() / PERCENT);
        Measure.Errors usual = Measure.Errors.USUAL;
        return new Measure.Errors(tolerated, usual.floor(), fine, usual.fineFloor(), false);
    }

    /// The bin beyond which answers are slow, where that is all that is known of their times.
    static int bound(Canary canary) {
        Prometheus source = canary.prometheus();
        return source == null || source.slow() == null
                ? Integer.MAX_VALUE
                : Answered.bin(source.slow().micros());
    }

    private static List<Guard> compared(Canary canary, Answered before) {
        var guards = new ArrayList<Guard>();
        guards.add(new Guard(ERRORS, 1, errors(canary)));
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
    ///
    /// @param bound the bin beyond which answers are slow, for a rule that asks for no more
    static Map<String, Sample> samples(Rule rule, Reading counted, int bound) {
        Answered canary = counted.canary();
        Answered baseline = counted.baseline();
        var samples = new TreeMap<String, Sample>();
        for (Guard one : rule.guards()) {
            samples.put(
                    one.name(),
                    switch (one.name()) {
                        case ERRORS -> new Sample.Outcomes(count(canary), count(baseline));
                        case LATENCY -> times(one.measure(), counted, bound);
                        default ->
                                new Sample.Arrivals(
                                        canary.all(), baseline.all(), counted.percent() / PERCENT);
                    });
        }
        return samples;
    }

    private static Sample times(Measure measure, Reading counted, int bound) {
        return measure instanceof Measure.Errors
                ? new Sample.Outcomes(
                        slow(counted.canary(), bound), slow(counted.baseline(), bound))
                : new Sample.Times(
                        new Histogram(counted.canary().times()),
                        new Histogram(counted.baseline().times()));
    }

    private static Count slow(Answered answered, int bound) {
        long all = 0;
        long slow = 0;
        for (var one : answered.times().entrySet()) {
            all += one.getValue();
            slow += one.getKey() > bound ? one.getValue() : 0;
        }
        return new Count(all, slow);
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
