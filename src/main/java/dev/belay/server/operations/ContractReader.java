package dev.belay.server.operations;

import dev.belay.contract.ContractSet;
import dev.belay.contract.Reading;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.Inventory;
import dev.belay.problem.Problem;
import dev.belay.release.ContractFiles;
import dev.belay.release.Scope;
import dev.belay.server.contracts.ContractJudge;
import dev.belay.server.contracts.ContractsView;
import dev.belay.server.contracts.FolderLibrary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Compares what a component promises now with what a release would bring, and builds nothing for
/// it.
public final class ContractReader {
    private final InventoryReader inventory;
    private final ContractJudge judge;

    public ContractReader(InventoryReader inventory, ArtifactStore artifacts) {
        this.inventory = inventory;
        this.judge = new ContractJudge(artifacts);
    }

    /// Against the files in the folder, or against what the environment below runs where it
    /// promotes.
    ///
    /// @throws Denied when there is no such component, or something is wrong with its files
    public ContractsView of(EnvironmentView view, String name) {
        Component component = view.components().get(name);
        if (component == null) {
            throw new Denied(
                    No.problem(
                            "contract/no-component",
                            "`" + name + "`",
                            "`%s` has no component of that name".formatted(view.environment()),
                            "known are " + String.join(", ", view.components().keySet())));
        }
        String from = view.gates().promotedFrom();
        String environment = view.environment();
        try {
            ContractSet before = judge.set(kept(environment, name));
            ContractSet after =
                    from.isEmpty() ? written(view, component) : judge.set(kept(from, name));
            return ContractsView.of(
                    name,
                    "what `%s` runs".formatted(environment),
                    from.isEmpty()
                            ? "the files of " + component.build().dir()
                            : "what `%s` runs".formatted(from),
                    kept(environment, name) == null ? List.of() : after.since(before),
                    view.gates().contracts());
        } catch (IOException e) {
            throw Denied.failure(
                    "the contracts of `%s` cannot be compared: %s".formatted(name, e.getMessage()),
                    "see to the disk that `.belay` is on");
        }
    }

    private static ContractSet written(EnvironmentView view, Component component) {
        List<Problem> problems = ContractSources.problems(view, component);
        if (!problems.isEmpty()) {
            throw new Denied(new No.Problems(problems));
        }
        Path folder = view.folder().resolve(component.build().dir());
        Reading reading =
                ContractSet.read(component.build().contracts(), new FolderLibrary(folder));
        return reading instanceof Reading.Read(ContractSet set) ? set : ContractSet.NONE;
    }

    private @Nullable ContractFiles kept(String environment, String name) {
        List<Inventory.Past> history = inventory.history(Scope.component(environment, name));
        return history.isEmpty() ? null : history.getFirst().deployment().contracts();
    }
}
