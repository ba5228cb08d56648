package dev.belay.server.rollout;

import dev.belay.driver.Answered;
import dev.belay.judge.Batch;
import dev.belay.judge.Rule;
import dev.belay.judge.Trial;
import dev.belay.judge.Verdict;
import java.io.IOException;
import java.util.Optional;

/// One rollout under way: what was counted last, and the trial that follows from all of it. Not for
/// several threads.
final class Proceeding {
    private final TrialFile file;
    private final Rule rule;
    private final Trial trial;
    private final long tickMillis;
    private Optional<Reading> last = Optional.empty();
    private long number = -1;
    private long start;
    private boolean changed;
    private final Sums canary = new Sums();
    private final Sums baseline = new Sums();

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

    private Proceeding(TrialFile file, Rollout rollout, long tickMillis) {
        this.file = file;
        this.rule = rollout.rule();
        this.tickMillis = tickMillis;
        this.trial = new Trial(rule, rollout.calibrations());
    }

    /// A new one.
    static Proceeding begin(TrialFile file, Rollout rollout, long tickMillis) throws IOException {
        file.begin(rollout);
        return new Proceeding(file, rollout, tickMillis);
    }

    /// One that went on before: judged again from its batches.
    static Proceeding resume(TrialFile file, Rollout rollout, long tickMillis) {
        var resumed = new Proceeding(file, rollout, tickMillis);
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
                });
        changed = line.batch().isEmpty();
        last = Optional.of(reading);
    }

    /// Whether counts are to be read now: a batch is over, or the weights are others than those of
    /// the last reading.
    boolean isDue(long now, int percent) {
        return last.map(before -> before.percent() != percent || now - before.at() >= tickMillis)
                .orElse(true);
    }

    /// When the next batch is over.
    long nextMillis(long now) {
        return last.map(before -> Math.max(1, before.at() + tickMillis - now)).orElse(1L);
    }

    /// Takes in what had been answered by now. What came in while weights changed, or while
    /// somebody began to count anew, is in no batch: nobody knows whose share it was.
    void add(Reading reading) throws IOException {
        Optional<Reading> before =
                last.filter(one -> one.percent() == reading.percent() && !reading.isAnewSince(one));
        Optional<Batch> batch = before.map(one -> batch(reading, one));
        var line = new Rollout.Looked(reading, batch);
        file.add(line);
        take(line);
    }

    private Batch batch(Reading reading, Reading before) {
        long tick = Math.max(number + 1, (reading.at() - start) / tickMillis);
        return new Batch(tick, changed, Guarding.samples(rule, reading.since(before)));
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
