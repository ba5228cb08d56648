package dev.belay.server.rollout;

import dev.belay.driver.Answered;
import dev.belay.judge.Batch;
import dev.belay.judge.Rule;
import dev.belay.judge.Trial;
import dev.belay.judge.Verdict;
import dev.belay.release.Canary;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/// One rollout under way: what was counted last, and the trial that follows from all of it. Not for
/// several threads.
final class Proceeding {
    private final TrialFile file;
    private final Rule rule;
    private final Trial trial;
    private final Pace pace;
    private Optional<Reading> last = Optional.empty();
    private OptionalLong series;
    private long asked = Long.MIN_VALUE;
    private int heardAt;
    private long number = -1;
    private long start;
    private boolean changed;
    private final Sums canary = new Sums();
    private final Sums baseline = new Sums();

    /// How counts come in.
    ///
    /// @param tickMillis how long a batch lasts
    /// @param bound the bin beyond which answers are slow, where that is all that is known
    /// @param collected whether somebody else collects them, of one side sooner than of the other
    record Pace(long tickMillis, int bound, boolean collected) {
        static Pace of(Canary rule) {
            return new Pace(
                    Guarding.tick(rule).toMillis(),
                    Guarding.bound(rule),
                    rule.prometheus() != null);
        }
    }

    /// What one side came to, for people.
    static final class Sums {
        private long all;
        private long failed;

        private void add(Answered more) {
            all += more.all();
            failed += more.failed();
        }

        /// `3 of 412 failed (0.73 %)`.
        @Override
        public String toString() {
            return all == 0
                    ? "nothing answered"
                    : "%d of %d failed (%.2f %%)".formatted(failed, all, 100.0 * failed / all);
        }
    }

    private Proceeding(TrialFile file, Rollout rollout, Pace pace) {
        this.file = file;
        this.rule = rollout.rule();
        this.pace = pace;
        // Whoever collects is asked by a counter that has just begun to remember.
        this.series = pace.collected() ? OptionalLong.empty() : OptionalLong.of(0);
        this.trial = new Trial(rule, rollout.calibrations());
    }

    /// A new one.
    static Proceeding begin(TrialFile file, Rollout rollout, Pace pace) throws IOException {
        file.begin(rollout);
        return new Proceeding(file, rollout, pace);
    }

    /// One that went on before: judged again from its batches.
    static Proceeding resume(TrialFile file, Rollout rollout, Pace pace) {
        var resumed = new Proceeding(file, rollout, pace);
        for (Rollout.Line line : rollout.lines()) {
            if (line instanceof Rollout.Looked look) {
                resumed.take(look);
            }
        }
        return resumed;
    }

    private void take(Rollout.Looked line) {
        Reading reading = line.reading();
        if (last.isEmpty()) {
            start = reading.at();
        }
        line.batch()
                .ifPresent(batch -> {
                    trial.add(batch);
                    number = batch.number();
                    Reading more = reading.since(last.orElseThrow());
                    canary.add(more.canary());
                    baseline.add(more.baseline());
                    if (more.isOfBoth()) {
                        heardAt = reading.percent();
                    }
                });
        changed = line.batch().isEmpty();
        last = Optional.of(reading);
    }

    /// Whether counts are to be read now: a batch is over, or the weights are others than those of
    /// the last reading.
    boolean isDue(long now, int percent) {
        return last.map(before -> before.percent() != percent).orElse(true)
                || now - asked() >= pace.tickMillis();
    }

    private long asked() {
        return Math.max(asked, last.map(Reading::at).orElse(Long.MIN_VALUE));
    }

    /// When the next batch is over.
    long nextMillis(long now) {
        return last.isEmpty() && asked == Long.MIN_VALUE
                ? 1L
                : Math.max(1, asked() + pace.tickMillis() - now);
    }

    /// Somebody asked for counts and got none.
    void missed(long now) {
        asked = now;
    }

    /// Takes in what had been answered by now. What came in while weights changed, or while
    /// somebody began to count anew, is in no batch: nobody knows whose share it was. What is
    /// collected of one side and not yet of the other waits until it is, or it would be compared
    /// with nothing.
    ///
    /// @param of the series of totals that it belongs to
    void add(Reading reading, long of) throws IOException {
        boolean goesOn = series.isPresent() && series.getAsLong() == of;
        asked = reading.at();
        series = OptionalLong.of(of);
        Optional<Reading> before =
                last.filter(one ->
                        goesOn && one.percent() == reading.percent() && !reading.isAnewSince(one));
        if (pace.collected() && before.filter(one -> !reading.since(one).isOfBoth()).isPresent()) {
            return;
        }
        Optional<Batch> batch = before.map(one -> batch(reading, one));
        var line = new Rollout.Looked(reading, batch);
        file.add(line);
        take(line);
    }

    /// Whether both sides answered something at that step.
    boolean heardAt(int percent) {
        return heardAt == percent;
    }

    private Batch batch(Reading reading, Reading before) {
        long tick = Math.max(number + 1, (reading.at() - start) / pace.tickMillis());
        return new Batch(
                tick, changed, Guarding.samples(rule, reading.since(before), pace.bound()));
    }

    Verdict verdict() {
        return trial.verdict();
    }

    /// Writes down that a step ends by what was judged so far.
    void decide(Verdict verdict) throws IOException {
        file.add(new Rollout.Decided(verdict));
    }

    Sums canary() {
        return canary;
    }

    Sums baseline() {
        return baseline;
    }
}
