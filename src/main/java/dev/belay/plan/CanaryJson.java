package dev.belay.plan;

import dev.belay.release.Canary;
import dev.belay.release.Credential;
import dev.belay.release.Prometheus;
import dev.belay.release.Revision;
import dev.belay.release.Selector;
import dev.belay.release.Work;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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
                .put("percent", work.percent());
        Prometheus source = rule.prometheus();
        if (source != null) {
            out.put("prometheus", () -> write(out, source));
        }
        out.put("proven", rule.proven())
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
                        in.count("slower"),
                        in.has("prometheus") ? source(in.at("prometheus")) : null));
    }

    private static void write(JsonOut out, Prometheus source) {
        out.open().put("authority", source.authority());
        Prometheus.Slow slow = source.slow();
        if (slow != null) {
            out.put("buckets", slow.buckets().toString());
        }
        out.put("errors", source.errors().toString())
                .put("every", source.every())
                .put("patience", source.patience())
                .put("requests", source.requests().toString());
        if (slow != null) {
            out.put("slow", slow.above());
        }
        switch (source.token()) {
            case null -> {}
            case Credential.File(String path) -> out.put("tokenFile", path);
            case Credential.Variable(String name) -> out.put("tokenVariable", name);
        }
        out.put("url", source.url()).close();
    }

    private static Prometheus source(JsonIn in) {
        return new Prometheus(
                in.string("url"),
                token(in),
                in.string("authority"),
                Selector.parse(in.string("requests")),
                Selector.parse(in.string("errors")),
                in.has("slow")
                        ? new Prometheus.Slow(Selector.parse(in.string("buckets")), in.time("slow"))
                        : null,
                in.time("every"),
                in.time("patience"));
    }

    private static @Nullable Credential token(JsonIn in) {
        if (in.has("tokenFile")) {
            return new Credential.File(in.string("tokenFile"));
        }
        return in.has("tokenVariable") ? new Credential.Variable(in.string("tokenVariable")) : null;
    }
}
