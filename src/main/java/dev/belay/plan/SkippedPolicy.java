package dev.belay.plan;

import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Policies;
import dev.belay.problem.Nearest;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.util.List;
import java.util.TreeSet;

/// Whether somebody may go past a policy by its name.
final class SkippedPolicy {
    private SkippedPolicy() {}

    /// Complains about a rule that does not count here, or that nobody may go past.
    static void check(EnvironmentView view, String asked, List<Problem> problems) {
        String name = asked.substring(Selection.POLICY.length());
        var known = new TreeSet<String>();
        view.policies().all().forEach(one -> known.add(one.rule().name()));
        Policies.InForce found =
                view.policies().all().stream()
                        .filter(one -> one.rule().name().equals(name))
                        .findFirst()
                        .orElse(null);
        var place = new Place.Named("`--skip " + asked + "`");
        if (found == null) {
            problems.add(
                    new Problem(
                            "policy/unknown",
                            place,
                            "`%s` is held to no policy `%s`".formatted(view.environment(), name),
                            Nearest.hint(name, known)));
        } else if (!found.exceptable()) {
            boolean regulated = found.rule().pack().equals(view.policies().regulated());
            problems.add(
                    new Problem(
                            "policy/no-exception",
                            place,
                            regulated && !found.rule().pack().isEmpty()
                                    ? "`%s` is regulated by `%s`: nobody goes past a rule of it"
                                            .formatted(view.environment(), found.rule().pack())
                                    : "nobody goes past the policy `%s`".formatted(name),
                            "mend what breaks it: `belay policy check "
                                    + view.environment()
                                    + "`"));
        }
    }

    static Problem all() {
        return new Problem(
                "policy/not-all",
                new Place.Named("`--skip policy`"),
                "policies are not left out as a whole",
                "go past one of them by name: `--skip policy:NAME --reason …`");
    }
}
