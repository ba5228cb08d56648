package dev.belay.plan;

import dev.belay.release.Work;

/// [Work.Policed] as JSON.
final class PolicedJson {
    private PolicedJson() {}

    /// The fields alone: the object is its caller's.
    static void write(JsonOut out, Work.Policed work) {
        out.put("facts", work.facts())
                .put("model", work.model())
                .put("regulated", work.regulated())
                .list("rules", work.rules(), rule -> write(out, rule))
                .put("type", "policed");
    }

    private static void write(JsonOut out, Work.Policed.Rule rule) {
        out.open()
                .strings("breaches", rule.breaches())
                .put("each", rule.each())
                .put("hash", rule.hash())
                .put("message", rule.message())
                .put("name", rule.name())
                .strings("only", rule.only())
                .put("parameters", rule.parameters())
                .put("refuses", rule.refuses())
                .put("rule", rule.rule())
                .put("verdict", rule.verdict())
                .put("when", rule.when())
                .close();
    }

    static Work.Policed read(JsonIn in) {
        return new Work.Policed(
                in.count("model"),
                in.string("facts"),
                in.string("regulated"),
                in.list("rules", PolicedJson::rule));
    }

    private static Work.Policed.Rule rule(JsonIn in) {
        return new Work.Policed.Rule(
                in.string("name"),
                in.string("each"),
                in.string("when"),
                in.string("rule"),
                in.string("message"),
                in.truth("refuses"),
                in.strings("only"),
                in.string("parameters"),
                in.string("hash"),
                in.string("verdict"),
                in.strings("breaches"));
    }
}
