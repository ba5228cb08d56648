package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// `belay evidence run`.
@Command(
        description = "Builds a component, runs its pipeline, and keeps what came of it.",
        footer = {
            "",
            "Every stage runs, whatever the ones before it came to. Who stops following stops it, and",
            "nothing is kept then.",
            "",
            "Examples:",
            "  belay evidence run api",
            "  belay evidence run api --only unit,lint --in staging"
        })
public final class EvidenceRunCommand extends BelayCommand {
    @Parameters(index = "0", paramLabel = "COMPONENT", description = "The component.")
    private String component = "";

    @Option(
            names = "--in",
            paramLabel = "ENV",
            description = "The environment that it is built for.")
    private String in = "";

    @Option(
            names = "--only",
            paramLabel = "STAGE",
            split = ",",
            description = "Only these stages of its pipeline.")
    private List<String> only = new ArrayList<>();

    public EvidenceRunCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String environment = EnvironmentName.of(workspace(), in);
        JsonNode ran =
                Narration.follow(
                        terminal(),
                        controlPlane(),
                        Http.Request.post(
                                "/api/v1/environments/"
                                        + EnvironmentName.encoded(environment)
                                        + "/pipelines",
                                Json.of(Map.of("component", component, "only", only))));
        if (json()) {
            terminal().print(ran.toString());
        } else {
            for (JsonNode one : ran.path("evidence").values()) {
                terminal().print(EvidenceAddCommand.line(one));
            }
        }
        return ran.path("passed").asBoolean(false) ? ExitCode.DONE : ExitCode.FAILED;
    }
}
