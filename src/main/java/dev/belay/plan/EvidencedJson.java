package dev.belay.plan;

import dev.belay.release.Digest;
import dev.belay.release.EvidenceRule;
import dev.belay.release.Work;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// [Work.Evidenced] as JSON. Figures are written as texts: there is one way to write each.
final class EvidencedJson {
    private EvidencedJson() {}

    /// The fields alone: the object is its caller's.
    static void write(JsonOut out, Work.Evidenced work) {
        out.put("artifact", work.artifact().text())
                .put("component", work.component())
                .strings("relied", work.relied())
                .list("rules", work.rules(), rule -> write(out, rule));
        Digest running = work.running();
        if (running != null) {
            out.put("running", running.text());
        }
        out.put("type", "evidenced");
    }

    private static void write(JsonOut out, EvidenceRule rule) {
        out.open()
                .strings("atLeast", texts(rule.atLeast()))
                .strings("atMost", texts(rule.atMost()))
                .put("from", rule.from())
                .put("kind", rule.kind())
                .put("margin", Double.toString(rule.margin()))
                .put("name", rule.name())
                .put("own", rule.own())
                .put("youngerThan", rule.youngerThan())
                .close();
    }

    private static Map<String, String> texts(Map<String, Double> figures) {
        var texts = new TreeMap<String, String>();
        figures.forEach((name, value) -> texts.put(name, Double.toString(value)));
        return texts;
    }

    static Work.Evidenced read(JsonIn in) {
        return new Work.Evidenced(
                in.string("component"),
                new Digest(in.string("artifact")),
                in.has("running") ? new Digest(in.string("running")) : null,
                in.list("rules", EvidencedJson::rule),
                in.strings("relied"));
    }

    private static EvidenceRule rule(JsonIn in) {
        return new EvidenceRule(
                in.string("kind"),
                in.string("name"),
                in.truth("own"),
                numbers(in.stringMap("atLeast")),
                numbers(in.stringMap("atMost")),
                in.string("from"),
                in.time("youngerThan"),
                Double.parseDouble(in.string("margin")));
    }

    private static SortedMap<String, Double> numbers(Map<String, String> texts) {
        var numbers = new TreeMap<String, Double>();
        texts.forEach((name, text) -> numbers.put(name, Double.parseDouble(text)));
        return numbers;
    }
}
