package dev.belay.policy;

import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Policies;
import dev.belay.manifest.PolicyParameters;
import dev.belay.manifest.PolicyRule;
import dev.belay.release.Digest;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// A rule with everything that its answer depends on besides the facts.
///
/// @param only what alone it is asked of, groups expanded; empty is all
/// @param parameters as the [Model] has them
record Asked(
        String name,
        String each,
        String when,
        String rule,
        String message,
        boolean refuses,
        Set<String> only,
        SortedMap<String, Object> parameters) {
    /// As the manifest has it.
    static Asked of(Policies.InForce inForce, EnvironmentView view) {
        PolicyRule rule = inForce.rule();
        var only = new LinkedHashSet<String>();
        rule.only().forEach(name -> only.addAll(view.groups().getOrDefault(name, List.of(name))));
        return new Asked(
                rule.name(),
                rule.each(),
                rule.when(),
                rule.rule(),
                rule.message(),
                rule.refuses(),
                only,
                parameters(inForce.parameters()));
    }

    /// As a journal has it.
    static Asked of(Work.Policed.Rule rule) {
        return new Asked(
                rule.name(),
                rule.each(),
                rule.when(),
                rule.rule(),
                rule.message(),
                rule.refuses(),
                new LinkedHashSet<>(rule.only()),
                FactsJson.read(rule.parameters(), Model.PARAMETERS));
    }

    private static SortedMap<String, Object> parameters(PolicyParameters said) {
        var all = new TreeMap<String, Object>();
        for (Model.Field field : Model.PARAMETERS.fields().values()) {
            Object nothing =
                    switch (field.type()) {
                        case NUMBER -> 0L;
                        case TIME -> Duration.ZERO;
                        default -> List.of();
                    };
            all.put(
                    field.name(),
                    said.values().getOrDefault(field.name().replace('_', '-'), nothing));
        }
        return all;
    }

    /// Of all that it says: another text is another rule.
    Digest hash() {
        return Digest.of(
                String.join(
                        "\n",
                        name,
                        each,
                        when,
                        rule,
                        Boolean.toString(refuses),
                        String.join(",", only),
                        FactsJson.text(parameters)));
    }
}
