package dev.belay.bench.canary;

/// The rule of Flagger and of Argo Rollouts: so many checks in all whose share of failures is above
/// a threshold. A check of nothing has failed.
final class Thresholds implements Subject {
    private final int every;
    private final double most;
    private final int failures;
    private long all;
    private long bad;
    private int failed;

    /// @param every so many ticks there is a check
    /// @param failures of that many it is rolled back
    private Thresholds(int every, double most, int failures) {
        this.every = every;
        this.most = most;
        this.failures = failures;
    }

    /// Each minute, at the tenth failed check, as in the documentation's examples.
    static Thresholds flagger() {
        return new Thresholds(6, 0.01, 10);
    }

    /// By an operator who knows what is usual, and takes twice that.
    static Thresholds flaggerTuned(double usual) {
        return new Thresholds(6, 2 * usual, 5);
    }

    /// Each five minutes, at the fourth.
    static Thresholds argo() {
        return new Thresholds(30, 0.05, 4);
    }

    static Thresholds argoTuned(double usual) {
        return new Thresholds(30, 2 * usual, 4);
    }

    @Override
    public boolean add(Tick tick) {
        all += tick.canary().all();
        bad += tick.canary().bad();
        if (tick.number() % every == every - 1) {
            failed += all == 0 || bad > most * all ? 1 : 0;
            all = 0;
            bad = 0;
        }
        return failed >= failures;
    }
}
