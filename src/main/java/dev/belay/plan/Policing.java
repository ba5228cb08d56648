package dev.belay.plan;

import dev.belay.release.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a plan says of the policies that it was held to.
public final class Policing {
    private Policing() {}

    static String title(Work.Policed policed) {
        long broken = with(policed, "broken").count();
        int all = policed.rules().size();
        return "policies: "
                + (broken == 0 ? all + " hold" : broken + " of " + all + " are broken")
                + (policed.regulated().isEmpty() ? "" : ", regulated by " + policed.regulated());
    }

    /// What the policies have to say, before everything else.
    static List<String> warned(Work.@Nullable Policed policed, List<String> warnings) {
        if (policed == null) {
            return warnings;
        }
        var all = new ArrayList<String>();
        for (String verdict : List.of("broken", "warns", "excepted")) {
            with(policed, verdict).forEach(rule -> all.addAll(sentences(rule)));
        }
        all.addAll(warnings);
        return all;
    }

    /// A sentence for each breach of a rule.
    public static List<String> sentences(Work.Policed.Rule rule) {
        String suffix =
                switch (rule.verdict()) {
                    case "broken" -> ": a deploy is refused";
                    case "excepted" -> ", excepted by name";
                    default -> "";
                };
        return rule.breaches().stream()
                .map(breach -> "%s [policy `%s`]%s".formatted(breach, rule.name(), suffix))
                .toList();
    }

    /// The rules that a plan breaks, and that refuse it.
    public static List<Work.Policed.Rule> broken(Plan plan) {
        return plan.steps().stream()
                .map(Step::work)
                .filter(Work.Policed.class::isInstance)
                .map(Work.Policed.class::cast)
                .flatMap(policed -> with(policed, "broken"))
                .toList();
    }

    private static Stream<Work.Policed.Rule> with(Work.Policed policed, String verdict) {
        return policed.rules().stream().filter(rule -> rule.verdict().equals(verdict));
    }
}
