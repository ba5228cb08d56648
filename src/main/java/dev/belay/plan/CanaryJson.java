package dev.belay.plan;

import dev.belay.release.Canary;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.util.List;
import java.util.function.Function;

/// [Work.Judged] as JSON.
final class CanaryJson {
    private CanaryJson() {}

    /// The fields alone: the object is its caller's.
    static void write(JsonOut out, Work.Judged work) {
        Canary rule = work.rule();
        out.put("baseline", work.baseline().id())
                .put("canary", work.canary().id())
                .put("counted", work.counted())
                .put("errors", rule.errors())
                .put("least", rule.least())
                .put("most", rule.most())
                .put("percent", work.percent())
                .put("proven", rule.proven())
                .put("slower", rule.slower())
                .numbers("steps", rule.steps())
                .put("sticky", work.sticky())
                .put("type", "judged");
    }

    /// @param revisions the plan's, by id
    static Work.Judged read(JsonIn in, Function<String, Revision> revisions) {
        return new Work.Judged(
                revisions.apply(in.string("canary")),
                revisions.apply(in.string("baseline")),
                in.count("percent"),
                in.truth("sticky"),
                in.truth("counted"),
                new Canary(
                        List.copyOf(in.numbers("steps")),
                        in.time("least"),
                        in.time("most"),
                        in.truth("proven"),
                        in.count("errors"),
                        in.count("slower")));
    }
}
