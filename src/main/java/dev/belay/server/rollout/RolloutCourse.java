package dev.belay.server.rollout;

import dev.belay.driver.Answered;
import dev.belay.judge.Batch;
import dev.belay.judge.Transcript;
import dev.belay.judge.Trial;
import dev.belay.judge.Verdict;
import java.util.ArrayList;
import java.util.List;

/// How a rollout went, for a picture: a few hundred points at most, each of what came in since the
/// one before and what it had come to by then.
///
/// @param neededInFavour odds at which a guard is proven
public record RolloutCourse(
        List<Point> points, Verdict verdict, double neededInFavour, String digest) {
    private static final int POINTS_MAX = 300;

    public RolloutCourse {
        points = List.copyOf(points);
    }

    /// One of them.
    ///
    /// @param percent the canary's part of the requests
    /// @param against the logarithm of the evidence that it is worse
    /// @param inFavour the least logarithm, of all guards, of the evidence that it is not
    public record Point(
            int percent, Answered canary, Answered baseline, double against, double inFavour) {}

    /// Judges it again, batch by batch.
    public static RolloutCourse of(Rollout rollout) {
        List<Rollout.Looked> looks =
                rollout.lines().stream()
                        .filter(Rollout.Looked.class::isInstance)
                        .map(Rollout.Looked.class::cast)
                        .filter(look -> look.batch().isPresent())
                        .toList();
        int together = Math.max(1, Math.ceilDiv(looks.size(), POINTS_MAX));
        var trial = new Trial(rollout.rule(), rollout.calibrations());
        var points = new ArrayList<Point>();
        Answered canary = Answered.NONE;
        Answered baseline = Answered.NONE;
        for (int i = 0; i < looks.size(); i++) {
            Batch batch = looks.get(i).batch().orElseThrow();
            trial.add(batch);
            Guarding.Arms more = Guarding.arms(batch);
            canary = canary.plus(more.canary());
            baseline = baseline.plus(more.baseline());
            if ((i + 1) % together == 0 || i == looks.size() - 1) {
                Verdict now = trial.verdict();
                int percent = looks.get(i).reading().percent();
                points.add(new Point(percent, canary, baseline, now.evidence(), least(now)));
                canary = Answered.NONE;
                baseline = Answered.NONE;
            }
        }
        Transcript all = rollout.transcript();
        double needed = 1 / rollout.rule().promoteError();
        return new RolloutCourse(points, all.verdict(), needed, all.digest());
    }

    private static double least(Verdict verdict) {
        return verdict.findings().stream()
                .filter(one -> one.needed() > 0)
                .mapToDouble(Verdict.Finding::fine)
                .min()
                .orElse(0);
    }
}
