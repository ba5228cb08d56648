package dev.belay.plan;

import dev.belay.release.EvidenceRule;
import dev.belay.release.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Evidence in a plan: the step that looks at it once more, and what is lacking.
public final class Showing {
    private Showing() {}

    static String title(String component, PlanRequest.Shown shown) {
        return "%s: its evidence stands: %s%s"
                .formatted(
                        component,
                        String.join(", ", kinds(shown)),
                        shown.relied().isEmpty()
                                ? ""
                                : " (" + String.join(", ", shown.relied()) + ")");
    }

    private static List<String> kinds(PlanRequest.Shown shown) {
        var kinds = new ArrayList<>(shown.rules().stream().map(EvidenceRule::kind).toList());
        if (shown.signatures() != null) {
            kinds.add("signatures");
        }
        return kinds;
    }

    static Work.Evidenced work(Change change, PlanRequest.Shown shown) {
        return new Work.Evidenced(
                change.name(),
                change.goal().revision().artifact(),
                shown.running(),
                shown.rules(),
                shown.signatures(),
                shown.relied());
    }

    /// What a plan brings without having shown what is asked of it; component to sentences.
    ///
    /// @param shown by component
    public static Map<String, List<String>> lacking(
            List<Step> steps, Map<String, PlanRequest.Shown> shown) {
        var lacking = new TreeMap<String, List<String>>();
        for (Step step : steps) {
            if (step.work() instanceof Work.Evidenced work) {
                PlanRequest.Shown one = shown.get(work.component());
                if (one != null && !one.lacking().isEmpty()) {
                    lacking.put(work.component(), one.lacking());
                }
            }
        }
        return lacking;
    }

    static List<String> warnings(Outline outline, List<Step> steps) {
        var warnings = new ArrayList<String>();
        lacking(steps, outline.evidence())
                .forEach((component, sentences) ->
                        sentences.forEach(sentence ->
                                warnings.add(
                                        "`%s`: %s, which `%s` asks for: a deploy is refused"
                                                .formatted(
                                                        component,
                                                        sentence,
                                                        outline.view().environment()))));
        return warnings;
    }

    /// The evidence that a plan was made with, by component.
    public static Map<String, List<String>> relied(Plan plan) {
        var relied = new TreeMap<String, List<String>>();
        for (Step step : plan.steps()) {
            if (step.work() instanceof Work.Evidenced work) {
                relied.put(work.component(), work.relied());
            }
        }
        return relied;
    }
}
