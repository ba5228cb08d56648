package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// `belay migrate plan`.
@Command(
        description = "Tries what is pending on a copy of the data: there, back, and there again.",
        footer = {
            "",
            "The copy is made of a verified backup, which is taken first when the newest is older",
            "than a day. What is found out holds for the next plan within a day: whether the release",
            "before runs on the new schema, whether the way back leads back, and who has to wait.",
            "",
            "Examples:",
            "  belay migrate plan staging",
            "  belay migrate plan production --json"
        })
final class MigratePlanCommand extends BelayCommand {
    @Parameters(arity = "0..1", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    MigratePlanCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String name = EnvironmentName.encoded(EnvironmentName.of(workspace(), environment));
        JsonNode result =
                Narration.follow(
                        terminal(),
                        controlPlane(),
                        Http.Request.post("/api/v1/environments/" + name + "/rehearsals", "{}"));
        terminal().print(json() ? result.toString() : text(result));
        return ExitCode.DONE;
    }

    private static String text(JsonNode result) {
        var text = new StringBuilder();
        for (JsonNode component : result.path("components")) {
            text.append(component.path("component").asString(""))
                    .append("  in ")
                    .append(component.path("datastore").asString(""))
                    .append('\n');
            if (component.path("migrations").isEmpty()) {
                text.append("  nothing is pending\n");
            }
            for (JsonNode one : component.path("migrations")) {
                text.append("  pending  ").append(one.asString("")).append('\n');
            }
            for (JsonNode line : component.path("lines")) {
                text.append("  ").append(line.asString("")).append('\n');
            }
        }
        return text.isEmpty()
                ? "nothing has files of `migrations` in this environment"
                : text.toString().stripTrailing();
    }
}
