package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.Json;
import dev.belay.cli.client.Workspace;
import dev.belay.manifest.EnvironmentFile;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.ManifestReader;
import dev.belay.manifest.Overrides;
import dev.belay.manifest.Reading;
import dev.belay.manifest.VariableCheck;
import dev.belay.problem.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay check`.
@Command(
        description = "Finds everything that is wrong with the manifest, and touches nothing.",
        footer = {
            "",
            "It needs no control plane, so it can run wherever the sources are. With ENV, variables",
            "are checked too: they must be there, not empty, and not look like placeholders.",
            "",
            "Examples:",
            "  belay check",
            "  belay check production",
            "  belay check local --set components.api.instances=3"
        })
public final class CheckCommand extends BelayCommand {
    @Parameters(
            arity = "0..1",
            paramLabel = "ENV",
            description = "Only this environment, else all of them.")
    private String environment = "";

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Check with this changed.")
    private List<String> set = new ArrayList<>();

    public CheckCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        Workspace workspace = workspace();
        Manifest manifest = read(ManifestReader.read(workspace.manifest()));
        List<String> environments =
                environment.isEmpty() ? manifest.environments() : List.of(environment);
        int components = 0;
        for (String name : environments) {
            EnvironmentView view = read(manifest.in(name, new Overrides(set)));
            components = Math.max(components, view.components().size());
            if (!environment.isEmpty()) {
                checkVariables(view);
            }
        }
        if (json()) {
            terminal().print(Json.of(Map.of("problems", List.of(), "environments", environments)));
        } else {
            terminal()
                    .print(
                            workspace.manifest().getFileName()
                                    + " is in order: "
                                    + components
                                    + (components == 1 ? " component" : " components")
                                    + ", environments "
                                    + String.join(", ", environments));
        }
        return ExitCode.DONE;
    }

    /// Only when the environment was named: the variables of another one are on another machine.
    private void checkVariables(EnvironmentView view) {
        Map<String, String> values = new HashMap<>(context().environment());
        List<Path> files = view.environmentFiles().stream().map(view.folder()::resolve).toList();
        values.putAll(read(EnvironmentFile.read(files)));
        List<Problem> problems = new ArrayList<>(VariableCheck.check(view, values));
        problems.addAll(view.unsupported());
        if (!problems.isEmpty()) {
            throw Stop.problems(problems);
        }
    }

    private static <T> T read(Reading<T> reading) {
        return switch (reading) {
            case Reading.Read<T>(T value) -> value;
            case Reading.Refused<T>(List<Problem> problems) -> throw Stop.problems(problems);
        };
    }
}
