package dev.belay.judge;

import org.jspecify.annotations.Nullable;

/// Requests that went well or not.
final class ErrorsWatch implements Watch {
    private static final double PRIOR = 0.005;
    private static final double WORTH = 200;

    private final Forecast forecast = new Forecast(PRIOR, WORTH);
    private final ShareTest ratio;
    private final @Nullable ShareTest floor;
    private final @Nullable BlockRank peers;
    private final ShareTest fine;
    private final @Nullable ShareTest fineFloor;
    private double canary;
    private double baseline;

    ErrorsWatch(Measure.Errors measure, Calibration calibration, Rule rule) {
        double temper = calibration.temper();
        int onsets = rule.onsets();
        ratio = ShareTest.beyond(new Margin.Ratio(measure.tolerated()), temper, onsets);
        floor =
                measure.floor() == 0
                        ? null
                        : ShareTest.roughly(new Margin.Difference(measure.floor()), temper, onsets);
        peers =
                measure.peers()
                        ? new BlockRank(
                                calibration.block(), measure.tolerated(), onsets, rule.seed())
                        : null;
        fine = ShareTest.equal(new Margin.Ratio(1 / measure.fine()), temper);
        fineFloor =
                measure.fineFloor() == 0
                        ? null
                        : ShareTest.equal(new Margin.Difference(-measure.fineFloor()), temper);
    }

    @Override
    public void add(long tick, boolean changed, Sample sample) {
        var outcomes = (Sample.Outcomes) sample;
        Count first = outcomes.canary();
        Count second = outcomes.baseline();
        double share = forecast.share();
        ratio.add(tick, changed, first, second, share);
        if (floor != null) {
            floor.add(tick, changed, first, second, share);
        }
        if (peers != null) {
            peers.add(tick, changed, first, outcomes.peers());
        }
        fine.add(tick, changed, second, first, share);
        if (fineFloor != null) {
            fineFloor.add(tick, changed, second, first, share);
        }
        forecast.add(second);
        canary += first.all();
        baseline += second.all();
    }

    /// "More than so many times and more than so much above": what denies both is the lesser.
    @Override
    public double harm() {
        double times = peers == null ? ratio.log() : Logs.half(ratio.log(), peers.log());
        return floor == null ? times : Math.min(times, floor.log());
    }

    /// To be worse it would have to be both: whichever is denied will do.
    @Override
    public double fine() {
        return fineFloor == null ? fine.log() : Logs.half(fine.log(), fineFloor.log());
    }

    @Override
    public double canary() {
        return canary;
    }

    @Override
    public double baseline() {
        return baseline;
    }
}
