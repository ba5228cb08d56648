package dev.belay.server.operations;

import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.PolicyPack;
import dev.belay.manifest.PolicyPacks;
import dev.belay.manifest.PolicyParameters;
import dev.belay.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A pack that an environment is regulated by is measured by no less than it says itself.
final class LoosenedPolicies {
    private LoosenedPolicies() {}

    static List<Problem> of(EnvironmentView view) {
        String regulated = view.policies().regulated();
        Optional<PolicyPack> pack = PolicyPacks.find(regulated);
        var problems = new ArrayList<Problem>();
        if (pack.isEmpty()) {
            return problems;
        }
        PolicyParameters least = pack.get().parameters();
        view.policies().all().stream()
                .filter(one -> one.rule().pack().equals(regulated))
                .findFirst()
                .ifPresent(one ->
                        one.parameters().looserThan(least).stream()
                                // Which vendors there is a contract with, the pack cannot know.
                                .filter(name -> !name.equals("approved-vendors"))
                                .forEach(name ->
                                        problems.add(
                                                new Problem(
                                                        "policy/loosened",
                                                        view.source()
                                                                .at("policies", regulated, name),
                                                        "`%s` is regulated by `%s`, which asks for `%s: %s` at least"
                                                                .formatted(
                                                                        view.environment(),
                                                                        regulated,
                                                                        name,
                                                                        PolicyParameters.text(
                                                                                least.values()
                                                                                        .get(
                                                                                                name))),
                                                        "leave it out, or ask for more"))));
        return problems;
    }
}
