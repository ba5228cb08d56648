package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import dev.belay.problem.Problem;
import dev.belay.server.contracts.ContractsView;
import dev.belay.server.contracts.FileComparison;
import dev.belay.server.text.ContractsText;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/// `belay contracts diff`.
@Command(
        description = "Shows how the contracts of a component differ from what runs, or two files.",
        footer = {
            "",
            "What is in the folder now is compared with what the environment runs; where that promotes,",
            "what the environment below runs. Two files are compared without a control plane.",
            "It ends with 3 when something breaks that the environment does not accept by name.",
            "",
            "Examples:",
            "  belay contracts diff orders production",
            "  belay contracts diff orders production --json",
            "  belay contracts diff --before old/openapi.yaml --after api/openapi.yaml"
        })
public final class ContractsDiffCommand extends BelayCommand {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "COMPONENT",
            description = "The component.")
    private String component = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    @Option(names = "--before", paramLabel = "FILE", description = "A file as it was.")
    private String before = "";

    @Option(names = "--after", paramLabel = "FILE", description = "The file as it is.")
    private String after = "";

    public ContractsDiffCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        if (!before.isEmpty() || !after.isEmpty()) {
            return files();
        }
        if (component.isEmpty()) {
            throw wrong(
                    "contract/nothing-named",
                    "belay contracts diff",
                    "there is nothing to compare",
                    "name a component, or two files with `--before` and `--after`");
        }
        String path =
                "/api/v1/environments/"
                        + EnvironmentName.encoded(EnvironmentName.of(workspace(), environment))
                        + "/contracts/"
                        + EnvironmentName.encoded(component);
        ControlPlane server = controlPlane();
        String answer = server.text(Http.Request.get(path));
        terminal().print(json() ? answer : server.text(asText(Http.Request.get(path))));
        return ended(JsonMapper.shared().readTree(answer).path("breaks").asBoolean(false));
    }

    private ExitCode files() {
        if (before.isEmpty() || after.isEmpty() || !component.isEmpty()) {
            throw wrong(
                    "contract/nothing-named",
                    "belay contracts diff",
                    "two files are compared, and nothing else",
                    "`belay contracts diff --before OLD --after NEW`");
        }
        return switch (FileComparison.of(
                context().folder().resolve(before), context().folder().resolve(after))) {
            case FileComparison.Result.Refused(List<Problem> problems) ->
                    throw Stop.problems(problems);
            case FileComparison.Result.Compared(ContractsView view) -> {
                terminal()
                        .print(
                                json()
                                        ? JsonMapper.shared().writeValueAsString(view)
                                        : ContractsText.of(view, terminal().colour()));
                yield ended(view.breaks());
            }
        };
    }

    private static ExitCode ended(boolean breaks) {
        return breaks ? ExitCode.WAITING : ExitCode.DONE;
    }
}
