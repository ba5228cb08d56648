package dev.belay.judge;

import dev.belay.judge.Verdict.Finding;
import dev.belay.judge.Verdict.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One rollout before its judge: batches come in, and at any time there is a verdict. How often
/// anybody looks does not matter, nor when he stops.
///
/// Not for several threads. It keeps no batches, only what they came to: who restarts gives it all
/// of them again, which takes a fraction of a second for a day, and has the same bits.
public final class Trial {
    private final Rule rule;
    private final double needed;
    private final List<Seat> seats;
    private final boolean calibrated;
    private long start = Verdict.NEVER;
    private long last = Verdict.NEVER;
    private long batches;
    private long failedAt = Verdict.NEVER;
    private double evidence;
    private double strongest;

    /// A guard at work.
    private static final class Seat {
        private final Guard guard;
        private final Watch watch;

        /// The logarithm of its part of all weights.
        private final double share;

        private double worst;

        private Seat(Guard guard, Watch watch, double weights) {
            this.guard = guard;
            this.watch = watch;
            share = StrictMath.log(guard.weight() / weights);
        }

        private boolean isSplit() {
            return guard.measure() instanceof Measure.Split;
        }
    }

    /// A rollout of which nothing is known yet.
    ///
    /// @param calibrations by the name of the guard; of others nothing is known
    public Trial(Rule rule, Map<String, Calibration> calibrations) {
        this.rule = rule;
        needed = -StrictMath.log(rule.rollbackError());
        double weights = rule.weights();
        var all = new ArrayList<Seat>();
        boolean measured = true;
        for (Guard guard : rule.guards()) {
            Calibration known = calibrations.getOrDefault(guard.name(), Calibration.DEFAULT);
            measured &= known.measured();
            all.add(new Seat(guard, watch(guard.measure(), known, rule), weights));
        }
        seats = List.copyOf(all);
        calibrated = measured;
    }

    private static Watch watch(Measure measure, Calibration known, Rule rule) {
        return switch (measure) {
            case Measure.Errors errors -> new ErrorsWatch(errors, known, rule);
            case Measure.Latency latency -> new LatencyWatch(latency, known, rule);
            case Measure.Rate rate -> new RateWatch(rate, known, rule);
            case Measure.Silence silence -> new RateWatch(silence, known, rule);
            case Measure.Mean mean -> new MeanWatch(mean, known, rule);
            case Measure.Split _ -> new SplitWatch(known);
        };
    }

    private static boolean fits(Measure measure, Sample sample) {
        return switch (measure) {
            case Measure.Errors _ -> sample instanceof Sample.Outcomes;
            case Measure.Latency _ -> sample instanceof Sample.Times;
            case Measure.Rate _ -> sample instanceof Sample.Events;
            case Measure.Mean _ -> sample instanceof Sample.Values;
            case Measure.Silence _, Measure.Split _ -> sample instanceof Sample.Arrivals;
        };
    }

    /// Takes in what comes next.
    ///
    /// @throws IllegalArgumentException when the batch is not after the last one, or has a sample
    ///   that no guard, or a guard of another kind, looks at; the trial is as it was
    public void add(Batch batch) {
        if (batch.number() <= last) {
            throw new IllegalArgumentException(batch.number() + " is not after " + last);
        }
        refuseStrangers(batch);
        if (start == Verdict.NEVER) {
            start = batch.number();
        }
        last = batch.number();
        batches++;
        double sum = Double.NEGATIVE_INFINITY;
        for (Seat seat : seats) {
            Sample sample = batch.samples().get(seat.guard.name());
            if (sample != null) {
                seat.watch.add(last - start, batch.changed(), sample);
                seat.worst = Math.max(seat.worst, seat.watch.harm());
            }
            if (!seat.isSplit()) {
                sum = Logs.sum(sum, seat.share + seat.watch.harm());
            }
        }
        evidence = sum;
        strongest = Math.max(strongest, evidence);
        if (failedAt == Verdict.NEVER && strongest >= needed) {
            failedAt = last;
        }
    }

    private void refuseStrangers(Batch batch) {
        int known = 0;
        for (Seat seat : seats) {
            Sample sample = batch.samples().get(seat.guard.name());
            if (sample == null) {
                continue;
            }
            known++;
            if (!fits(seat.guard.measure(), sample)) {
                throw new IllegalArgumentException("`" + seat.guard.name() + "` is no " + sample);
            }
        }
        if (known < batch.samples().size()) {
            throw new IllegalArgumentException("nobody looks at all of " + batch.samples());
        }
    }

    /// Whether it came to a rollback, now or earlier; cheaper than a whole verdict.
    public boolean hasFailed() {
        return failedAt != Verdict.NEVER;
    }

    public Verdict verdict() {
        var findings = new ArrayList<Finding>();
        for (Seat seat : seats) {
            findings.add(finding(seat));
        }
        return new Verdict(
                outcome(findings),
                evidence,
                strongest,
                needed,
                failedAt,
                batches,
                last,
                calibrated,
                findings);
    }

    private Finding finding(Seat seat) {
        Watch watch = seat.watch;
        double proof = seat.isSplit() ? 0 : -StrictMath.log(rule.promoteError());
        boolean enough = (seat.isSplit() ? 0 : seat.share) + seat.worst >= needed;
        double fine = seat.isSplit() ? 0 : watch.fine();
        Outcome outcome;
        if (enough && !seat.isSplit()) {
            outcome = Outcome.FAIL;
        } else if (!isMeasured(seat)) {
            outcome = Outcome.NO_DATA;
        } else {
            outcome = !enough && fine >= proof ? Outcome.PASS : Outcome.INCONCLUSIVE;
        }
        return new Finding(
                seat.guard.name(),
                outcome,
                watch.harm(),
                seat.worst,
                fine,
                proof,
                enough,
                watch.canary(),
                watch.baseline());
    }

    /// A canary that is silent is what some guards are there for.
    private static boolean isMeasured(Seat seat) {
        boolean arrivals = seat.isSplit() || seat.guard.measure() instanceof Measure.Silence;
        Watch watch = seat.watch;
        return watch.baseline() > 0 && (arrivals || watch.canary() > 0);
    }

    private Outcome outcome(List<Finding> findings) {
        if (hasFailed()) {
            return Outcome.FAIL;
        }
        if (findings.stream().anyMatch(one -> one.outcome() == Outcome.NO_DATA)) {
            return Outcome.NO_DATA;
        }
        boolean proven = findings.stream().allMatch(one -> one.outcome() == Outcome.PASS);
        return proven && batches >= rule.dwell() ? Outcome.PASS : Outcome.INCONCLUSIVE;
    }
}
