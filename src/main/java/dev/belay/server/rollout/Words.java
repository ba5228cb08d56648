package dev.belay.server.rollout;

import dev.belay.driver.Counting.Counted;
import dev.belay.driver.Look;
import dev.belay.judge.Verdict;
import dev.belay.release.Work;
import java.util.ArrayList;
import java.util.List;

/// What a verdict says, for people.
///
/// @param remark what is strange about the counts; empty for nothing
record Words(Work.Judged work, Proceeding proceeding, Verdict verdict, String remark) {
    /// One line: what was counted, what speaks against the canary, what is not proven yet.
    String now() {
        return counted() + missing() + (remark.isEmpty() ? "" : "; " + remark);
    }

    private String counted() {
        return "%s, beside it %s; against it %s to 1 of %s"
                .formatted(
                        proceeding.canary(),
                        proceeding.baseline(),
                        Odds.text(verdict.strongest()),
                        Odds.text(verdict.needed()));
    }

    private String missing() {
        if (!work.rule().proven()) {
            return "";
        }
        var open = new ArrayList<String>();
        for (Verdict.Finding one : verdict.findings()) {
            switch (one.outcome()) {
                case NO_DATA -> open.add(one.guard() + ": nothing measured");
                case INCONCLUSIVE ->
                        open.add(
                                one.needed() == 0
                                        ? one.guard() + ": not as the weights say"
                                        : "%s: %s to 1 of %s"
                                                .formatted(
                                                        one.guard(),
                                                        Odds.text(one.fine()),
                                                        Odds.text(one.needed())));
                case PASS, FAIL -> {}
            }
        }
        return open.isEmpty()
                ? "; proven to be no worse"
                : "; not proven yet: " + String.join(", ", open);
    }

    /// Nobody gave anything to judge by in time.
    static Look unread(Work.Judged work, Counted.Unread why) {
        return new Look.Failed(
                "at %d %% nobody said in time how `%s` answers: %s"
                        .formatted(work.percent(), work.canary().id(), why.reason()),
                why.hint(),
                "");
    }

    /// It goes back.
    Look worse() {
        List<String> named =
                verdict.findings().stream()
                        .filter(one -> one.named() && one.outcome() == Verdict.Outcome.FAIL)
                        .map(Verdict.Finding::guard)
                        .toList();
        String what = named.isEmpty() ? "all in all" : String.join(" and ", named);
        return new Look.Failed(
                "`%s` is worse than `%s` (%s): %s"
                        .formatted(work.canary().id(), work.baseline().id(), what, counted()),
                "`belay judge RELEASE` shows what was counted; `belay judge replay RELEASE` judges it"
                        + " again",
                "");
    }

    /// Nothing was proven in time.
    Look unproven() {
        return new Look.Failed(
                "at %d %% it was not proven in time that `%s` is no worse: %s"
                        .formatted(work.percent(), work.canary().id(), now()),
                "with few requests nothing is proven soon: a longer `step-limit`, larger `steps`, or"
                        + " `advance: time`",
                "");
    }
}
