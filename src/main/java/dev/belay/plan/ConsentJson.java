package dev.belay.plan;

import dev.belay.release.ConsentRule;
import dev.belay.release.Work;

/// [Work.Consented] as JSON.
final class ConsentJson {
    private ConsentJson() {}

    /// The fields alone: the object is its caller's.
    static void write(JsonOut out, Work.Consented work) {
        ConsentRule rule = work.rule();
        out.strings("checklist", rule.checklist())
                .put("each", rule.each())
                .strings("of", rule.of())
                .put("quorum", rule.quorum())
                .put("type", "consented")
                .put("valid", rule.valid());
    }

    static Work.Consented read(JsonIn in) {
        return new Work.Consented(
                new ConsentRule(
                        in.strings("checklist"),
                        in.strings("of"),
                        in.count("quorum"),
                        in.truth("each"),
                        in.time("valid")));
    }
}
