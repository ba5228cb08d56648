package dev.belay.plan;

import dev.belay.release.Digest;
import dev.belay.release.EvidenceRule;
import dev.belay.release.SignatureRule;
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
        SignatureRule signatures = work.signatures();
        if (signatures != null) {
            out.put("signatures", () -> write(out, signatures));
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

    private static void write(JsonOut out, SignatureRule rule) {
        out.open()
                .put("environment", rule.environment())
                .list("identities", rule.identities(), one -> write(out, one))
                .strings("keys", rule.keys())
                .put("need", rule.need())
                .put("provenance", () -> write(out, rule.provenance()))
                .put("root", rule.root())
                .close();
    }

    private static void write(JsonOut out, SignatureRule.Identity one) {
        out.open()
                .put("issuer", one.issuer())
                .put("pattern", one.pattern())
                .put("subject", one.subject())
                .close();
    }

    private static void write(JsonOut out, SignatureRule.Provenance provenance) {
        out.open()
                .put("builder", provenance.builder())
                .put("source", provenance.source())
                .put("type", provenance.type())
                .close();
    }

    private static SignatureRule signatures(JsonIn in) {
        JsonIn provenance = in.at("provenance");
        return new SignatureRule(
                in.string("environment"),
                new TreeMap<>(in.stringMap("keys")),
                in.list(
                        "identities",
                        one ->
                                new SignatureRule.Identity(
                                        one.string("issuer"),
                                        one.string("subject"),
                                        one.truth("pattern"))),
                in.string("root"),
                in.count("need"),
                new SignatureRule.Provenance(
                        provenance.string("type"),
                        provenance.string("builder"),
                        provenance.string("source")));
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
                in.has("signatures") ? signatures(in.at("signatures")) : null,
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
