package dev.belay.server.operations;

import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.Deployment;
import dev.belay.plan.Inventory;
import dev.belay.plan.Plan;
import dev.belay.plan.PlanRequest;
import dev.belay.plan.Step;
import dev.belay.plan.Submission;
import dev.belay.release.ContractFiles;
import dev.belay.release.ContractRule;
import dev.belay.release.Work;
import dev.belay.server.contracts.ContractJudge;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What releases make of contracts: compared for plans, and required of what is submitted.
final class KeptPromises {
    private static final int SHOWN = 5;

    private final ContractJudge judge;

    KeptPromises(ContractJudge judge) {
        this.judge = judge;
    }

    /// By component, how what is made differs from what runs. Where nothing runs, nobody relies on
    /// anything.
    SortedMap<String, PlanRequest.Promised> of(
            EnvironmentView view, Sources.Made made, Inventory now) {
        var promised = new TreeMap<String, PlanRequest.Promised>();
        made.built()
                .forEach((name, source) -> {
                    ContractFiles from = now(now, name);
                    if (from != null) {
                        promised.put(
                                name,
                                judge.promised(
                                        name, from, source.contracts(), view.gates().contracts()));
                    }
                });
        return promised;
    }

    /// The other way round: what clients that were made since would miss.
    SortedMap<String, PlanRequest.Promised> back(Submission submission, Inventory now) {
        var promised = new TreeMap<String, PlanRequest.Promised>();
        for (Plan plan : submission.plans()) {
            plan.desired()
                    .forEach((name, target) -> {
                        ContractFiles from = now(now, name);
                        if (from != null && !target.isEnded()) {
                            promised.put(
                                    name,
                                    judge.promised(
                                            name, from, target.contracts(), ContractRule.NONE));
                        }
                    });
        }
        return promised;
    }

    private static @Nullable ContractFiles now(Inventory now, String component) {
        Inventory.Component there = now.components().get(component);
        if (there == null || there.history().isEmpty()) {
            return null;
        }
        Deployment latest = there.history().getFirst().deployment();
        return latest.isEnded() ? null : latest.contracts();
    }

    /// As the environment asks for it; who goes on without says so by name.
    void require(Submission submission) {
        for (Plan plan : submission.plans()) {
            for (Step step : plan.steps()) {
                if (step.work() instanceof Work.Compatible work) {
                    List<String> broken = judge.broken(work);
                    if (!broken.isEmpty()) {
                        throw refusal(work, broken, submission.environment());
                    }
                }
            }
        }
    }

    private Denied refusal(Work.Compatible work, List<String> broken, String environment) {
        String more = broken.size() > SHOWN ? "; and %d more".formatted(broken.size() - SHOWN) : "";
        String mend = judge.mend(work);
        return Denied.refusal(
                "`%s` breaks who uses it in `%s`: %s%s"
                        .formatted(
                                work.component(),
                                environment,
                                String.join(
                                        "; ", broken.subList(0, Math.min(SHOWN, broken.size()))),
                                more),
                (mend.isEmpty() ? "" : mend + "; ")
                        + "`belay contracts diff %s %s` shows all; what may break is named under"
                                .formatted(work.component(), environment)
                        + " `gates.contracts.except`; `--skip contracts --reason …` releases it all"
                        + " the same, and is recorded with your name");
    }
}
