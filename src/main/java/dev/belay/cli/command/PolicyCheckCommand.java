package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.Json;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.ManifestReader;
import dev.belay.manifest.Overrides;
import dev.belay.problem.Problem;
import dev.belay.server.operations.PolicyDesk;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `belay policy check`.
@Command(
        description = "Says of each policy of an environment whether the manifest keeps it.",
        footer = {
            "",
            "It needs no control plane. What only a planned release can be asked is shown as `later`:",
            "`belay plan ENV` asks it.",
            "",
            "Examples:",
            "  belay policy check production",
            "  belay policy check production --json"
        })
public final class PolicyCheckCommand extends BelayCommand {
    @Parameters(arity = "0..1", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    public PolicyCheckCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        Manifest manifest = read(ManifestReader.read(workspace().manifest()));
        String name = EnvironmentName.of(workspace(), environment);
        EnvironmentView view = read(manifest.in(name, new Overrides(List.of())));
        List<Problem> misspelt = PolicyDesk.problems(view);
        if (!misspelt.isEmpty()) {
            throw Stop.problems(misspelt);
        }
        List<PolicyDesk.Line> lines = PolicyDesk.lines(view);
        if (json()) {
            terminal()
                    .print(
                            Json.of(
                                    Map.of(
                                            "environment",
                                            name,
                                            "policies",
                                            lines.stream()
                                                    .map(PolicyCheckCommand::fields)
                                                    .toList())));
        } else if (lines.isEmpty()) {
            terminal().print(name + " is held to no policy; `belay policy` lists packs");
        } else {
            for (PolicyDesk.Line line : lines) {
                terminal().print("%-9s %s".formatted(line.outcome(), line.name()));
                line.breaches().forEach(breach -> terminal().print("          " + breach));
                if (!line.hint().isEmpty() && !line.breaches().isEmpty()) {
                    terminal().print("          hint: " + line.hint());
                }
            }
        }
        boolean broken = lines.stream().anyMatch(line -> line.outcome().equals("broken"));
        return broken ? ExitCode.PROBLEM : ExitCode.DONE;
    }

    private static Map<String, Object> fields(PolicyDesk.Line line) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("name", line.name());
        fields.put("outcome", line.outcome());
        fields.put("breaches", line.breaches());
        fields.put("hint", line.hint());
        return fields;
    }
}
