package dev.belay.judge;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A service compared with itself: halves of what ran, in place of canary and baseline, over a day
/// or more. It tells how far requests are from being independent, and how often the rule would have
/// rolled back what nobody changed.
public record History(List<Batch> batches) {
    public History {
        batches = List.copyOf(batches);
    }

    /// The first part of it, and the rest: what was measured with the one is tried on the other.
    public History part(int from, int to) {
        return new History(batches.subList(from, to));
    }

    /// For each guard of the rule. Where a guard looks at several levels, the worst of them.
    public Map<String, Calibration> calibrations(Rule rule) {
        var all = new HashMap<String, Calibration>();
        for (Guard guard : rule.guards()) {
            var samples = new ArrayList<Sample>();
            for (Batch batch : batches) {
                Sample sample = batch.samples().get(guard.name());
                if (sample != null) {
                    samples.add(sample);
                }
            }
            all.put(guard.name(), worst(Series.of(guard.measure(), samples)));
        }
        return all;
    }

    private static Calibration worst(List<Series> all) {
        Calibration worst = Calibration.DEFAULT;
        for (Series series : all) {
            Calibration one = series.calibration();
            boolean first = one.measured() && !worst.measured();
            if (first || (one.measured() && one.dispersion() > worst.dispersion())) {
                worst = one;
            }
        }
        return worst;
    }

    /// Every stretch of so many batches as a rollout, and again with both sides exchanged.
    public FalseRollbacks falseRollbacks(
            Rule rule, Map<String, Calibration> calibrations, int length) {
        if (length < 1) {
            throw new IllegalArgumentException("rollouts of " + length + " batches");
        }
        int rollouts = 0;
        int failed = 0;
        for (int from = 0; from + length <= batches.size(); from += length) {
            for (boolean exchanged : List.of(false, true)) {
                var trial = new Trial(rule, calibrations);
                for (Batch batch : batches.subList(from, from + length)) {
                    trial.add(exchanged ? exchanged(batch) : batch);
                }
                rollouts++;
                failed += trial.hasFailed() ? 1 : 0;
            }
        }
        return new FalseRollbacks(rollouts, failed);
    }

    private static Batch exchanged(Batch batch) {
        var samples = new HashMap<String, Sample>();
        batch.samples().forEach((guard, sample) -> samples.put(guard, exchanged(sample)));
        return new Batch(batch.number(), batch.changed(), samples);
    }

    /// Peers stand for the baseline: of several, the first becomes the canary.
    private static Sample exchanged(Sample sample) {
        return switch (sample) {
            case Sample.Outcomes s when s.peers().isEmpty() ->
                    new Sample.Outcomes(/* canary= */ s.baseline(), /* baseline= */ s.canary());
            case Sample.Outcomes s -> {
                var peers = new ArrayList<>(s.peers());
                Count first = peers.set(0, s.canary());
                // What the baseline has beside its peers stays where it is.
                var baseline =
                        new Count(
                                s.baseline().all() - first.all() + s.canary().all(),
                                s.baseline().bad() - first.bad() + s.canary().bad());
                yield new Sample.Outcomes(first, baseline, peers);
            }
            case Sample.Times s ->
                    new Sample.Times(/* canary= */ s.baseline(), /* baseline= */ s.canary());
            case Sample.Events s ->
                    new Sample.Events(/* canary= */ s.baseline(), /* baseline= */ s.canary());
            case Sample.Values s ->
                    new Sample.Values(/* canary= */ s.baseline(), /* baseline= */ s.canary());
            case Sample.Arrivals s ->
                    new Sample.Arrivals(
                            /* canary= */ s.baseline(), /* baseline= */ s.canary(), 1 - s.share());
        };
    }

    /// How often a rollout of what nobody changed was rolled back.
    public record FalseRollbacks(int rollouts, int failed) {
        /// The greatest rate that this does not speak against, but for 5 %. Those of one history
        /// are not quite independent of each other; it is a guide.
        public double atMost() {
            return rollouts == 0 ? 1 : Binomial.upper(failed, rollouts, 0.05);
        }
    }
}
