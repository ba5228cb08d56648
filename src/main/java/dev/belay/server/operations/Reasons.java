package dev.belay.server.operations;

import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Gates;
import dev.belay.plan.Phase;
import dev.belay.plan.Selection;

/// Whoever leaves out what an environment asks for says why.
final class Reasons {
    private Reasons() {}

    static void demand(EnvironmentView view, Selection.Chosen chosen, Wish wish) {
        boolean left = chosen.without().contains(Phase.EVIDENCE);
        Gates gates = view.gates();
        boolean asks = !gates.evidence().isEmpty() || gates.signatures().asks();
        if (left && asks && wish.why().isBlank()) {
            throw new Denied(
                    No.problem(
                            "evidence/no-reason",
                            "`--skip evidence`",
                            "what is released has not shown what `%s` asks for"
                                    .formatted(view.environment()),
                            "say why with `--reason`"));
        }
        boolean unasked = chosen.without().contains(Phase.SECRETS);
        if (unasked && view.gates().secrets().asks() && wish.why().isBlank()) {
            throw new Denied(
                    No.problem(
                            "secrets/no-reason",
                            "`--skip secrets`",
                            "secrets of `%s` may be old, or those of another environment"
                                    .formatted(view.environment()),
                            "say why with `--reason`"));
        }
        boolean breaks = chosen.without().contains(Phase.CONTRACTS);
        if (breaks && view.gates().contracts().asked() && wish.why().isBlank()) {
            throw new Denied(
                    No.problem(
                            "contract/no-reason",
                            "`--skip contracts`",
                            "what is released may break who uses it in `%s`"
                                    .formatted(view.environment()),
                            "say why with `--reason`"));
        }
        PolicyDesk.demandReason(wish);
        boolean late = chosen.without().contains(Phase.WINDOW);
        if (late && !view.gates().windows().isEmpty() && wish.why().isBlank()) {
            throw new Denied(
                    No.problem(
                            "window/no-reason",
                            "`--skip window`",
                            "it may begin when nobody of `%s` is there to look after it"
                                    .formatted(view.environment()),
                            "say why with `--reason`"));
        }
    }
}
