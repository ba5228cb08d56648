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

/// `belay evidence rollback`.
@Command(
        description =
                "Tries the way back: goes to what another environment runs, and forward again.",
        footer = {
            "",
            "All the time the smoke tests of what is gone back to are asked through the stable ports; schemas",
            "stay as they are. What came of it is evidence of kind `rollback`. It goes on when nobody follows.",
            "",
            "Examples:",
            "  belay evidence rollback --in staging --of production",
            "  belay evidence rollback api --in staging --of production"
        })
public final class EvidenceRollbackCommand extends BelayCommand {
    @Parameters(arity = "0..*", paramLabel = "COMPONENT", description = "Only these components.")
    private List<String> components = new ArrayList<>();

    @Option(
            names = "--in",
            paramLabel = "ENV",
            required = true,
            description = "The environment that goes back and forward.")
    private String in = "";

    @Option(
            names = "--of",
            paramLabel = "ENV",
            required = true,
            description = "The one whose present revisions it goes back to.")
    private String of = "";

    public EvidenceRollbackCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        JsonNode tried =
                Narration.follow(
                        terminal(),
                        controlPlane(),
                        Http.Request.post(
                                "/api/v1/environments/"
                                        + EnvironmentName.encoded(in)
                                        + "/rollback-trials",
                                Json.of(Map.of("of", of, "components", components))));
        if (json()) {
            terminal().print(tried.toString());
        } else {
            for (JsonNode one : tried.path("evidence").values()) {
                terminal().print(EvidenceAddCommand.line(one));
            }
        }
        return tried.path("passed").asBoolean(false) ? ExitCode.DONE : ExitCode.FAILED;
    }
}
