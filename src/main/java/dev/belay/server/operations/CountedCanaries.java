package dev.belay.server.operations;

import dev.belay.driver.Counting;
import dev.belay.plan.Plan;
import dev.belay.plan.Step;
import dev.belay.plan.Submission;
import dev.belay.release.Prometheus;
import dev.belay.release.Work;
import java.util.TreeSet;

/// Asks whoever is to count what canaries answer whether it can, while a release is planned: a
/// counter that is misspelt counts no errors.
public final class CountedCanaries {
    private final Counting counting;

    /// Over one who counts.
    public CountedCanaries(Counting counting) {
        this.counting = counting;
    }

    /// Once for every component.
    ///
    /// @throws Denied when it cannot
    void require(Submission submission) {
        var asked = new TreeSet<String>();
        for (Plan plan : submission.plans()) {
            for (Step step : plan.steps()) {
                if (step.work() instanceof Work.Judged work
                        && work.rule().prometheus() != null
                        && asked.add(work.canary().component())) {
                    require(submission.environment(), work, work.rule().prometheus());
                }
            }
        }
    }

    private void require(String environment, Work.Judged work, Prometheus source) {
        var sides = new Counting.Sides(environment, work.canary(), work.baseline());
        counting.doubt(source, sides)
                .ifPresent(why -> {
                    throw Denied.failure(
                            "nobody could judge `%s` as a canary: %s"
                                    .formatted(work.canary().component(), why.reason()),
                            why.hint().isEmpty()
                                    ? "see to it, or choose another `strategy`"
                                    : why.hint() + "; or choose another `strategy`");
                });
    }
}
